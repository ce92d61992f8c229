#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Second persons, budgets, tasks, limits, the clock and the idle lock, over the socket of a daemon that many use (security.md R8, R9, R10, R14).
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
tap_tmp
PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/second.py" "$TAP_TMP"
