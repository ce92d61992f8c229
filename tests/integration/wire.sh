#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Malformed, random and mutated frames, descriptors that nobody asked for, too many connections: the daemon closes what is wrong and serves
# the next. And: every tag and request of the headers stands in mynakura-wire(7).
. "$(dirname "$0")/../lib/tap.sh"
run_part wire_test.py
