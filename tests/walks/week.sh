#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One week of an office on the installed form, acted out by the accounts of its members; tests/walks/README tells the story.
# WALK_KDF=real: with the key derivation of a real office.
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
[ -z "${SAN:-}" ] || skip_all "a preloaded library comes before the sanitizer's"
MEMBERS_MORE=adachi
. "$TAP_TOP/tests/lib/installed.sh"
sed -i 's/^mynakura-audit:.*/&tanaka/' /etc/group # the auditor may read the trail's files

# every program that starts in this namespace from here on lives in the walk's week
mkdir -p /run/walk
printf '%-64s' '0 0' >/run/walk/clock
"${CC:-gcc}" -shared -fPIC -O1 -Wall -Wextra -Werror -DCLOCK_FILE='"/run/walk/clock"' -o /run/walk/clock.so "$TAP_TOP/tests/walks/clock.c" ||
	skip_all "no compiler"
chmod 755 /run/walk
chmod 644 /run/walk/clock
echo /run/walk/clock.so >/etc/ld.so.preload

# the stack in the scanner: four cards; their numbers reach the walk over a descriptor and stand in no file that is left
mkdir /run/cards
"$BUILD/bin/specimen" --stack /run/cards --seed 20261130 --count 4 --format pnm >/dev/null || skip_all "no specimen"
cards=$(sed -n 's/.*"number": "\([0-9]*\)".*/\1/p' /run/cards/truth.jsonl)
rm -f /run/cards/truth.jsonl
chmod -R go+rX /run/cards
printf 'pnm\n' >/etc/sane.d/dll.conf

export TAP_TMP
echo "$cards" | PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/walks/week.py"
