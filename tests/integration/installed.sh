#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed form as root starts it and members use it: who each process is, whose each file is, who may come in, what stays in
# memory, what the kernel's audit and syslog are told.
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
. "$TAP_TOP/tests/lib/installed.sh"
export MK MEMBERS
# the one thing that is the whole machine's: put back however the test ends
core=$(cat /proc/sys/kernel/core_pattern)
trap 'echo "$core" >/proc/sys/kernel/core_pattern; installed_stop; rm -rf "$TAP_TMP"' EXIT
PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TOP/tests/lib/installed_test.py"
