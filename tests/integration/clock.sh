#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clock status and confirm in a demo office: a jump forward makes nothing expire until two persons have said that the clock is right.
. "$(dirname "$0")/../lib/tap.sh"
run_part clock.py
