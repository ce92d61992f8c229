# SPDX-License-Identifier: GPL-3.0-or-later
# A list of 300 people: what moving in it costs on the line, at the window's edge too, and that it grows as one goes down.
title pages
lang ja
shell BUILD=$BUILD sh $TOP/tests/lib/office.sh $T
shell for i in $(seq 100 399); do echo "subject add name=見本$i kana=ミホン$i code=C$i"; done >$T/batch && printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 batch $T/batch >/dev/null
run $BUILD/bin/mynakura --dir $T/office --user suzuki
wait パスフレーズ
type the suzuki phrase
key Enter
wait 3 対象者
key 3
wait 60 人以上
bytes <= 2500
wait 見本100
key NPage
bytes <= 2500
key NPage
bytes <= 2500
key PPage
bytes <= 2500
wait 260 人以上
key Home
wait 葛
key Down Down Down Down Down Down Down Down Down Down Down Down Down Down Down Down Down Down Down
wait 見本114
idle 300
key Down
bytes <= 300
key Down
bytes <= 300
wait 見本116
key Up
bytes <= 300
# on and on: the pages behind come when the end is near
key End
wait 305 人
key End
wait 見本399
key NPage
wait 見本399
key PPage
bytes <= 2500
idle 300
key Home
wait 葛
bytes <= 2500
screen
|{r: マイナ蔵  見本商事  対象者                           鈴木花子 (事務取扱担当者) }|
|{6: 従業員台帳 / 源泉徴収票作成事務(給与所得・\~}  {b3: [デモ] [単一アカウント・分離なし]}|
|  {6:検索} {u:                                        }  305 人|
|  {b6:名前}                   {b6:フリガナ}             {b6:コード}    {b6:状態}           {b6:個人番号}|
|{b:^>} {r:葛󠄀城　花             }  カツラギ　ハナ       A004      本人確認待ち   あり|
|  髙橋　一郎             タカハシ　イチロウ   A001      本人確認待ち   あり|
|  見本100                ミホン100            C100      未依頼         -|
|  見本101                ミホン101            C101      未依頼         -|
|  見本102                ミホン102            C102      未依頼         -|
|  見本103                ミホン103            C103      未依頼         -|
|  見本104                ミホン104            C104      未依頼         -|
|  見本105                ミホン105            C105      未依頼         -|
|  見本106                ミホン106            C106      未依頼         -|
|  見本107                ミホン107            C107      未依頼         -|
|  見本108                ミホン108            C108      未依頼         -|
|  見本109                ミホン109            C109      未依頼         -|
|  見本110                ミホン110            C110      未依頼         -|
|  見本111                ミホン111            C111      未依頼         -|
|  見本112                ミホン112            C112      未依頼         -|
|  見本113                ミホン113            C113      未依頼         -|
|  見本114                ミホン114            C114      未依頼         -|
|  見本115                ミホン115            C115      未依頼         -|
||
|{r:F1} ヘルプ  {r:Enter} 開く  {r:/} 検索  {r:n} 新しい人  {r:t} 転記  {r:Esc} 戻る  {r:F12} ロック|
