#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The disk under the trail fails at every write and sync of a reveal, and trail and vault are killed at every call of it: status 7, not one
# digit, and whatever left has its intent. (trail-guard.sh: full and read-only file systems, size limits, a trail that stands still.)
. "$(dirname "$0")/../lib/tap.sh"
command -v strace >/dev/null || skip_all "strace is missing"
run_part trail_disk.py
