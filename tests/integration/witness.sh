#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The witness in a member's own home: an office that is put back to an older copy, a fork, a bad file, and the verbs witness show and check.
. "$(dirname "$0")/../lib/tap.sh"
run_part witness.py
