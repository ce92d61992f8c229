# SPDX-License-Identifier: GPL-3.0-or-later
title approvals ja 60x20
set COLS=60
set ROWS=20
set TERMINAL=xterm-256color
env NO_COLOR=1
include approvals-words-ja.inc
set W_SURE=ファイルを手に入れた人
set W_FOR_ME=あなたの判断待ち
set W_OWN_WAITS=自分の依頼 1 件が承認待ち
set W_YOUR_NAME=読んで確かめたもの
include approvals.inc
