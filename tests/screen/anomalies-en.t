# SPDX-License-Identifier: GPL-3.0-or-later
title anomalies en
set COLS=80
set ROWS=24
set TERMINAL=xterm-256color
include anomalies-words-en.inc
include anomalies.inc
