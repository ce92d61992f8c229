#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# audit anchor: the slip in its forms, mynakura-verify by what the slip says, and a time stamp request that OpenSSL reads and a time
# stamping authority of the test's own answers.
. "$(dirname "$0")/../lib/tap.sh"
run_part anchor.py
