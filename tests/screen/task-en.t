# SPDX-License-Identifier: GPL-3.0-or-later
title task en
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include keys-words-en.inc
include task.inc
