#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed form: a clerk's own program gets no more than the clerk, other accounts get nothing, and one account's flood does not keep the
# others out. Each account is a uid of its own.
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
. "$(dirname "$0")/../lib/installed.sh"
cp "$BUILD/bin/flood" $MK/bin/
printf 'auth required pam_permit.so\naccount required pam_permit.so\n' >/etc/pam.d/mynakura # PAM itself: pam.sh
installed_start || { echo "Bail out! no daemon"; cat "$TAP_TMP/daemon.log"; exit 1; }
numbers=
for i in 1 2 3 4; do
	numbers="$numbers $(number $((60172839450 + i * 7310927)))"
done
# shellcheck disable=SC2086
PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/rider_installed.py" "$MONITOR" $numbers >"$TAP_TMP/out"
status=$?
grep -v '^1\.\.' "$TAP_TMP/out"
TAP_N=$(grep -cE '^(not )?ok ' "$TAP_TMP/out")
TAP_BAD=$(grep -c '^not ok ' "$TAP_TMP/out")
[ $status -le 1 ] && [ "$TAP_N" -gt 0 ]
ok $? "the attack ran to its end"
installed_stop
ok $? "the daemon ends cleanly"
"$MK/bin/mynakura-verify" /var/lib/mynakura >/dev/null
ok $? "mynakura-verify: the trail is whole"
plan
