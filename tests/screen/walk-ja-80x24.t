# SPDX-License-Identifier: GPL-3.0-or-later
title walk ja-80x24
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
set HIDE=hide-by-time.inc
set FIRST=5000
include words-ja.inc
note no more
include walk.inc
