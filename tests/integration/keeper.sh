#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# status --health, audit verify and audit anchor without a login: the owner of an embedded vault, the daemon's own account and root may, nobody
# else; a broken trail is told by the status; each one stands on the trail.
. "$(dirname "$0")/../lib/tap.sh"
cd "$TAP_TOP" || exit 1
tap_tmp
m=$BUILD/bin/mynakura d=$BUILD/bin/mynakurad
export LANG=C.UTF-8 HOME="$TAP_TMP/home"
unset LC_ALL
out=$TAP_TMP/out err=$TAP_TMP/err
mkdir -p "$HOME"
run() { # no passphrase is anywhere: a login would end with status 2
	"$m" "$@" >"$out" 2>"$err" </dev/null
}
status() {
	want=$1
	shift
	run "$@"
	got=$?
	[ "$got" -eq "$want" ] || { echo "# status $got, wanted $want"; sed 's/^/# /' "$err" | head -n 3; return 1; }
}
has() { grep -q -- "$1" "$out"; }

status 13 --dir "$TAP_TMP/none" status --health
ok $? "health where no vault is: 13"
sh tests/lib/office.sh "$TAP_TMP" >/dev/null || { echo "Bail out! no office"; exit 1; }
office=$TAP_TMP/office

# --- embedded: the owner
status 0 --dir "$office" status --health --json && has '^{"vault":true,"form":"embedded","demo":true,"trail":{"ok":true,"entries":[0-9]*,.*"head":"[0-9a-f]*"}}$'
ok $? "health as JSON without a login"
status 0 --dir "$office" status --health && has embedded && has 'In order  *yes'
ok $? "health for people"
status 0 --dir "$office" audit verify --json && has '"ok":true'
ok $? "audit verify without a login"
status 0 --dir "$office" audit anchor --json && has '"head":"[0-9a-f]\{64\}"'
ok $? "audit anchor without a login"
# The control: what shows more still wants one.
status 2 --dir "$office" audit list && grep -q 'no terminal to ask' "$err"
ok $? "audit list asks for the passphrase"
status 2 --dir "$office" --user tanaka audit verify
ok $? "so does audit verify of a named member"
printf 'the suzuki phrase\n' | "$m" --dir "$office" --user suzuki --passphrase-fd 0 audit anchor >"$out" 2>"$err"
[ $? -eq 4 ]
ok $? "a clerk who has logged in may not anchor: 4"
printf 'the tanaka phrase\n' | "$m" --dir "$office" --user tanaka --passphrase-fd 0 --json audit list --action audit_anchor >"$out" 2>"$err"
has '"actor":null.*"action":"audit_anchor".*"result":"ok"'
ok $? "the anchor is on the trail, without a member"

# --- a service of another account
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$TAP_TMP"
	mkdir "$TAP_TMP/run"
	chown -R nobody "$office" "$TAP_TMP/run"
	as() { # UID COMMAND...
		uid=$1
		shift
		setpriv --reuid "$uid" --regid nogroup --clear-groups "$@"
	}
	(exec setpriv --reuid nobody --regid nogroup --clear-groups "$d" --foreground --dir "$office" --socket "$TAP_TMP/run/s" 2>"$TAP_TMP/log") &
	pid=$!
	i=0
	while [ ! -S "$TAP_TMP/run/s" ] && [ $i -lt 100 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	chmod 755 "$TAP_TMP/run"
	chmod 666 "$TAP_TMP/run/s"
	status 0 --socket "$TAP_TMP/run/s" status --health --json && has '"ok":true'
	ok $? "root asks a running service"
	status 0 --socket "$TAP_TMP/run/s" audit anchor --json && has '"head"'
	ok $? "root anchors"
	as nobody "$m" --socket "$TAP_TMP/run/s" status --health --json >"$out" 2>"$err" </dev/null && has '"ok":true'
	ok $? "the service's own account too"
	as daemon "$m" --socket "$TAP_TMP/run/s" status --health --json >"$out" 2>"$err" </dev/null
	[ $? -eq 3 ] && has '"locked"' && ! has '"ok":true'
	ok $? "another account: 3, nothing told"
	printf 'the tanaka phrase\n' | as daemon "$m" --socket "$TAP_TMP/run/s" --user tanaka --passphrase-fd 0 audit verify >"$out" 2>"$err"
	ok $? "the control: from that account a member who logs in may"
	kill "$pid"
	wait "$pid"
	grep -h '"action":"denied"' "$office"/trail/*.jsonl | grep -q 'request=audit_verify'
	ok $? "the refusal is on the trail"
	chown -R root "$office"
else
	skip "not root: no second account"
fi

# --- a trail that was changed
f=$(ls "$office"/trail/*.jsonl | head -n 1)
sed -i '4s/"action":"[a-z_]*"/"action":"lock"/' "$f"
status 8 --dir "$office" status --health --json && has '"trail":{"ok":false,"seq":[0-9]*,"why":'
r=$?
# A daemon that already refuses such a trail at its start gives the same status.
[ $r -eq 0 ] || { status 8 --dir "$office" status --health; r=$?; }
ok $r "a changed entry: status 8"
plan
