#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The controls of the screen driver: scripts that must fail do, at the right check, and what they show has no number in it.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
tap_tmp
SCREEN=$BUILD/bin/screen
NEEDLE=123456789018
TMPDIR=$TAP_TMP
export TMPDIR
mkdir "$TAP_TMP/dirs"
printf '%s\n' $NEEDLE >"$TAP_TMP/needles"
printf %s $NEEDLE >"$TAP_TMP/one"

# run_script: the script on stdin after some settings; output in $TAP_TMP/out, the status returned
run_script() {
	{
		printf 'set P=%s\nset N=%s\nset ONE=%s\ntimeout 1\n' "$BUILD/bin/screen-probe" "$TAP_TMP/needles" "$TAP_TMP/one"
		cat
	} >"$TAP_TMP/script.t"
	TMPDIR=$TAP_TMP/dirs "$SCREEN" "$@" "$TAP_TMP/script.t" >"$TAP_TMP/out" 2>&1
}
# fails WORDS CHECK: the script on stdin must fail at its last check, whose line has CHECK, and say no number
fails() {
	run_script
	status=$?
	bad=$(grep -c '^not ok' "$TAP_TMP/out")
	[ $status -eq 1 ] && [ "$bad" -eq 1 ] &&
		grep '^\(not \)\{0,1\}ok' "$TAP_TMP/out" | tail -n 1 | grep -q "^not ok .*$2" &&
		! grep -Eq '[0-9]{4} ?[0-9]{4} ?[0-9]{4}' "$TAP_TMP/out"
	good=$?
	ok $good "$1"
	[ $good -eq 0 ] || sed 's/^/# /' "$TAP_TMP/out"
}
# passes WORDS [OPTION...]: the script on stdin must pass
passes() {
	words=$1
	shift
	run_script "$@"
	status=$?
	ok $status "$words"
	[ $status -eq 0 ] || sed 's/^/# /' "$TAP_TMP/out"
}

