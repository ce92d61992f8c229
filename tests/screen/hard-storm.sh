#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A thousand sizes at once on every screen, then others one by one, from 2x2 and 20x5 to 300x100: afterwards the screen is, cell by cell,
# what it was before. The driver writes both down (--update) and they are compared here. The screens are hard-lost.inc's.
# One row and one column are hard-sizes.sh's: libvterm 0.1.4 does not survive them.
. "$(dirname "$0")/hard-lost.inc"
sizes() { # SEED
	awk -v s="$1" 'BEGIN { srand(s); for (i = 0; i < 60; i++) print "resize", 2 + int(rand() * 299), 2 + int(rand() * 99) }'
	printf 'resize 2 2\nresize 20 5\nresize 300 100\nresize 80 2\nresize 2 24\n'
}
script() { # SCREEN SEED
	start "storm at $1"
	[ "$1" = login ] && printf 'type half a phrase\nidle 100\n' || { login; to "$1"; }
	printf 'idle 200\nscreen before\n'
	printf 'resize 2 2\nidle 50\nresize 20 5\nwait window\nresize 300 100\nidle 50\nresize 45 14\nidle 50\nresize 80 24\nstorm 1000 %d\n' "$2"
	sizes "$2"
	printf 'resize 80 24\nidle 200\nscreen after\n'
	[ "$1" != reveal ] || printf 'key Enter\ngone hidden in\n'
	[ "$1" = login ] || printf 'key F12\nwait Login as\n'
	printf 'memory absent $M/needles within 1000\nhistory absent $M/needles\nkey Escape\nexit 0\n'
}
# block FILE NAME: the rows of a golden; the seconds of a reveal go on
block() { awk -v w="$2" '/^screen /{ on = $2 == w; next } !/^\|/ { on = 0 } on' "$1" | sed 's/in [0-9][0-9]* s/in N s/'; }
n=0
for s in login home people search person history reason reveal edit new queue review scan export verify help; do
	case $s in "${ONLY_CASE:-}"*) ;; *) continue ;; esac
	n=$((n + 1))
	f=$TAP_TMP/t/$s.t
	script $s $n >"$f"
	TMPDIR=$TAP_TMP "$BUILD/bin/screen" --update -D "M=$M" "$f" >"$f.out" 2>&1
	status=$?
	ok $status "the program lives at $s" >>"$TAP_TMP/say"
	[ $status -lt 2 ] || echo "# the driver ended with status $status: $(tail -n 1 "$f.out")" >>"$TAP_TMP/say"
	grep -q '^not ok' "$f.out" && sed 's/^/# /' "$f.out" >>"$TAP_TMP/say"
	block "$f" before >"$f.before"
	block "$f" after >"$f.after"
	[ -s "$f.before" ] && cmp -s "$f.before" "$f.after"
	ok $? "the screen after the storm is that before it: $s" >>"$TAP_TMP/say"
	cmp -s "$f.before" "$f.after" || diff "$f.before" "$f.after" | sed -E 's/[0-9]{4} [0-9]{4} [0-9]{4}/#### #### ####/; s/^/# /' >>"$TAP_TMP/say"
done
cat "$TAP_TMP/say"
plan
