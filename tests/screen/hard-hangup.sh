#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The terminal hangs up on each screen (hard-lost.inc).
. "$(dirname "$0")/hard-lost.inc"
for s in $SCREENS; do case_ hangup "$s"; done
run_cases
