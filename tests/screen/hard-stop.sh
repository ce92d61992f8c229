#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ctrl-Z and SIGTSTP on each screen (hard-lost.inc): nothing of it is on the terminal or in memory while it is stopped, the session is
# locked when it goes on. reveal is shown on a terminal without a second screen, too.
. "$(dirname "$0")/hard-lost.inc"
# while a file is written the key waits
for s in $SCREENS; do [ "$s" = exporting ] || case_ stop "$s"; done
for s in people reveal review scanning exporting; do case_ tstp "$s"; done
for s in reveal new; do
	case_ stop $s
	sed '/^altscreen/d; /^lang en$/s/$/\nterm vt100/' "$TAP_TMP/t/stop-$s.t" >"$TAP_TMP/t/stop-$s-vt100.t"
done
run_cases
