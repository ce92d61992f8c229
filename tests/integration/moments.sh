#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad moments: rights taken away while the trail stands still, two inits at once, a reading process that hangs, keys in memory after a
# session's end by lock, disconnect and idleness.
. "$(dirname "$0")/../lib/tap.sh"
command -v strace >/dev/null || skip_all "strace is missing"
run_part moments.py
