#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Numbers and passphrases that were typed or pasted, made anew for each run: there before (the control), and gone from the program's
# memory within a second after they were saved, given up, refused or locked away.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
tap_tmp
number() { # a random number with its check digit, never with its digits in order
	tr -dc 0-9 </dev/urandom | head -c 10 | awk '{ d = 7 $0; for (p = 1; p <= 11; p++) s += substr(d, 12 - p, 1) * (p <= 6 ? p + 1 : p - 5); r = s % 11; print d (r <= 1 ? 0 : 11 - r) }'
}
A=$(number) B=$(number) C=$(number) D=$(number)
P="wrong $(tr -dc a-z </dev/urandom | head -c 16)"
for v in "a $A" "b $B" "c $C" "d $D"; do echo "${v#* }" >"$TAP_TMP/${v%% *}"; done
echo "$P" >"$TAP_TMP/p"
echo 'the suzuki phrase' >"$TAP_TMP/phrase"
printf '%s\n' "$A" "$B" "$C" "$D" >"$TAP_TMP/all"
cat >"$TAP_TMP/memory.t" <<'T'
title memory
lang en
env SANE_CONFIG_DIR=$T/sane
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T 2 16
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json capture --ledger 従業員台帳 $(for f in $T/cards/*.p[gp]m; do echo "--file $f"; done) >$T/captured && test $(grep -c review $T/captured) -eq 2
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
# a passphrase: typed, refused, gone; given up, gone; right, gone
type $P
rest 200
memory present $M/p
key Enter
wait the passphrase is wrong
memory absent $M/p within 1000
type $P
rest 200
memory present $M/p
key C-u
memory absent $M/p within 1000
paste 1 $P
rest 200
memory present $M/p
key C-u
memory absent $M/p within 1000
type the suzuki phrase
rest 200
memory present $M/phrase
key Enter
wait 2 scanned cards
memory absent $M/phrase within 1000

# a new person's number, typed twice and saved
key 3
wait タカハシ
key n
wait once more
type 新田　花子
key Tab Tab Tab Tab Tab Tab Tab
type $A
wait check digit is right
rest 200
memory present $M/a
key Tab
type $A
wait the same
key F2
wait Saved and recorded
memory absent $M/a within 1000

# given up; taken back; pasted and given up; over which it was locked
wait 新田
key n
wait once more
key Tab Tab Tab Tab Tab Tab Tab
type $B
rest 200
memory present $M/b
key C-u
wait ____ ____ ____
memory absent $M/b within 1000
paste 1 $B
wait check digit is right
rest 200
memory present $M/b
key Escape
wait Throw it away
key y
wait タカハシ
memory absent $M/b within 1000
key n
wait once more
key Tab Tab Tab Tab Tab Tab Tab
paste 1 $C
rest 200
memory present $M/c
key F12
wait Login as
memory absent $M/all within 1000
history absent $M/all
type the suzuki phrase
key Enter
wait 2 scanned cards

# refused by the daemon: one wrong digit in the second
key 3
wait タカハシ
key n
wait once more
type 山田
key Tab Tab Tab Tab Tab Tab Tab
type $C
key Tab
type $D
wait not the same
key F2
idle 200
rest 200
memory present $M/c
rest 200
memory present $M/d
key Escape
wait Throw it away
key y
wait タカハシ
memory absent $M/all within 1000
key Escape
wait 2 Review

# a review: another number over the one that was read, typed twice and accepted
key 2
wait certain
key Enter
wait agree
rest 200
memory present $T/needles
type $D
wait type it once more
rest 200
memory present $M/d
key Tab
type $D
wait the same
key F2
idle 200
key F2
wait 1 accepted
wait 福田
memory absent $M/d within 1000
key F12
wait Login as
memory absent $T/needles within 1000
memory absent $M/phrase within 1000
history absent $M/all
key Escape
exit 0
T
# A number in a field that is not for one: it goes with the screen.
cat >"$TAP_TMP/search.t" <<'T'
title memory of a search
lang en
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 3 People
key 3
wait タカハシ
key /
paste 1 $A
wait Nobody
rest 200
memory present $M/a
key Escape
wait タカハシ
key F12
wait Login as
memory absent $M/a within 1000
history absent $M/a
key Escape
exit 0
T
cat >"$TAP_TMP/reason.t" <<'T'
title memory of a reason
lang en
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 3 People
key 3
wait タカハシ
key Enter
wait 1954-03-14
key r
wait Reason
paste 1 $A
rest 200
memory present $M/a
key Enter
gone Reason
idle 200
key F12
wait Login as
memory absent $M/a within 1000
key Escape
exit 0
shell printf 'the yamada phrase\n' | $BUILD/bin/mynakura --dir $T/office --user yamada --passphrase-fd 0 --json audit list >$T/trail && ! grep -q $A $T/trail
T
cat >"$TAP_TMP/name.t" <<'T'
title memory of a name
lang en
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 3 People
key 3
wait タカハシ
key n
wait once more
type $A
rest 200
memory present $M/a
key F2
idle 200
key Escape
wait Throw it away
key y
wait タカハシ
memory absent $M/a within 1000
key F12
wait Login as
history absent $M/a
key Escape
exit 0
T
for t in memory search reason name; do set -- "$@" "$TAP_TMP/$t.t"; done
"$BUILD/bin/screen" -D "M=$TAP_TMP" -D "A=$A" -D "B=$B" -D "C=$C" -D "D=$D" -D "P=$P" "$@"
