#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Stored numbers and names are searched for in every byte of the vault's folder, in every form that a leak could take, and in what the
# processes show of themselves and print. Each form is proved by a planted file.
. "$(dirname "$0")/../lib/tap.sh"
run_part needles.py