fails "a wrong golden is caught" "screen" <<'E'
run $P looks
wait ready
screen
|{r:reverse} {b:bold} {u:under} {d:dim} plain {rb1:all} colour|
|ready^ |
E
grep -q '^# -|{r:reverse}.* colour|$' "$TAP_TMP/out" && grep -q '^# +|{r:reverse}.* {208/4:colour}|$' "$TAP_TMP/out"
ok $? "the difference is shown"
fails "a missing attribute is caught" "screen" <<'E'
run $P say bold:
wait ready
screen
|{b:bold:}ready^ |
E
fails "a cursor elsewhere is caught" "screen" <<'E'
run $P
wait ready
screen
|read^y|
E
fails "an invisible cursor is caught" "cursor 6 1" <<'E'
run $P nocursor
wait ready
cursor 6 1
E
fails "a row too many is caught" "screen" <<'E'
size 20 5
run $P
wait ready
screen
|ready^ |
||
||
||
||
|x|
E
passes "masks match" <<'E'
run $P odd
wait ready
screen
|\{a} ░ ~
|r░ady^ |
E
fails "a mask is one character" "screen" <<'E'
run $P
wait ready
screen
|re░y^ |
E
fails "a golden that never rests is caught" "screen" <<'E'
run $P tick
wait ready
screen
|ready|
||
||
||
||
||
||
|░^ |
E
grep -q 'does not come to rest' "$TAP_TMP/out"
ok $? "and the reason is said"
fails "a text that does not come" "wait never" <<'E'
run $P
wait never
E
fails "a text that does not go" "gone ready" <<'E'
run $P
wait ready
gone ready
E
fails "a program that ends instead" "wait more" <<'E'
run true
wait more
E
fails "another exit status" "exit 0" <<'E'
run $P
key x
exit 0
E
fails "a signal is no exit status" "exit 143" <<'E'
run $P
wait ready
signal TERM
exit 143
E
fails "more bytes than allowed" "bytes <= 15" <<'E'
run $P
wait ready
key a
bytes <= 15
E
fails "a program that ticks is not idle" "idle 300" <<'E'
run $P tick
wait ready
idle 300
E
fails "a program that ticks comes to no rest" "rest 300" <<'E'
timeout 2
run $P tick
wait ready
rest 300
E
fails "the mouse without being asked for" "mouse" <<'E'
run $P
wait ready
mouse 1 1
E
fails "no alternate screen" "altscreen on" <<'E'
run $P
wait ready
altscreen on
E
fails "another title" "title-is other" <<'E'
run $P title
wait ready
title-is other
E
fails "a program that runs is not stopped" "stopped" <<'E'
run $P
wait ready
stopped
E
fails "a shell command's status" "shell" <<'E'
shell echo $N 1234; printf '%s ' 1234 5678 9018; echo; cat $ONE; exit 3
E
grep -q 'status 3' "$TAP_TMP/out" && grep -q '^# ####' "$TAP_TMP/out"
ok $? "its output is shown without numbers"
fails "raw bytes that were sent" "raw absent" <<'E'
run $P mouse
wait ready
raw absent \e[?1006
E
fails "raw bytes that were not" "raw present" <<'E'
run $P
wait ready
raw present \e[?1006
E
for form in plant1 plant4 plant28 plant28groups plant1groups; do
	fails "a planted number is found: $form" "memory absent" <<E
run \$P $form \$ONE
wait ready
memory absent \$N within 300
E
done
fails "what was forgotten is not found" "memory present" <<'E'
run $P forget $ONE
wait ready
memory present $N
E
fails "a distance of 65 bytes is none" "memory present" <<'E'
run $P plant65 $ONE
wait ready
memory present $N
E
fails "a child's memory counts when asked for" "memory+children absent" <<'E'
run $P child $ONE
wait child has it
memory+children absent $N
E
fails "a program that has gone proves nothing" "memory absent" <<'E'
run $P
key q
exit 0
memory absent $N
E
fails "needles that are not there prove nothing" "memory absent" <<'E'
run $P
wait ready
memory absent $N.not
E
fails "a number in the scrollback" "history absent" <<'E'
run $P show $ONE
wait ready
key s
wait line 60
history absent $N
E
fails "a number behind the alternate screen" "history absent" <<'E'
run $P show-groups $ONE alt
wait ready
history absent $N
E
fails "the scrollback cleared" "history present" <<'E'
run $P show $ONE
wait ready
key s
wait line 60
key E
history present $N
E
fails "a number on the screen stays out of the report" "wait never" <<'E'
run $P show $ONE show-groups $ONE show-parts $ONE
wait ready
wait never
E
fails "an unknown command" "scren" <<'E'
run $P
scren
E
fails "an unknown variable" "wait \$NOWHERE" <<'E'
run $P
wait $NOWHERE
E
fails "an unknown key" "key Upp" <<'E'
run $P
key Upp
E
fails "a key without a program" "key Up" <<'E'
key Up
E
fails "a script without a check" "checks nothing" <<'E'
note nothing
E
passes "what is not installed is skipped" <<'E'
need mynakura-no-such-program
wait never
E
grep -q '^ok 1 .* # SKIP' "$TAP_TMP/out"
ok $? "and says so"

# --update writes what is there and keeps the masks
passes "goldens are written" --update <<'E'
size 20 4
run $P odd say abc
wait ready
screen first
|░░░ \^ \| \\ \~ x|
|a~|
||
screen second
key q
exit 0
E
sed -n '/^screen first/,/^key/p' "$TAP_TMP/script.t" >"$TAP_TMP/written"
cat >"$TAP_TMP/wanted" <<'E'
screen first
|░░░ \^ \| \\ \~ \░|
|a~|
||
||
screen second
|\{a\} \^ \| \\ \~ \░|
|abcready^ |
||
||
key q
E
diff "$TAP_TMP/wanted" "$TAP_TMP/written" | sed 's/^/# /'
cmp -s "$TAP_TMP/wanted" "$TAP_TMP/written"
ok $? "with their masks"
sed 1,4d "$TAP_TMP/script.t" >"$TAP_TMP/again"
passes "and match from then on" <"$TAP_TMP/again"

# nothing stays: temporary directories, processes; a driver that is told to end takes its own along
[ -z "$(ls "$TAP_TMP/dirs")" ]
ok $? "no temporary directory is left"
# sleepers: how many of the script's processes there are
sleepers() {
	pgrep -fc "^sleep 98765$$"
}
cat >"$TAP_TMP/script.t" <<E
shell (exec sleep 98765${$}1 >/dev/null 2>&1 &)
run sh -c 'trap "" TERM HUP; sleep 98765${$}2 & echo ready; while :; do sleep 98765${$}3; done'
wait ready
wait never
E
"$SCREEN" "$TAP_TMP/script.t" >"$TAP_TMP/out" 2>&1 &
driver=$!
for _ in $(seq 100); do
	[ "$(sleepers)" -eq 3 ] && break
	sleep 0.05
done
[ "$(sleepers)" -eq 3 ]
ok $? "three processes run for it"
kill -TERM $driver
wait $driver
[ $? -eq 1 ]
ok $? "a driver that is told to end fails"
[ "$(sleepers)" -eq 0 ]
ok $? "and none of the three is left"
plan
