#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Japanese catalogue is complete and is used: every message of the client, of err.h and of the reading warnings; with a
# locale that is not installed; and the check itself catches a planted gap.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=${BUILD:-build}/bin/mynakura
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mynakura-po.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
n=0
failed=0
t() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
for tool in xgettext msgcmp msgfmt msgattrib; do
	if ! command -v "$tool" >/dev/null; then
		echo "ok 1 # SKIP $tool is not installed (apt install gettext)"
		echo 1..1
		exit 0
	fi
done

src/po/pot >"$tmp/all.pot"
t $? "the template is made from the sources"
msgfmt --check -o "$tmp/ja.mo" src/po/ja.po
t $? "ja.po is well formed and its formats fit"
msgcmp src/po/ja.po "$tmp/all.pot" >"$tmp/cmp" 2>&1
r=$?
t $r "every message is translated"
[ $r -eq 0 ] || grep -v 'not used' "$tmp/cmp" | sed 's/^/# /'

# The control: one message less must be found.
awk '/^msgid "not permitted"$/ {skip = 2} skip > 0 {skip--; next} {print}' src/po/ja.po >"$tmp/gap.po"
! msgcmp "$tmp/gap.po" "$tmp/all.pot" >/dev/null 2>&1
t $? "a planted gap is found"

# Messages of the daemon may be ahead of the catalogue: told, not failed.
src/po/pot daemon >"$tmp/daemon.pot"
msgcmp src/po/ja.po "$tmp/daemon.pot" 2>&1 | grep -c 'no definition' | sed 's/^/# sentences of the daemon without translation: /'

run() { # language variables as arguments
	env -i PATH="$PATH" "$@" "$bin" nosuchverb 2>&1
}
run LANG=ja_JP.UTF-8 | grep -q '動詞'
t $? "Japanese with LANG=ja_JP.UTF-8, whether that locale is installed or not"
run LC_ALL=ja_JP.UTF-8 LANG=C | grep -q '動詞'
t $? "Japanese with LC_ALL=ja_JP.UTF-8"
run LANG=C.UTF-8 LANGUAGE=ja | grep -q '動詞'
t $? "Japanese with LANGUAGE=ja"
run LANG=C | grep -q 'unknown verb'
t $? "English with LANG=C"
run LANG=en_US.UTF-8 | grep -q 'unknown verb'
t $? "English with LANG=en_US.UTF-8"
env -i PATH="$PATH" LANG=ja_JP.UTF-8 "$bin" codes errors --json >"$tmp/errors"
! LC_ALL=C grep -v '"message":"[^"]*[^ -~]' "$tmp/errors" | grep -q .
t $? "every error's message is Japanese"
echo "1..$n"
exit $failed
