# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by tests/integration/*.sh: finds the build, makes a folder of its own that goes away with the test, runs the Python part.
# It is no runner (tests/run) and counts nothing: the parts print TAP themselves.
set -u
LC_ALL=C.UTF-8
export LC_ALL
unset LANGUAGE LANG
TAP_TOP=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TAP_TOP/$BUILD ;; esac
export TAP_TOP BUILD
TAP_N=0 TAP_BAD=0

# ok STATUS WORDS...: one line of TAP
ok() {
	tap_status=$1
	shift
	TAP_N=$((TAP_N + 1))
	if [ "$tap_status" -eq 0 ]; then
		echo "ok $TAP_N - $*"
	else
		TAP_BAD=$((TAP_BAD + 1))
		echo "not ok $TAP_N - $*"
	fi
}
skip() {
	TAP_N=$((TAP_N + 1))
	echo "ok $TAP_N # SKIP $*"
}
plan() {
	echo "1..$TAP_N"
	[ "$TAP_BAD" -eq 0 ] && [ "$TAP_N" -gt 0 ]
}
# skip_all REASON: the whole script has nothing to test here
skip_all() {
	skip "$*"
	plan
	exit 0
}
tap_tmp() {
	TAP_TMP=$(mktemp -d "${TMPDIR:-/tmp}/mk-itest.XXXXXX") || exit 1
	export TAP_TMP
	trap 'rm -rf "$TAP_TMP"' EXIT
	trap 'exit 130' INT TERM HUP
}
# run_part NAME: tests/lib/NAME, with $BUILD, $TAP_TOP and $TAP_TMP
run_part() {
	command -v python3 >/dev/null || skip_all "python3 is missing"
	tap_tmp
	PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/$1"
}
