# SPDX-License-Identifier: GPL-3.0-or-later
title walk ja-nocolor
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
set HIDE=hide-by-key.inc
set FIRST=5000
include words-ja.inc
env NO_COLOR=1
include walk.inc
