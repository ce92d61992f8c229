#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Random keys at a small office, as clerk and as auditor (tests/lib/hostile_keys.py): no crash, no word of a sanitizer, the program takes
# every key, ends by SIGTERM with status 1, and the vault is whole. 1,500 keys each, with SAN 10,000; KEYS and SEED change that.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
tap_tmp
export PYTHONDONTWRITEBYTECODE=1
seed=${SEED:-1}
count=${KEYS:-$([ -n "${SAN:-}" ] && echo 10000 || echo 1500)}
ps="python3 $TAP_TOP/tests/lib/hostile_ps.py"
i=0
for who in suzuki tanaka; do
	M=$TAP_TMP/$who
	mkdir -p "$M" "$M/log"
	SANE_CONFIG_DIR="$M/sane" HOME=$M sh "$TAP_TOP/tests/lib/office.sh" "$M" 2 16 || { ok 1 "the office is made"; plan; exit 1; }
	files=$(for f in "$M"/cards/*.p[gp]m; do echo "--file $f"; done)
	# shellcheck disable=SC2086 # names without blanks
	printf 'the suzuki phrase\n' | HOME=$M "$BUILD/bin/mynakura" --dir "$M/office" --user suzuki --passphrase-fd 0 --json capture --ledger 従業員台帳 $files >/dev/null
	# pieces: a file of the driver may last five minutes
	left=$count piece=0
	while [ "$left" -gt 0 ]; do
		piece=$((piece + 1)) i=$((i + 1))
		n=$([ "$left" -gt 4000 ] && echo 4000 || echo "$left")
		left=$((left - n))
		{
			echo "env ASAN_OPTIONS=log_path=$M/log/asan:exitcode=99:detect_leaks=1"
			echo "env UBSAN_OPTIONS=log_path=$M/log/ubsan:exitcode=98:print_stacktrace=1"
			python3 "$TAP_TOP/tests/lib/hostile_keys.py" $((seed + i)) "$n" $who "$M"
			# it still draws and takes keys
			printf 'resize 80 24\nrest 650\nkey C-l\nrest 250\nwait F1\n'
			printf 'shell %s %s kill TERM client\nexit 1\n' "$ps" "$M/office"
			printf 'shell %s %s gone 20\n' "$ps" "$M/office"
			printf 'shell $BUILD/bin/mynakura-verify %s/office\n' "$M"
			printf "shell printf 'the yamada phrase\\\\n' | \$BUILD/bin/mynakura --dir %s/office --user yamada --passphrase-fd 0 --json audit list >%s/trail\n" "$M" "$M"
			printf 'shell cat %s/log/* >&2; test -z "$(ls %s/log)"\n' "$M" "$M"
		} >"$TAP_TMP/$who-$piece.t"
	done
done
TMPDIR=$TAP_TMP "$BUILD/bin/screen" "$TAP_TMP"/*.t
status=$?
for who in suzuki tanaka; do
	sed -n 's/.*"action":"\([^"]*\)".*/\1/p' "$TAP_TMP/$who/trail" | sort | uniq -c | awk -v who=$who '{ s = s " " $2 " " $1 } END { print "# acts of the record, " who ":" s }'
done
exit $status
