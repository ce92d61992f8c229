# SPDX-License-Identifier: GPL-3.0-or-later
# What htop takes for a key, a page and its start: a yardstick for our own list.
title htop
need htop
bench-start htop-start 10 Mem htop -d 100
run htop -d 100
wait Mem
bench htop-down 50 key Down
bench htop-up 50 key Up
bench htop-page 20 key NPage
bench htop-page-up 20 key PPage
bench htop-help 10 key F1 Escape
key q
exit 0
