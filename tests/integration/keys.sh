#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# key slots: who could open what, through a member's life; and audit list, anomalies and export.
. "$(dirname "$0")/../lib/tap.sh"
run_part keys.py
