# SPDX-License-Identifier: GPL-3.0-or-later
# What tig takes on this repository: a yardstick for our own list.
title tig
need tig git
env GIT_CONFIG_NOSYSTEM=1
shell git -C $TOP rev-parse HEAD
bench-start tig-start 10 [main] env -C $TOP tig
run env -C $TOP tig
wait [main]
bench tig-down 50 key Down
bench tig-up 50 key Up
bench tig-page 20 key NPage
bench tig-page-up 20 key PPage
key Home
bench tig-open 10 key Enter q
key Q
exit 0
