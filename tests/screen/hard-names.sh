#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The screens against a daemon that lies (tests/lib/hostile.py): hostile texts in every field of every screen, answers that break the
# wire, lists without an end, pictures that are none. ONLY_CASE=PATTERN runs some.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
tap_tmp
PYTHONDONTWRITEBYTECODE=1 TAP_TOP=$TAP_TOP python3 "$TAP_TOP/tests/lib/hostile.py" "$TAP_TMP" >"$TAP_TMP/ready" 2>"$TAP_TMP/err" &
liar=$!
trap 'kill $liar 2>/dev/null; rm -rf "$TAP_TMP"' EXIT
n=0
until grep -q ready "$TAP_TMP/ready"; do
	n=$((n + 1))
	[ $n -lt 200 ] && kill -0 $liar 2>/dev/null || { cat "$TAP_TMP/err" >&2; ok 1 "the lying daemon runs"; plan; exit 1; }
	sleep 0.05
done
TMPDIR=$TAP_TMP "$BUILD/bin/screen" -D "D=$TAP_TMP" "$TAP_TMP"/*"${ONLY_CASE:-}"*.t
