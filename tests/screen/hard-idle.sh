#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# idle = 5: each screen of a session locks itself five seconds after the last key and says so; nothing of a number stays. Not while the
# daemon works, and a key puts it off. The screens are hard-lost.inc's; the cases run beside each other, as most of the time is waiting.
. "$(dirname "$0")/hard-lost.inc"
one() { # SCREEN
	{
		start "idle at $1" | sed 's|^run |shell echo "idle = 5" >>$T/.config/mynakura/screen.conf\n&|'
		login
		to "$1"
		# sooner than five seconds it is still there (a mouse click far from anything is a key)
		printf 'idle 1500\nkey Left\nidle 3500\ngone Login as\ntimeout 8\nwait Locked: nothing was typed\ntimeout 10\ngone タカハシ\ngone 徳永\n'
		printf 'memory absent $M/needles within 1000\nhistory absent $M/needles\nshell %s rest 300\n' "$ps"
		login
		printf 'key q\nexit 0\n'
		after
	} | case $1 in reveal) sed '/^idle 1500/d; /^idle 3500/d; /^key Left/d; /^gone Login/d' ;; *) cat ;; esac >"$TAP_TMP/t/idle-$1.t"
}
for s in home people search person history reason reveal edit new queue review scan export verify help; do one $s; done
{
	start "idle while the daemon works" | sed 's|^run |shell echo "idle = 5" >>$T/.config/mynakura/screen.conf\n&|'
	login
	to scan
	echo 'key Enter'
	echo 'wait sheet 1 of 2'
	printf 'shell %s kill STOP vault\nidle 6000\nwait sheet\ngone Login as\nshell %s kill CONT vault\ntimeout 60\nwait 徳永\ntimeout 10\n' "$ps" "$ps"
	printf 'wait Locked: nothing was typed\nmemory absent $M/needles within 1000\nhistory absent $M/needles\n'
	login | sed 's/2 scanned/4 scanned/'
	printf 'key q\nexit 0\n'
	after
} >"$TAP_TMP/t/idle-work.t"
for f in "$TAP_TMP"/t/${ONLY_CASE:-}*.t; do
	TMPDIR=$TAP_TMP "$BUILD/bin/screen" -D "M=$M" "$f" >"$f.out" 2>&1 &
done
wait
# one plan over all of them
cat "$TAP_TMP"/t/*.out | grep -v '^1\.\.' | awk '/^(not )?ok [0-9]+/ { n++; bad += /^not/; sub(/ok [0-9]+/, "ok " n) } { print } END { print "1.." n; exit bad > 0 || n == 0 }'
