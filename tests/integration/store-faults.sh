#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Vault files cut, flipped, swapped, missing or of an older day: words and status 8 (or 9, 12), never a wrong value. And two programs on one folder.
. "$(dirname "$0")/../lib/tap.sh"
run_part store_faults.py
