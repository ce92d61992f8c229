#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Random and mutated frames of every request, disconnects in mid-request, floods of descriptors: the same daemon serves afterwards and its
# trail is whole. FRAMES=N HANGUPS=N FDS=N SEED=N for longer or other runs (make check-long: 10^6 frames).
. "$(dirname "$0")/../lib/tap.sh"
run_part flood.py
