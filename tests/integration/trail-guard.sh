#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Where the trail cannot record, nothing is done and not one digit leaves; and every change of the trail's files is found.
. "$(dirname "$0")/../lib/tap.sh"
run_part trail_guard.py
