#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Descriptors that a client passes and whose file system never answers, or whose closing waits: the vault serves the others all the same.
. "$(dirname "$0")/../lib/tap.sh"
run_part passed_fds.py
