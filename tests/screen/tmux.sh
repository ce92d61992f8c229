#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Smoke tests under a real multiplexer: detach and attach, a resize, job control in a real shell, and the one thing that the driver's
# emulator cannot show: kana typed in two pieces (か + U+3099).
set -u
. "$(dirname "$0")/../lib/tap.sh"
command -v tmux >/dev/null || skip_all "tmux is missing"
tap_tmp
sh "$TAP_TOP/tests/lib/office.sh" "$TAP_TMP" || { ok 1 "the office is made"; plan; exit 1; }
t() { tmux -u -f /dev/null -L "mk-test-$$" "$@"; }
trap 't kill-server 2>/dev/null; rm -rf "$TAP_TMP"' EXIT
ids() { t capture-pane -p; }
# see TEXT: within 15 seconds it stands on the pane
see() {
	n=0
	until ids | grep -qF -- "$1"; do
		n=$((n + 1))
		[ $n -lt 150 ] || return 1
		sleep 0.1
	done
}
shown() { # WORDS TEXT
	if see "$2"; then ok 0 "$1"; else
		ok 1 "$1"
		ids | sed 's/[0-9]\{4\} [0-9]\{4\} [0-9]\{4\}/#### #### ####/; s/^/# /'
	fi
}
env="env HOME=$TAP_TMP LANG=C.UTF-8 LC_ALL=C.UTF-8 LANGUAGE=ja"
t new-session -d -x 80 -y 24 "$env PS1='shell> ' sh -i"
t set -g status off
see 'shell>'
t send-keys "$BUILD/bin/mynakura --dir $TAP_TMP/office --user suzuki" Enter
shown "the login comes" パスフレーズ
t send-keys 'the suzuki phrase' Enter
shown "home" カードの読取り
t send-keys 3
shown "people" タカハシ

# another terminal comes and goes
same() { # TEXT: within 15 seconds the pane is it
	n=0
	until [ "$(ids)" = "$1" ]; do
		n=$((n + 1))
		[ $n -lt 150 ] || return 1
		sleep 0.1
	done
}
before=
until [ -n "$before" ] && [ "$before" = "$(ids)" ]; do # all of it is drawn
	before=$(ids)
	sleep 0.2
done
t new-session -d -s other -x 80 -y 24 "TMUX= TERM=xterm-256color tmux -u -f /dev/null -L mk-test-$$ attach -t 0"
n=0
until [ -n "$(t list-clients -t 0)" ] || [ $n -ge 100 ]; do
	n=$((n + 1))
	sleep 0.1
done
[ $n -lt 100 ]
ok $? "control: the other terminal is attached"
t detach-client -s 0 2>/dev/null
same "$before"
ok $? "detach and attach leave the screen as it is"
t kill-session -t other 2>/dev/null

t resize-window -t 0 -x 120 -y 40
shown "a larger window shows a further column" 生年月日
t resize-window -t 0 -x 80 -y 24
see タカハシ
! ids | grep -q 生年月日
ok $? "and the old size is the old screen"

# the key and the shell's fg
t send-keys C-z
shown "Ctrl-Z gives the shell back" Stopped
! ids | grep -q タカハシ
ok $? "with nobody's name on it"
t send-keys fg Enter
shown "fg returns, to the login: a stopped program cannot lock when its time comes" シェルに戻ったので
t send-keys 'the suzuki phrase' Enter
shown "home again" カードの読取り
t send-keys 3
see タカハシ

# two pieces of a kana are one character
t send-keys n
see もう一度
t send-keys "$(printf 'か\343\202\231き　太郎')" F2
shown "saved" 保存し、記録しました
t send-keys /
t send-keys がき
shown "and found by the composed kana" '1 人'
t send-keys F12
shown "locked" ログインする人
t send-keys Escape
shown "left" 'shell>'
plan
