#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sizes of windows that no emulator of a test survives (tests/lib/hostile_sizes.py).
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
tap_tmp
sh "$TAP_TOP/tests/lib/office.sh" "$TAP_TMP" || { ok 1 "the office is made"; plan; exit 1; }
PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/hostile_sizes.py" "$TAP_TMP"
