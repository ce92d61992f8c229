#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed form's verbs without a passphrase: `lock` ends all sessions of the caller's account and no other's; status --health, audit
# verify and anchor are root's.
. "$(dirname "$0")/../lib/tap.sh"
. "$TAP_TOP/tests/lib/installed.sh"
installed_start
installed_office || { echo "Bail out! no office"; exit 1; }
o=$TAP_TMP/o

# session USER: a batch that stays open; its lines come from $TAP_TMP/USER.in, kept open by a descriptor of this shell
mkfifo "$TAP_TMP/suzuki.in" "$TAP_TMP/yamada.in"
chmod 666 "$TAP_TMP"/*.in
chmod 755 "$TAP_TMP"
as suzuki "$m" --user suzuki --passphrase-fd 0 batch <"$TAP_TMP/suzuki.in" >"$TAP_TMP/suzuki.out" 2>&1 &
exec 7>"$TAP_TMP/suzuki.in"
as yamada "$m" --user yamada --passphrase-fd 0 batch <"$TAP_TMP/yamada.in" >"$TAP_TMP/yamada.out" 2>&1 &
exec 8>"$TAP_TMP/yamada.in"
waits_for() { # FILE TEXT COUNT
	i=0
	while [ "$(grep -c -- "$2" "$1")" -lt "$3" ]; do
		i=$((i + 1))
		[ $i -lt 150 ] || return 1
		sleep 0.1
	done
}
echo "the suzuki phrase" >&7
echo "ledger list --json" >&7
waits_for "$TAP_TMP/suzuki.out" '"grant":"number"' 1
ok $? "control: the clerk's session works"
echo "the yamada phrase" >&8
echo "ledger list --json" >&8
waits_for "$TAP_TMP/yamada.out" '"grant":"number"' 1
ok $? "control: so does the chief's"

as suzuki "$m" lock --json </dev/null >"$o" 2>&1 && grep -q '"ok":true' "$o"
ok $? "lock from another connection, no passphrase"
echo "ledger list --json" >&7
waits_for "$TAP_TMP/suzuki.out" '^ERR' 1 && ! [ "$(grep -c '"grant":"number"' "$TAP_TMP/suzuki.out")" -gt 1 ]
ok $? "the clerk's session is locked"
echo "ledger list --json" >&8
waits_for "$TAP_TMP/yamada.out" '"grant":"number"' 2
ok $? "the chief's is not"
exec 7>&- 8>&-
cat /var/lib/mynakura/trail/*.jsonl | grep '"action":"lock_all"' | grep -q '"count":"1"' &&
	cat /var/lib/mynakura/trail/*.jsonl | grep '"action":"session_end"' | grep -q 'locked from another connection'
ok $? "the lock is on the trail"

"$m" status --health --json </dev/null >"$o" 2>&1 && grep -q '"form":"installed".*"ok":true' "$o"
ok $? "root: status --health without a login"
"$m" audit verify --json </dev/null >"$o" 2>&1 && grep -q '"ok":true' "$o" && "$m" audit anchor --json </dev/null >"$o" 2>&1 && grep -q '"head":"[0-9a-f]*"' "$o"
ok $? "root: audit verify and anchor"
as suzuki "$m" status --health --json </dev/null >"$o" 2>&1
[ $? -eq 3 ] && grep -q '"locked"' "$o"
ok $? "a clerk: 3"
"$m" audit list --json </dev/null >"$o" 2>&1
[ $? -eq 3 ] && ! grep -q '"seq"' "$o"
ok $? "root does not read the list without being a member"
installed_stop
plan
