#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The trail and its heads on another host: two real rsyslogd with the configuration of contrib/rsyslog (other paths and ports), an office
# that works, mynakura-verify on what arrived, and the local trail cut and rewritten. Mail too, to an SMTP server of the test's own.
. "$(dirname "$0")/../lib/tap.sh"
command -v rsyslogd >/dev/null || skip_all "rsyslogd is not installed (apt install rsyslog)"
run_part heads.py
