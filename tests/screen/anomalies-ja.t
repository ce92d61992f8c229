# SPDX-License-Identifier: GPL-3.0-or-later
title anomalies ja
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include anomalies-words-ja.inc
include anomalies.inc
