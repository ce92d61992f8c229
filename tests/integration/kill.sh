#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 of a random role at a random time in a loop of adds with numbers: nothing acknowledged is lost, the client says so in words, the
# next start is clean. ROUNDS=N and SEED=N for longer or other runs.
. "$(dirname "$0")/../lib/tap.sh"
run_part kill.py
