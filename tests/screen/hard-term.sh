#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program is told to end (SIGTERM) on each screen (hard-lost.inc).
. "$(dirname "$0")/hard-lost.inc"
for s in $SCREENS; do case_ term "$s"; done
# without a terminal to read from there are no screens
{
	start "no standard input"
	after
} | sed '/^wait Passphrase/d; s/^run .*/& <\/dev\/null\nexit 2/' >"$TAP_TMP/t/eof-null.t"
run_cases
