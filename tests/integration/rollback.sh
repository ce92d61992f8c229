#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installed: an older copy of everything (the PC's own witness with it) is put back while the service is down; who keeps a newer checkpoint in the
# own home is not let in (status 9), the auditor comes in to look; with the right files in place all is as before (decisions.md 16).
. "$(dirname "$0")/../lib/tap.sh"
. "$TAP_TOP/tests/lib/installed.sh"
installed_start
installed_office || { echo "Bail out! no office"; exit 1; }
o=$TAP_TMP/o S=/var/lib/mynakura

verb() { # USER ARGS...: status in $st, words in $o
	u=$1
	shift
	my "$u" "the $u phrase" "$@" >"$o" 2>&1
	st=$?
}
verb suzuki ledger list
[ $st -eq 0 ]
ok $? "control: the clerk works"
verb tanaka audit verify
[ $st -eq 0 ]
ok $? "control: the auditor verifies"
installed_stop
cp -a $S $TAP_TMP/old
installed_start
for i in 1 2 3; do verb suzuki ledger list; done
verb tanaka audit list
[ $st -eq 0 ]
ok $? "work goes on, and homes keep what they saw"
installed_stop
cp -a $S $TAP_TMP/new
rm -rf $S && cp -a $TAP_TMP/old $S
installed_start
verb suzuki ledger list
[ $st -eq 9 ] && grep -q 'older than' "$o"
ok $? "an older copy: the clerk is not let in, status 9"
verb yamada ledger list
[ $st -eq 0 ]
ok $? "control: whose home keeps nothing newer is"
verb tanaka audit list
[ $st -eq 0 ] && grep -q 'kept checkpoint' "$o"
ok $? "the auditor comes in to look, with an alarm"
grep -h '"action":"alarm"' $S/trail/*.jsonl | grep -q 'rolled_back'
ok $? "the alarm is on the trail"
installed_stop
rm -rf $S && cp -a $TAP_TMP/new $S
installed_start
verb suzuki ledger list
[ $st -eq 0 ]
ok $? "control: with the right files the clerk works again"
installed_stop
plan
