#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mandoc's lint over every page, and a planted bad page that it must find.
set -u
n=0
n_ok() { n=$((n + 1)); echo "ok $n - $1"; }
n_bad() { n=$((n + 1)); echo "not ok $n - $1"; rc=1; }
rc=0
# Left out: STYLE remarks on long lines and on names that mandoc's database does not know on this machine.
lint() { mandoc -T lint -W warning "$1" 2>&1 | grep -v 'referenced manual not found'; }
for page in man/*.[1-8]; do
	words=$(lint "$page")
	if [ -z "$words" ]; then n_ok "$page"; else n_bad "$page"; echo "$words" | head -n 5 | sed 's/^/# /'; fi
done
# What is made from the tables is what the tables say now.
gen=${BUILD:-build}/bin/gen
made=$(mktemp)
sed -n '/keys: made by make man/,/end of keys/p' man/mynakura.1 | sed '1d;$d' >"$made"
if "$gen" keys | cmp -s - "$made"; then n_ok "mynakura(1) has the keys of the table"; else n_bad "mynakura(1) has the keys of the table: make man"; fi
sed -i '2d' "$made"
if "$gen" keys | cmp -s - "$made"; then n_bad "control: a missing key is found"; else n_ok "control: a missing key is found"; fi
if "$gen" completion | cmp -s - contrib/completion/mynakura.bash; then n_ok "the completion is that of the table"; else n_bad "the completion is that of the table: make man"; fi
words=$(bash -c '. contrib/completion/mynakura.bash; COMP_WORDS=(mynakura --dir x review acc); COMP_CWORD=4; _mynakura; echo "${COMPREPLY[@]}"
	COMP_WORDS=(mynakura capture --l); COMP_CWORD=2; _mynakura; echo "${COMPREPLY[@]}"')
if [ "$words" = "accept
--list --ledger" ] || [ "$words" = "accept
--ledger --list" ]; then n_ok "the completion completes"; else n_bad "the completion completes: $words"; fi
rm -f "$made"
bad=$(mktemp)
printf '.Dd today\n.Sh NAME\n.Nosuch macro\n' >"$bad"
if [ -n "$(lint "$bad")" ]; then n_ok "control: a bad page is found"; else n_bad "control: a bad page is found"; fi
rm -f "$bad"
echo "1..$n"
exit $rc
