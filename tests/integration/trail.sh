#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The trail over the socket: lists by the index in both orders, the people of an export, anomalies, kept checkpoints and this PC's own,
# an index that is wrong or gone, and many records in one fsync.
. "$(dirname "$0")/../lib/tap.sh"
run_part trail_lists.py
