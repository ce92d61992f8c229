# SPDX-License-Identifier: GPL-3.0-or-later
title members en vt100 200x60
set COLS=200
set ROWS=60
set TERMINAL=vt100
include members-words-en.inc
include members.inc
