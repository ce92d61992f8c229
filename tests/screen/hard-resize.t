# SPDX-License-Identifier: GPL-3.0-or-later
# A window made smaller and larger again so fast that the program sees only the last size, which is the one it knew: the terminal has
# thrown away what was outside, so all must be drawn anew.
title resize
lang en
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait Passphrase
type the suzuki phrase
key Enter
wait 3 People
key 3
wait タカハシ
idle 100
resize 45 14
resize 80 24
idle 200
screen
|{r: mynakura  見本商事  People                                    鈴木花子 (clerk) }|
|{6: 従業員台帳 / withholding slips (salary, r\~} {b3: [demo] [one account, not separated]}|
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
resize 79 24
resize 80 24
idle 200
wait F12
key F12
wait Login as
key Escape
exit 0
