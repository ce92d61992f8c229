#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installed, a real office: with swap in clear nobody gets in, unless root allows it by a file, which each login tells and the record holds
# (decisions.md 5). /proc/swaps is another file for the daemon, by a bind mount.
. "$(dirname "$0")/../lib/tap.sh"
. "$TAP_TOP/tests/lib/installed.sh"
o=$TAP_TMP/o S=/var/lib/mynakura/trail
swaps() { # LINE...: what the kernel says
	{ printf 'Filename\tType\tSize\tUsed\tPriority\n'; for l; do printf '%s\n' "$l"; done; } >"$TAP_TMP/swaps"
}
swaps
mount --bind "$TAP_TMP/swaps" /proc/swaps || skip_all "/proc/swaps cannot be covered here"
installed_start
P='kuroi neko ga yane de hirune shiteiru'
my yamada "$P" --json init --office 見本商事 --chief yamada >"$o" 2>&1 || { cat "$o"; echo "Bail out! no office"; exit 1; }
again() {
	installed_stop
	installed_start
}
verb() { # ARGS...: status in $st, words in $o
	my yamada "$P" "$@" >"$o" 2>&1
	st=$?
}
verb office list
[ $st -eq 0 ]
ok $? "control: no swap, the chief works"
swaps '/dev/dm-1 partition 8388604 0 -2' '/dev/zram0 partition 1024 0 100'
again
verb office list
[ $st -eq 0 ]
ok $? "swap on a dm device and on zram is no matter"
swaps '/dev/dm-1 partition 8388604 0 -2' '/dev/sda2 partition 8388604 0 -3'
again
verb office list
[ $st -eq 1 ] && grep -q 'not encrypted' "$o"
ok $? "swap in clear beside it: nobody gets in, and is told why"
touch /etc/mynakura/allow-swap
again
verb login
[ $st -eq 0 ] && grep -q 'root has allowed' "$o"
ok $? "root allows it: each login is told"
grep -h '"action":"alarm"' $S/*.jsonl | grep -q 'swap in clear'
ok $? "and it stands on the trail"
installed_stop
plan
