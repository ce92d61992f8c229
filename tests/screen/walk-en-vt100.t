# SPDX-License-Identifier: GPL-3.0-or-later
title walk en-vt100
set COLS=80
set ROWS=24
set TERMINAL=vt100
set HIDE=hide-by-key.inc
set FIRST=5000
include words-en.inc
note no more
include walk.inc
