# SPDX-License-Identifier: GPL-3.0-or-later
# People: names that are hard on a terminal, search in every script, one number for a moment and nothing of it afterwards, a person
# corrected and a new one typed, and what that costs on the line.
title people
lang ja
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait パスフレーズ
type the suzuki phrase
key Enter
wait 3 対象者
key 3
wait タカハシ
bytes <= 2500
screen
|{r: マイナ蔵  見本商事  対象者                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
|  {6:検索} {u:                                        }  5 人|
|  {b6:名前}                   {b6:フリガナ}             {b6:コード}    {b6:状態}           {b6:個人番号}|
|{b:^>} {r:葛󠄀城　花             }  カツラギ　ハナ       A004      本人確認待ち   あり|
|  髙橋　一郎             タカハシ　イチロウ   A001      本人確認待ち   あり|
|  山﨑　さくら           ヤマサキ　サクラ     A002      本人確認待ち   あり|
|  𠮷田　次郎             ﾖｼﾀﾞ　ｼﾞﾛｳ           A003      本人確認待ち   あり|
|  渡邉　健               ワタナベ　ケン       A005      本人確認待ち   あり|
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
|{r:F1} ヘルプ  {r:Enter} 開く  {r:/} 検索  {r:n} 新しい人  {r:t} 転記  {r:Esc} 戻る  {r:F12} ロック|
key Down
bytes <= 300
key Down
bytes <= 300

# by kana in either script and width, by kanji, by code in full width, what nobody has
key /
type たか
wait 1 人
bytes <= 2500
wait 髙橋　一郎
gone 渡邉
key C-u
type ﾖｼﾀﾞ
wait 𠮷田　次郎
gone 髙橋
key C-u
type 橋
wait 髙橋　一郎
bytes <= 2500
key C-u
type Ａ００５
wait 渡邉　健
gone 髙橋
key C-u
type 山崎
gone 渡邉
type ない
wait 見つかりません
idle 500
key C-u
type かつら
wait 葛
gone 髙橋
screen
|{r: マイナ蔵  見本商事  対象者                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
|  {6:検索} {bu:かつら^                                  }  1 人|
|  {b6:名前}                   {b6:フリガナ}             {b6:コード}    {b6:状態}           {b6:個人番号}|
|{b:>} {r:葛󠄀城　花             }  カツラギ　ハナ       A004      本人確認待ち   あり|
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
||
||
||
||
|{r:F1} ヘルプ  {r:Enter} 開く  {r:/} 検索  {r:Esc} 戻る  {r:F12} ロック|

# the person, and the number: recorded, shown, hidden by the time, gone from memory and from the screen
key Enter
wait 生年月日
wait ****-****-****
gone 髙橋
memory absent $T/needles
key r
wait 理由
type 源泉徴収票の作成
key Enter
wait 秒で隠します
memory present $T/needles
screen the number is there
|{r: マイナ蔵  見本商事  対象者                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
||
|  {6:名前}                 葛󠄀城　花|
|  {6:フリガナ}             カツラギ　ハナ|
|  {6:コード}               A004|
|  {6:生年月日}     {r:                                                  }|
|  {6:個人番号}     {r: } {b:葛󠄀城　花}                                       {r: }|
|  {6:番号の入手方} {r: }                                                {r: }|
|  {6:状態}         {r: } ^4820 9844 0644                                 {r: }|
|  {6:利用目的}     {r: }                                                {r: } 支払報告書を|
|               {r: } あと ░░ 秒で隠します                           {r: }|
|  {6:台帳}         {r:                                                  }|
|  {6:最終更新}             ░░░░-░░-░░ ░░:░░|
||
||
||
||
||
||
||
||
||
|{r:F1} ヘルプ  {r:Enter} すぐ隠す  {r:F12} ロック|
mark
wait あと 16 秒
bytes <= 200
timeout 30
wait 番号を隠しました
timeout 10
memory absent $T/needles within 1000
gone あと
screen it is hidden again
|{r: マイナ蔵  見本商事  対象者                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
||
|  {6:名前}                 ^葛󠄀城　花|
|  {6:フリガナ}             カツラギ　ハナ|
|  {6:コード}               A004|
|  {6:生年月日}             1954-03-14|
|  {6:個人番号}             ****-****-****|
|  {6:番号の入手方法}       二回入力|
|  {6:状態}                 本人確認待ち|
|  {6:利用目的}             源泉徴収票作成事務(給与所得・退職所得、給与支払報告書を|
|                       含む)|
|  {6:台帳}                 従業員台帳|
|  {6:最終更新}             ░░░░-░░-░░ ░░:░░|
||
||
||
||
||
||
||
||
|  番号を隠しました。|
|{r:F1} ヘルプ  {r:r} 番号を表示  {r:e} 訂正  {r:h} 履歴  {r:Esc} 戻る  {r:F12} ロック|
history absent $T/needles

# hidden by hand; the terminal's scrollback is cleared at the lock
key r
wait 理由
type 源泉徴収票の作成
key Enter
wait 秒で隠します
memory present $T/needles
key Enter
gone 秒で隠します
memory absent $T/needles within 1000
mark
key F12
wait ログインする人
raw present \e[3J
memory absent $T/needles within 1000
history absent $T/needles
type the suzuki phrase
key Enter
wait 3 対象者

# a correction: only what is right is taken, nothing typed is lost
key 3
wait タカハシ
key End Enter
wait 渡邉　健
key e
wait 訂正
wait 1955-03-14
key Tab Tab Tab C-u
type 1955-13-14
key F2
wait 生年月日 の値が正しくありません
wait 1955-13-14
key C-u
type 1955-12-14
bytes <= 600
key Tab Right
wait 男
key F2
wait 保存し、記録しました
wait 1955-12-14

# half an edit and away: asked first
key e
wait 一つずつ記録
wait 1955-12-14
type zzz
key Escape
wait 破棄しますか
key Escape
gone 破棄しますか
screen the form is as it was
|{r: マイナ蔵  見本商事  対象者の情報                     鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
| 訂正。一つずつ記録されます。|
||
| {b:名前}                 {bu:渡邉　健zzz^                                              }|
| {6:フリガナ}             {u:ワタナベ　ケン                                           }|
| {6:コード}               {u:A005                                                     }|
| {6:生年月日 (年-月-日)}  {u:1955-12-14                                               }|
| {6:性別}                 {u:< 男 >}|
| {6:住所}                 {u:                                                         }|
| {6:続柄}                 {u:                                                         }|
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
|{r:F1} ヘルプ  {r:F2} 保存  {r:Tab} 次の項目  {r:Esc} 戻る  {r:F12} ロック|
key Escape
wait 破棄しますか
key Enter
gone 破棄しますか
wait zzz
key Escape
wait 破棄しますか
key y
gone zzz
key Escape
wait タカハシ

# a new person with a number from paper, typed twice; digits of any width
key n
wait もう一度
type 新田　花子
key Tab
type ニッタ　ハナコ
key Tab
type B001
key Tab Tab Tab Tab Tab
type １２３４-5678
type 9012
wait 検査用数字が合いません
key BSpace
type 8
wait 検査用数字は合っています
screen the number is drawn, in groups
|{r: マイナ蔵  見本商事  対象者の情報                     鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
| 新しい対象者。画像のない番号は二回入力します。|
||
| {6:名前}                 {u:新田　花子                                               }|
| {6:フリガナ}             {u:ニッタ　ハナコ                                           }|
| {6:コード}               {u:B001                                                     }|
| {6:生年月日 (年-月-日)}  {u:                                                         }|
| {6:性別}                 {u:< 記載なし >}|
| {6:住所}                 {u:                                                         }|
| {6:続柄}                 {u:                                                         }|
| {b:個人番号}             1234 5678 9018^  {2:検査用数字は合っています}|
| {6:もう一度}             ____ ____ ____|
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
|{r:F1} ヘルプ  {r:F2} 保存  {r:Tab} 次の項目  {r:Esc} 戻る  {r:F12} ロック|
key Tab
type 123456789017
wait 上と違います
key F2
wait 入力された番号は検査用数字が合いません
key C-u
type 123456789018
wait 一致しました
key F2
wait 保存し、記録しました
wait ニッタ
key Escape
wait 6 人(番号あり 6 人)
key q
exit 0
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json subject show A005 | grep -q '"birth":"1955-12-14"'
