# SPDX-License-Identifier: GPL-3.0-or-later
# Half an edit and the screen is locked: nothing of it is in the vault. A megabyte pasted into every field, and onto every list.
title edit
lang en
env SANE_CONFIG_DIR=$T/sane
set PS=python3 $TOP/tests/lib/hostile_ps.py $T/office
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T 2 16
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json capture --ledger 従業員台帳 $(for f in $T/cards/*.p[gp]m; do echo "--file $f"; done) >$T/captured && test $(grep -c review $T/captured) -eq 2
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 2 scanned cards

# a correction, half of it, and the lock
key 3
wait タカハシ
key Enter
wait 1954-03-14
key e
wait A004
type half
wait 花half
key Tab C-u
type HALF
key F12
wait Login as
gone half
type the suzuki phrase
key Enter
wait 2 scanned cards

# a review: another name, another number over the certain one, and the lock
key 2
wait certain
key Enter
wait agree
type 482061739401
wait check digit is wrong
key BSpace
type 2
wait type it once more
key Tab
type 4820
key Tab
type half
wait half
key F12
wait Login as
memory absent $T/needles within 1000
type the suzuki phrase
key Enter
wait 2 scanned cards
key q
exit 0
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json subject list >$T/list && test $(grep -c '"code"' $T/list) -eq 5 && ! grep -i half $T/list
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json review list >$T/list && test $(grep -c '"review"' $T/list) -eq 2 && ! grep -i half $T/list
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 2 scanned cards

# a megabyte of commands pasted onto each list does nothing there
paste 100000 q12345nre t^M
wait 1 Scan
idle 200
key 3
wait タカハシ
paste 100000 q12345nre /
wait タカハシ
idle 200
screen
|{r: mynakura  見本商事  People                                    鈴木花子 (clerk) }|
|{6: 従業員台帳 / withholding slips (salary, r\~}~|
|  {6:Search} {u:                                        }  5 people|
|  {b6:Name}                   {b6:Kana}                 {b6:Code}      {b6:State}          {b6:Number}|
|{b:^>} {r:葛󠄀城　花             }  カツラギ　ハナ       A004      identity che\~  kept|
|  髙橋　一郎             タカハシ　イチロウ   A001      identity che\~  kept|
|  山﨑　さくら           ヤマサキ　サクラ     A002      identity che\~  kept|
|  𠮷田　次郎             ﾖｼﾀﾞ　ｼﾞﾛｳ           A003      identity che\~  kept|
|  渡邉　健               ワタナベ　ケン       A005      identity che\~  kept|
||
||
||
||
||
||
||
||
||
||
||
||
||
||
|{r:F1} Help  {r:Enter} Open  {r:/} Search  {r:n} New person  {r:t} Transcribe  {r:Esc} Back  {r:F12} Lock|

# into the search
key /
paste 100000 zzzzzzzzzz
idle 300
wait Nobody is found
key C-u
type たか
wait 髙橋
gone 渡邉
key Escape
wait 渡邉
key Enter
wait 1954-03-14
paste 100000 reh q
idle 200
wait 1954-03-14

# the reason of a reveal: what does not fit is said, and nothing is shown by itself
key r
wait Reason
paste 100000 0x0x0x0x0
wait no more characters fit
idle 200
gone hidden in
key C-u
key Escape
wait 1954-03-14

# each field of a person, and the number
key e
wait A004
key C-u
paste 100000 名0123456789
wait no more characters fit
key Tab C-u
paste 100000 カ0
wait no more characters fit
key Tab C-u
paste 100000 C
wait no more characters fit
key Tab C-u
paste 100000 1
wait no more characters fit
key Tab Tab C-u
paste 100000 住
wait no more characters fit
key Escape
wait Throw it away
paste 10 yyyyyy
idle 100
wait Throw it away
key y
gone Throw it away
wait 1954-03-14
key q
wait タカハシ
key n
wait once more
key Tab Tab Tab Tab Tab Tab Tab
paste 100000 1234-5678-9018
wait 1234 5678 9018
idle 200
key Escape
wait Throw it away
key y
wait タカハシ
memory absent $T/needles
key Escape
wait 2 Review

# the queue, a review, the export's file, help and the verdict
key 2
wait certain
paste 100000 q 123
idle 200
wait certain
key Escape
wait 4 Export
key 4
wait UTF-8
paste 100000 q 123
idle 200
wait UTF-8
key Down Enter
wait For whom
key Down C-u
paste 100000 $T/x
idle 200
key F2
idle 200
shell test $(ls $T | grep -c '^x') -eq 0
key Escape
idle 100
key Escape
idle 100
key Escape
wait 4 Export
key F1
wait what the keys
paste 100000 q 123
idle 200
wait what the keys
key q
wait 5 Verify
key 5
wait is whole
paste 100000 q 123
idle 200
wait is whole
key q
wait 5 Verify
key q
exit 0
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json subject list >$T/list && test $(grep -c '"code"' $T/list) -eq 5
shell printf 'the yamada phrase\n' | $BUILD/bin/mynakura --dir $T/office --user yamada --passphrase-fd 0 --json audit list >$T/trail; ! grep -E '"action":"(subject_set|reveal|export|review_accept|review_reject)"' $T/trail

# a terminal without brackets: what is pasted are keys. What they do is on the record, and nothing that needs a passphrase was done
term vt100
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 2 scanned cards
key 3
wait タカハシ
paste 200 rqen/12345 jkx
idle 300
key F12
wait Login as
memory absent $T/needles within 1000
history absent $T/needles
type the suzuki phrase
key Enter
wait 1 Scan
key q
exit 0
shell printf 'the yamada phrase\n' | $BUILD/bin/mynakura --dir $T/office --user yamada --passphrase-fd 0 --json audit list >$T/trail; ! grep -E '"action":"export"' $T/trail
shell test $(ls $T | grep -c csv) -eq 0
shell $BUILD/bin/mynakura-verify $T/office
