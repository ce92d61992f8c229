#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The runner itself (tests/run), on planted unit tests: each way to fail is counted, whole and in order, whoever is done first.
. "$(dirname "$0")/../lib/tap.sh"
tap_tmp
mkdir "$TAP_TMP/tests"
plant() { # NAME LINE...
	f=$TAP_TMP/tests/$1_test
	shift
	{ echo '#!/bin/sh'; printf '%s\n' "$@"; } >"$f"
	chmod +x "$f"
}
run() { # the planted ones, JOBS at a time; what was said, without seconds
	env -u ONLY BUILD="$TAP_TMP" JOBS="$1" TEST_TIMEOUT=5 "$TAP_TOP/tests/run" unit >"$TAP_TMP/out" 2>&1
	st=$?
	sed -E 's/ +[0-9]+s$//; s/ +/ /g' "$TAP_TMP/out" >"$TAP_TMP/said"
}
said() { grep -qx -- "$1" "$TAP_TMP/said"; }
plant a 'sleep 1' 'echo "ok 1 - slow"' 'echo "ok 2 - slow"' 'echo 1..2'
plant b 'echo "ok 1 - quick"' 'echo 1..1'
run 3
[ $st -eq 0 ] && [ "$(tail -n 1 "$TAP_TMP/said")" = "3 passed, 0 failed, 0 skipped" ]
ok $? "control: all good is status 0"
[ "$(grep -c '^unit' "$TAP_TMP/said")" -eq 2 ] && [ "$(head -n 1 "$TAP_TMP/said")" = "unit a_test 2 ok 0 bad 0 skipped" ]
ok $? "the slow one is shown before the quick one that was done first"
plant c 'echo "ok 1 - good"' 'echo "not ok 2 - the wrong one"' 'echo 1..2' 'echo some words >&2' 'exit 1'
plant d 'echo "ok 1 - before"' 'kill -SEGV $$'
plant e 'exit 0'
plant f 'echo "ok 1 # SKIP nothing there"' 'echo "not ok 2 # SKIP as cmocka says it"' 'echo 1..2'
plant g 'echo "ok 1 - begun"' 'sleep 60'
plant h 'test -d "$XDG_STATE_HOME" && touch "$XDG_STATE_HOME/mine" && echo "ok 1 - a state of its own"' 'echo 1..1'
for jobs in 1 4; do
	run $jobs
	[ $st -ne 0 ] && said '7 passed, 4 failed, 2 skipped'
	ok $? "$jobs at a time: bad, dead, silent and endless tests are counted as failures, and the status says so"
	[ "$(grep '^unit' "$TAP_TMP/said" | cut -d' ' -f2 | tr -d '\n')" = a_testb_testc_testd_teste_testf_testg_testh_test ]
	ok $? "$jobs at a time: always in the same order"
	said 'unit c_test 1 ok 1 bad 0 skipped' && said ' not ok 2 - the wrong one' && said ' | some words'
	ok $? "$jobs at a time: what failed is shown, and what it wrote"
	said 'unit d_test 1 ok 1 bad 0 skipped' && said 'unit e_test 0 ok 1 bad 0 skipped' && said 'unit g_test 1 ok 1 bad 0 skipped' && said ' status 124'
	ok $? "$jobs at a time: died of a signal, said nothing, took too long"
	said 'unit f_test 0 ok 0 bad 2 skipped' && said ' ok 1 # SKIP nothing there'
	ok $? "$jobs at a time: both ways to skip"
done
rm -rf "$TAP_TMP/tests" && mkdir "$TAP_TMP/tests"
plant lonely 'kill -9 $(ps -o ppid= -p $PPID)' 'echo "ok 1 - never seen"'
run 1
[ $st -ne 0 ] && said '1 tests have not come to an end, from unit lonely_test on'
ok $? "a runner's part that is killed does not pass for a success"
rm "$TAP_TMP"/tests/*
run 1
[ $st -ne 0 ]
ok $? "no test at all is no success"
plan
