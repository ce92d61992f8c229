#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Second persons over the command line: what waits, who may grant it, that it runs once and only as it was shown.
. "$(dirname "$0")/../lib/tap.sh"
run_part approval.py
