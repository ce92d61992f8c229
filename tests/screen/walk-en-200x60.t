# SPDX-License-Identifier: GPL-3.0-or-later
title walk en-200x60
set COLS=200
set ROWS=60
set TERMINAL=xterm-256color
set HIDE=hide-by-key.inc
set FIRST=5000
include words-en.inc
note no more
include walk.inc
