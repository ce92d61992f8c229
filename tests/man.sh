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
bad=$(mktemp)
printf '.Dd today\n.Sh NAME\n.Nosuch macro\n' >"$bad"
if [ -n "$(lint "$bad")" ]; then n_ok "control: a bad page is found"; else n_bad "control: a bad page is found"; fi
rm -f "$bad"
echo "1..$n"
exit $rc
