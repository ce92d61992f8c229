# SPDX-License-Identifier: GPL-3.0-or-later
title keys ja
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include keys-words-ja.inc
include keys.inc
