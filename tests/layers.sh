#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The arrows of the architecture: what each folder may include, and what each program may be linked with. Each check has a
# planted violation that it must find.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
n=0 rc=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
bad() { n=$((n + 1)); echo "not ok $n - $1"; rc=1; }

# folder: what stands right of its arrow (base always)
arrows() {
	case $1 in
	base) echo ;;
	model | crypto | sandbox) echo base ;;
	policy | exchange | control | report) echo base model ;;
	store | trail) echo base crypto model ;;
	wire) echo base model ;;
	capture) echo base wire sandbox model ;;
	watch) echo base wire model ;;
	profile) echo base exchange model ;;
	# keys are made and held there: the daemon reads crypto's plain types through store, and the paper forms of codes
	daemon) echo base store trail policy exchange control wire sandbox model crypto ;;
	tui | cli) echo base wire profile report policy model ;; # policy: the table of limits
	cmd) echo base daemon cli tui capture wire trail model profile sandbox ;;
	*) echo unknown ;;
	esac
}

# check_file FOLDER FILE: prints the includes that go against the arrow
check_file() {
	allowed=" $1 $(arrows "$1") "
	sed -n 's|^#include "mynakura/\([a-z]*\)/.*|\1|p' "$2" | sort -u | while read -r to; do
		case $allowed in *" $to "*) ;; *) echo "$2 includes $to" ;; esac
	done
	# another folder's private header
	grep -n '#include "\.\./' "$2" | sed "s|^|$2: |"
	grep -nE '#include "src/' "$2" | sed "s|^|$2: |"
}

for dir in src/*/; do
	folder=$(basename "$dir")
	case $folder in data | po) continue ;; esac
	words=$(for f in "$dir"*.[ch] "$dir"*/*.[ch] include/mynakura/"$folder"/*.h; do [ -e "$f" ] && check_file "$folder" "$f"; done)
	if [ -z "$words" ]; then ok "includes of $folder"; else bad "includes of $folder"; echo "$words" | sed 's/^/# /'; fi
done
plant=$(mktemp)
echo '#include "mynakura/store/db.h"' >"$plant"
if [ -n "$(check_file cli "$plant")" ]; then ok "control: a wrong include is found"; else bad "control: a wrong include is found"; fi
rm -f "$plant"

# linked PROGRAM PATTERN: the libraries it must not need
linked() { readelf -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -E "$2"; }
forbid() {
	if [ ! -e "$BUILD/bin/$1" ]; then bad "$1 is not built"; return; fi
	words=$(linked "$BUILD/bin/$1" "$2")
	if [ -z "$words" ]; then ok "$1 is not linked with $2"; else bad "$1 is linked with $words"; fi
}
forbid mynakurad 'curses|libsane|tesseract|liblept|jansson|libcurl|libpam|libaudit|libsystemd'
forbid mynakura 'sqlite|libsane|tesseract|liblept|zbar'
forbid mynakura-verify 'sqlite|jansson|curses|tesseract|libsane|seccomp'
# the judge of the trail is not linked with the index, which may be wrong
index=$(nm "$BUILD/bin/mynakura-verify" | grep -c ' T mk_index_')
if [ "$index" -eq 0 ]; then ok "mynakura-verify holds nothing of the index"; else bad "mynakura-verify holds $index functions of the index"; fi
if nm "$BUILD/bin/mynakurad" | grep -q ' T mk_index_open'; then ok "control: mynakurad holds the index"; else bad "control: mynakurad holds the index"; fi
if [ -n "$(linked "$BUILD/bin/mynakurad" sqlite)" ]; then ok "control: mynakurad needs SQLite"; else bad "control: mynakurad needs SQLite"; fi
# curses is in one file: what must not enter its memory is kept out there (src/tui/term_internal.h)
curses=$(grep -lE '#include <(n?cursesw?|term|form|menu|panel)\.h>' src/*/*.[ch] src/*/*/*.[ch] | grep -v '^src/tui/term\.c$')
if [ -z "$curses" ] && grep -q '#include <curses.h>' src/tui/term.c; then ok "curses in tui/term.c only"; else bad "curses outside tui/term.c: $curses"; fi
# SQL stands in store/ and in the trail's index only
sql=$(grep -lE '"(SELECT|INSERT|UPDATE|DELETE|CREATE TABLE) ' src/*/*.c src/*/*/*.c | grep -vE '^src/(store/|trail/index)')
if [ -z "$sql" ]; then ok "SQL in store and the trail's index only"; else bad "SQL outside store and the trail's index: $sql"; fi
# no setuid, no file of more than 700 lines
long=$(find src -name '*.c' -size +0 -exec awk 'END { if (NR > 700) print FILENAME, NR }' {} \;)
if [ -z "$long" ]; then ok "no file over 700 lines"; else bad "long files: $long"; fi
echo "1..$n"
exit $rc
