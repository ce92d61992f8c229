#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# While the whole trail is verified, which takes seconds, others work on: a reveal is answered at once. CHECKPOINTS=N for a larger trail.
. "$(dirname "$0")/../lib/tap.sh"
run_part verify_busy.py
