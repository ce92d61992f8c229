#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows over 200 good and bad trails to mynakura-verify and to tests/lib/verify.py, which was written from the man page alone: both must
# give the verdict that the edit calls for. Then the program's own contract: exit status, options, what it links.
. "$(dirname "$0")/../lib/tap.sh"
run_part verify_compare.py
