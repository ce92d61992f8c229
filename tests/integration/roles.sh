#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may what: every request of the table for every kind of member, over the wire; and reveal and export by the command line.
. "$(dirname "$0")/../lib/tap.sh"
run_part roles.py
