# SPDX-License-Identifier: GPL-3.0-or-later
title members ja
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include members-words-ja.inc
include members.inc
