#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed form's own witness: the trail role reads what root keeps of it, so an older copy of all else is refused.
. "$(dirname "$0")/../lib/tap.sh"
. "$TAP_TOP/tests/lib/installed.sh"
state=/var/lib/mynakura

installed_start && installed_office demo
ok $? "an office with three members"
installed_stop
[ "$(stat -c '%U:%G %a' $state/witness $state/witness/checkpoint)" = "root:mynakura-audit 750
root:mynakura-audit 640" ]
ok $? "root writes the kept checkpoint, the trail's group reads it"
cp -a $state "$TAP_TMP/older"
installed_start
my suzuki 'the suzuki phrase' --json status >"$TAP_TMP/status"
ok $? "the daemon starts again and a member comes in"
! grep -q 'kept checkpoint' "$TAP_TMP/status"
ok $? "without an alarm about the kept checkpoint"
installed_stop

cp -a $state "$TAP_TMP/newer"
rm -rf $state/vault $state/trail
cp -a "$TAP_TMP/older/vault" "$TAP_TMP/older/trail" $state/
# whoever puts back the office may put back his own home as well
rm -rf /var/lib/home/*/.local
installed_start
my suzuki 'the suzuki phrase' --json status >"$TAP_TMP/status" 2>"$TAP_TMP/err"
r=$?
[ $r -ne 0 ] && grep -q 'ROLLED_BACK\|older' "$TAP_TMP/daemon.log" "$TAP_TMP/err"
ok $? "vault and trail of an older copy are refused (status $r)"
installed_stop

rm -rf $state/vault $state/trail
cp -a "$TAP_TMP/newer/vault" "$TAP_TMP/newer/trail" $state/
installed_start && my suzuki 'the suzuki phrase' --json status >"$TAP_TMP/status"
ok $? "control: the newest one opens"
installed_stop

# as an older version of this program left it
chown root:root $state/witness $state/witness/checkpoint
chmod 700 $state/witness
chmod 600 $state/witness/checkpoint
installed_start && my suzuki 'the suzuki phrase' --json status >"$TAP_TMP/status" && installed_stop && installed_start &&
	my suzuki 'the suzuki phrase' --json status >"$TAP_TMP/status"
ok $? "a folder that the trail could not read"
! grep -q 'kept checkpoint' "$TAP_TMP/status"
ok $? "is mended by the first run"
plan
