# SPDX-License-Identifier: GPL-3.0-or-later
title walk ja-60x20
set COLS=60
set ROWS=20
set TERMINAL=xterm-256color
set HIDE=hide-by-key.inc
set FIRST=5000
include words-ja.inc
note no more
include walk.inc
