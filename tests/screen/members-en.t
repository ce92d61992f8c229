# SPDX-License-Identifier: GPL-3.0-or-later
title members en
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include members-words-en.inc
include members.inc
