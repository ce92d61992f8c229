#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A clerk's own program on the socket gets no more than the clerk: after the budget nothing, over sessions, races, restarts and stated times;
# every try is on the trail.
. "$(dirname "$0")/../lib/tap.sh"
run_part rider.py
