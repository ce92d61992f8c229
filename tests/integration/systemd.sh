#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The units: systemd reads them, their exposure is at most 2.0 (decisions.md 10), the accounts are made as the daemon wants them, and each
# system call that the daemon and its reading processes make is one that the service's filter lets through.
. "$(dirname "$0")/../lib/tap.sh"
command -v systemd-analyze >/dev/null || skip_all "systemd-analyze is not installed"
tap_tmp
units=$TAP_TOP/contrib/systemd
# as make install writes it, with a program that is there
sed -e 's,@libexecdir@/mynakura/mynakurad,/bin/true,' "$units/mynakura.service" >"$TAP_TMP/mynakura.service"
cp "$units/mynakura.socket" "$units/mynakura-lock.service" "$TAP_TMP/"
systemd-analyze verify --man=no "$TAP_TMP/mynakura.service" "$TAP_TMP/mynakura.socket" "$TAP_TMP/mynakura-lock.service" >"$TAP_TMP/verify" 2>&1
grep -E 'mynakura[a-z-]*\.(service|socket)' "$TAP_TMP/verify" | grep -v 'Failed to connect' >"$TAP_TMP/complaints"
[ ! -s "$TAP_TMP/complaints" ]
ok $? "systemd has nothing to say against the units"
sed 's/^/# /' "$TAP_TMP/complaints"
sed 's/^Type=exec/Type=exec\nNoSuchWord=1/' "$TAP_TMP/mynakura.service" >"$TAP_TMP/wrong.service"
systemd-analyze verify --man=no "$TAP_TMP/wrong.service" 2>&1 | grep -q NoSuchWord
ok $? "control: a wrong word is found"
exposure() { systemd-analyze security --offline=true "$1" 2>/dev/null | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'; }
score=$(exposure "$TAP_TMP/mynakura.service")
awk -v s="$score" 'BEGIN { exit !(s != "" && s <= 2.0) }'
ok $? "exposure of the service with its root monitor: ${score:-none} (at most 2.0)"
printf '[Service]\nExecStart=/bin/true\n' >"$TAP_TMP/open.service"
awk -v s="$(exposure "$TAP_TMP/open.service")" 'BEGIN { exit !(s > 9) }'
ok $? "control: a service without any of it has more than 9"
grep -q '^Before=sleep.target' "$units/mynakura-lock.service" && grep -q 'signal=USR1' "$units/mynakura-lock.service"
ok $? "before sleep the keys are forgotten"

# the accounts, in an empty root
if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$TAP_TMP/root/etc" "$TAP_TMP/root/usr/lib/sysusers.d"
	printf 'root:x:0:0::/root:/bin/sh\n' >"$TAP_TMP/root/etc/passwd"
	printf 'root:x:0:\n' >"$TAP_TMP/root/etc/group"
	cp "$units/sysusers.d/mynakura.conf" "$TAP_TMP/root/usr/lib/sysusers.d/"
	systemd-sysusers --root="$TAP_TMP/root" mynakura.conf >"$TAP_TMP/sysusers" 2>&1
	made=$(cut -d: -f1 "$TAP_TMP/root/etc/passwd" | sort | tr '\n' ' ')
	[ "$made" = "mynakura mynakura-read mynakura-scan mynakura-trail root " ]
	ok $? "sysusers makes the four accounts: $made"
	audit=$(sed -n 's/^mynakura-audit:x:\([0-9]*\):.*/\1/p' "$TAP_TMP/root/etc/group")
	grep -q "^mynakura-trail:x:[0-9]*:$audit:.*nologin" "$TAP_TMP/root/etc/passwd" && grep -q '^mynakura-users:' "$TAP_TMP/root/etc/group"
	ok $? "the trail's account has the auditors' group, nobody logs in as one"
else
	skip "systemd-sysusers is not installed"
fi

# what make install puts where
make -s -C "$TAP_TOP" install BUILD="$BUILD" SAN="${SAN:-}" DESTDIR="$TAP_TMP/dest" prefix=/usr >"$TAP_TMP/install" 2>&1
ok $? "make install"
missing=
for f in usr/lib/systemd/system/mynakura.service usr/lib/systemd/system/mynakura.socket usr/lib/systemd/system/mynakura-lock.service \
	usr/lib/sysusers.d/mynakura.conf usr/lib/tmpfiles.d/mynakura.conf usr/libexec/mynakura/mynakurad; do
	[ -s "$TAP_TMP/dest/$f" ] || missing="$missing $f"
done
[ -z "$missing" ] && grep -qx 'ExecStart=/usr/libexec/mynakura/mynakurad --foreground' "$TAP_TMP/dest/usr/lib/systemd/system/mynakura.service"
ok $? "units, accounts and folders are installed, with the program's path$missing"
plan
