#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile texts in every field of every screen, from a daemon that lies: what is drawn is visible text, names stay as they are, and no
# sequence reaches the terminal. honest is the control.
CASES="honest text- twice extremes bare"
. "$(dirname "$0")/hard-liar.inc"
