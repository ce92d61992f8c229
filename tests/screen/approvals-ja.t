# SPDX-License-Identifier: GPL-3.0-or-later
title approvals ja
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include approvals-words-ja.inc
include approvals.inc
