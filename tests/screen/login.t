# SPDX-License-Identifier: GPL-3.0-or-later
# The first screen, the field it has, what an idle screen sends, a flood of text, job control's key, lock and the way out.
title login
lang ja
env SANE_CONFIG_DIR=$T/sane
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait [デモ]
bytes <= 5000
screen
|{r: マイナ蔵  ログイン                                                             }|
|                                              {b3: [デモ] [単一アカウント・分離なし]}|
||
||
||
|      {b:マイナ蔵}|
|      個人番号を読み取り、暗号化して保管し、閲覧をすべて記録します|
||
|      ログインする人: suzuki|
|      {b:パスフレーズ}  {bu:^                                                    }|
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
|{r:F1} ヘルプ  {r:Tab} 次の項目  {r:Esc} 終了  {r:F4} ワンタイムコード|
wait パスフレーズ
idle 1500

# a typed character, the line's keys, a wrong passphrase
key x
bytes <= 60
key BSpace
bytes <= 60
type not the one
key Enter
wait パスフレーズが違います
gone not the one

# one megabyte into the field: what does not fit is not taken, and the screen is still there
paste 100000 0123456789
wait この欄にはこれ以上入力できません
idle 300
key C-u Enter
wait パスフレーズを入力してください

type the suzuki phrase
key Enter
wait カードの読取り
screen
|{r: マイナ蔵  見本商事  ホーム                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
||
|{b:^>} {r:1 カードの読取り        }  個人番号カード・通知カード・住民票を読み取る|
|  2 確認と訂正              待っているものはありません|
|  3 対象者                  5 人(番号あり 5 人)|
|  4 出力                    給与・人事ソフトや行政の様式のファイルを作る|
|  5 記録の検証              取扱記録が書き換えられていないか、一件ずつ確かめる|
|  6 作業                    別の台帳・利用目的で作業する|
|  7 承認                    待っているものはありません|
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
|{r:F1} ヘルプ  {r:Enter} 開く  {r:t} 作業  {r:p} パスフレーズ  {r:q} 終了  {r:F12} ロック|
idle 1500
key Down
bytes <= 300
key F1
wait この画面のキー
bytes <= 2500
key q

# the mouse: the key bar, a row, the same row again
mouse 3 24
wait この画面のキー
# there is no help about help: one key leaves it
key F1 ?
idle 100
key q
gone この画面のキー
mouse 10 6
cursor 1 6
mouse 10 6
wait タカハシ
mouse 10 10 wheel-down
cursor 1 8
key q
wait カードの読取り

# window too small, and back
resize 30 6
wait 画面が小さすぎます
resize 80 24
wait カードの読取り
storm 1000 42
wait カードの読取り
idle 300

# lock: by its key and by C-l twice; the session has ended
key F12
wait ログインする人
gone カードの読取り
screen
|{r: マイナ蔵  ログイン                                                             }|
|                                              {b3: [デモ] [単一アカウント・分離なし]}|
||
||
||
|      {b:マイナ蔵}|
|      個人番号を読み取り、暗号化して保管し、閲覧をすべて記録します|
||
|      ログインする人: suzuki|
|      {b:パスフレーズ}  {bu:^                                                    }|
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
|{r:F1} ヘルプ  {r:Tab} 次の項目  {r:Esc} 終了  {r:F4} ワンタイムコード|
type the suzuki phrase
key Enter
wait カードの読取り
key C-l C-l
wait ログインする人
altscreen on
key Escape
exit 0
altscreen off
