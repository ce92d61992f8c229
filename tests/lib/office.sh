#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# office.sh DIR [CARDS SEED]: a demo office in DIR/office for the screen tests, with people whose names are hard on a terminal, a stack of
# CARDS drawn cards in the scanner (SANE's pnm backend), and DIR/needles: every number that is anywhere in it, one a line. Passphrases
# go over a descriptor. Members: yamada (chief), suzuki (clerk), tanaka (auditor); each one's passphrase is "the NAME phrase".
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
dir=$1 cards=${2:-0} seed=${3:-7}
m=$BUILD/bin/mynakura
umask 077
# The members' home: DIR, as the screen tests have it. What it keeps of the vault goes where the office is copied to.
export HOME="$dir"
unset XDG_STATE_HOME
as() { # WHO LINES ARGS...
	who=$1 lines=$2
	shift 2
	printf '%s\n' "$lines" | "$m" --dir "$dir/office" ${who:+--user "$who"} --passphrase-fd 0 --json "$@" 2>"$dir/err" || { cat "$dir/err" >&2; exit 1; }
}
number() { # N: a number made for tests, 11 digits of N and their check digit
	awk -v d="$(printf '%011d' "$1")" 'BEGIN { for (p = 1; p <= 11; p++) s += substr(d, 12 - p, 1) * (p <= 6 ? p + 1 : p - 5); r = s % 11; print d (r <= 1 ? 0 : 11 - r) }'
}
as "" 'the yamada phrase' init --office 見本商事 --chief yamada --demo --kdf m=8,t=1 >/dev/null
as yamada 'the yamada phrase' ledger add 従業員台帳 >/dev/null
for who in '鈴木花子 suzuki clerk' '田中監 tanaka auditor'; do
	set -- $who
	code=$(as yamada 'the yamada phrase' member add "$1" --account "$2" --role "$3" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
	as "" "$code
the $2 phrase" member activate "$2" >/dev/null
done
as yamada 'the yamada phrase' ledger grant 従業員台帳 suzuki >/dev/null
: >"$dir/needles"
i=0
ivs=$(printf '\363\240\204\200') # U+E0100
while IFS='	' read -r name kana code; do
	i=$((i + 1))
	n=$(number $((48206173940 + i * 917531)))
	echo "$n" >>"$dir/needles"
	as suzuki "the suzuki phrase
$n
$n" subject add "name=$name" "kana=$kana" "code=$code" "birth=19$((50 + i))-03-14" number=- >/dev/null
done <<EOF
髙橋　一郎	タカハシ　イチロウ	A001
山﨑　さくら	ヤマサキ　サクラ	A002
𠮷田　次郎	ﾖｼﾀﾞ　ｼﾞﾛｳ	A003
葛${ivs}城　花	カツラギ　ハナ	A004
渡邉　健	ワタナベ　ケン	A005
EOF
# NAME=VALUE of the scanner: the stack, one file after the other
mkdir -p "$dir/sane" "$dir/.config/mynakura/profiles" "$dir/cards"
echo pnm >"$dir/sane/dll.conf"
install -m 644 "$top"/contrib/profiles/*.json "$dir/.config/mynakura/profiles/"
if [ "$cards" -gt 0 ]; then
	"$BUILD/bin/specimen" --stack "$dir/cards" --seed "$seed" --count "$cards" --format pnm >/dev/null
	sed -n 's/.*"number": "\([0-9]*\)".*/\1/p' "$dir/cards/truth.jsonl" >>"$dir/needles"
	{
		echo "device = pnm:0"
		for f in "$dir"/cards/*.p[gp]m; do echo "option = filename=$f"; done
	} >"$dir/.config/mynakura/screen.conf"
fi
