#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ways around second persons and sessions: who shuts others out, waits, or is quick, gets no more by it.
. "$(dirname "$0")/../lib/tap.sh"
run_part around.py
