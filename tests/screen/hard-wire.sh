#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Answers that break the wire, lists without an end, pictures and readings that are none: the session ends with words or goes on, the
# screen stays usable, and the program ends with a status of its own.
CASES="$(sed -n 's/^    "\([a-z0-9]*\)": lambda b, k, i:.*/\1-/p' "$(dirname "$0")/../lib/hostile.py") endless intents same picture reading unasked"
. "$(dirname "$0")/hard-liar.inc"
