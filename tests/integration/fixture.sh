#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The first frozen vault opens, says what it said when it was made, and can be worked in. A control: with one byte of its ledger changed it
# does not.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BUILD:-build}/bin
HEAD=6430f98b4c5b6c20115ee8d096386deabadc31cda210c9019f73a6aebef09103
KEY=b1bc7674c5112d0ff4c074f0b65b2afe1e12f5183d770fc418380bd3d05bfe1f
tmp=$(mktemp -d)
export XDG_STATE_HOME="$tmp/state"
trap 'rm -rf "$tmp"' EXIT
n=0 rc=0
check() { # WORDS, with the status of the command before
	s=$?
	n=$((n + 1))
	if [ $s -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; rc=1; fi
}
tar -xzf tests/vectors/vault-1/office.tar.gz -C "$tmp"
D=$tmp/office
clerk() { printf 'fixture clerk\n' | "$BIN/mynakura" --dir "$D" --user suzuki --passphrase-fd 0 --json "$@" 2>>"$tmp/err"; }

printf '%s\n' "$KEY" >"$tmp/key"
"$BIN/mynakura-verify" --head $HEAD --key "$tmp/key" "$D" >/dev/null
check "its trail is whole and holds the frozen head"
clerk subject list >"$tmp/list"
grep -q '"code":"0001","name":"髙橋一郎"' "$tmp/list" && grep -q '"code":"0002","name":"見本二郎"' "$tmp/list"
check "its subjects are there, 髙 as it was"
clerk reveal 0001 --reason 照合 | grep -q '"number":"123456789018"'
check "the first number opens"
clerk reveal 0002 --reason 照合 | grep -q '"number":"111111111118"'
check "the second number opens"
clerk review accept rjwp3q0rhm1pan --set code=0003 --set name=見本三郎 >/dev/null && clerk reveal 0003 --reason 照合 | grep -q '"number":"413846082371"'
check "its review item is accepted and holds what was read"
clerk subject add name=新人 code=0004 >/dev/null
check "a new subject can be written"
"$BIN/mynakura-verify" --head $HEAD --key "$tmp/key" "$D" >/dev/null
check "the trail goes on from the frozen head"

# Another state: this one keeps a checkpoint that the first copy of the office does not have.
rm -rf "$D" "$XDG_STATE_HOME"
tar -xzf tests/vectors/vault-1/office.tar.gz -C "$tmp"
for f in "$D"/vault/ledger-*.db; do
	printf 'X' | dd of="$f" bs=1 seek=9000 conv=notrunc 2>/dev/null
done
clerk subject list >"$tmp/list"
test $? -eq 8
check "control: with one byte of the ledger changed it says damaged"
echo "1..$n"
exit $rc
