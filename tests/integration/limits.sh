#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Limits that a review found missing: sole holders of keys, one's own access, budgets over restarts, dependents exported alone, a second
# number for the same person. Works on the frozen vault of tests/vectors/vault-1; every verb is a run of the daemon of its own.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BUILD:-build}/bin
tmp=$(mktemp -d)
export HOME=$tmp XDG_STATE_HOME=$tmp/state
trap 'rm -rf "$tmp"' EXIT
export XDG_STATE_HOME="$tmp/state" # the witness of another run with the same vault is not this one's
n=0 rc=0
is() { # WORDS WANT GOT
	n=$((n + 1))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1: wanted $2, got $3"; rc=1; fi
}
tar -xzf tests/vectors/vault-1/office.tar.gz -C "$tmp"
D=$tmp/office
as() { # USER PASSPHRASE ARGS...: output in $tmp/out, status in $st
	user=$1 pass=$2
	shift 2
	printf '%s\n' "$pass" | "$BIN/mynakura" --dir "$D" --user "$user" --passphrase-fd 0 --json "$@" >"$tmp/out" 2>"$tmp/err"
	st=$?
}
chief() { as 山田 'fixture chief' "$@"; }
clerk() { as suzuki 'fixture clerk' "$@"; }

clerk review accept rjwp3q0rhm1pan --set subject=0001
is "a person who has another number gets no second one by accepting" 12 $st
clerk reveal 0001 --reason 照合
is "control: the old number is still shown" '"number":"123456789018"' "$(grep -o '"number":"[0-9]*"' "$tmp/out")"

parent=$(clerk subject show 0001; sed -n 's/.*"id":"\([^"]*\)".*/\1/p' "$tmp/out")
printf 'fixture clerk\n123456789026\n123456789026\n' | "$BIN/mynakura" --dir "$D" --user suzuki --passphrase-fd 0 \
	subject add name=髙橋花子 code=0001-1 relationship=妻 "parent=$parent" number=- >/dev/null
clerk export --profile generic-utf8 --ledger 従業員台帳 --subject 0001-1 --subject 0001-1 -o "$tmp/one.csv"
is "a dependent is exported alone, named twice and written once" 1 "$(grep -o '"rows":[0-9]*' "$tmp/out" | cut -d: -f2)"
is "with the employee's code and name, and the relationship" 1 "$(grep -c '^"0001","髙橋一郎","[^"]*","妻","髙橋花子"' "$tmp/one.csv")"

chief ledger revoke 従業員台帳 suzuki
is "one of two holders may lose the keys" 0 $st
chief ledger revoke 従業員台帳 山田
is "the last holder may not" 12 $st
chief ledger grant 従業員台帳 suzuki
is "control: a grant still works" 0 $st
chief member disable 山田
is "nobody disables the own access" 4 $st

i=1
while [ $i -lt 10 ]; do # one reveal was made above
	clerk reveal 0002 --reason 照合
	[ $st -eq 0 ] || break
	i=$((i + 1))
done
is "ten reveals in ten minutes" 10 $i
clerk reveal 0002 --reason 照合
is "the eleventh is over the budget, whatever runs lay between" 6 $st
is "and shows no digit" 0 "$(grep -cE '[0-9]{12}' "$tmp/out")"
echo "1..$n"
exit $rc
