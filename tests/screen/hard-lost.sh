#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The daemon's processes are killed, all or one, on each screen (hard-lost.inc).
. "$(dirname "$0")/hard-lost.inc"
for s in $SCREENS; do case_ kill-all "$s"; done
case_ kill-monitor people
case_ kill-vault reveal
case_ kill-vault exporting
case_ kill-trail review
case_ kill-trail scanning
run_cases
