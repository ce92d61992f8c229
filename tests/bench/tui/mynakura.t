# SPDX-License-Identifier: GPL-3.0-or-later
# Our screens: start to the first screen, a key to its redraw, bytes for each, in a ledger of many people (OFFICE is given by run).
title mynakura
lang ja
bench-start mynakura-start 20 パスフレーズ $BUILD/bin/mynakura --dir $OFFICE --user yamada
run $BUILD/bin/mynakura --dir $OFFICE --user yamada
wait [デモ]
bench mynakura-typed-char 30 key x
key C-u
type the bench phrase
key Enter
wait 3 対象者
bench mynakura-home-down 30 key Down
bench mynakura-home-up 30 key Up
bench mynakura-help 1 key F1
key q
key 3
wait フリガナ
bench mynakura-down 100 key Down
bench mynakura-up 100 key Up
bench mynakura-page 30 key NPage
bench mynakura-page-up 30 key PPage
bench mynakura-end-home 10 key End Home
key Home /
wait 検索
idle 600
bench mynakura-search-ta 10 key た BSpace
bench mynakura-search-tak 1 key た
bench mynakura-search-taka 10 key か BSpace
bench mynakura-search-none 10 key z BSpace
key C-u
bench mynakura-search-code 5 key E 0 9 9 9 9 C-u
key Escape
bench mynakura-person-open 1 key Enter
key q
key Escape
key q
exit 0
