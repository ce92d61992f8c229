#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Text that would harm a screen, a file or a reader is refused by the daemon itself; what people are really called is kept to the letter;
# no output of the command line holds a raw control character.
. "$(dirname "$0")/../lib/tap.sh"
run_part names.py
