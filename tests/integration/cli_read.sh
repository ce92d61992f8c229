#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures at the command line: read, capture, review, accept. Drawn cards; what cannot be read is said and nothing is stored.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$(cd "${BUILD:-build}/bin" && pwd)
m=$bin/mynakura
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mynakura-read.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export LANG=C.UTF-8
unset LC_ALL LC_MESSAGES LANGUAGE
n=0
failed=0
t() { # STATUS TEXT
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# out: /' "$tmp/out" | cut -c1-300 | head -n 5
		sed 's/^/# err: /' "$tmp/err" | head -n 5
		failed=1
	fi
}
pass='whoever reads this knows the phrase'
run() { # WANTED ARGS...: without a vault
	want=$1
	shift
	"$m" "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[ "$got" -eq "$want" ] || { echo "# status $got, wanted $want"; return 1; }
}
vault() { # WANTED LINES ARGS...
	want=$1
	lines=$2
	shift 2
	printf '%s\n' "$lines" | "$m" --dir "$tmp/office" --passphrase-fd 0 "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[ "$got" -eq "$want" ] || { echo "# status $got, wanted $want"; return 1; }
}
out() { grep -q -- "$1" "$tmp/out"; }
err() { grep -q -- "$1" "$tmp/err"; }
json() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" "$tmp/out" | head -n "${2:-1}" | tail -n 1; }
truth() { sed -n "$2p" "$tmp/cards/truth.jsonl" | sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p"; }

mkdir "$tmp/cards"
"$bin/specimen" --stack "$tmp/cards" --seed 11 --count 2 --format pnm --with card-front >/dev/null || exit 1
set -- "$tmp/cards"/*.p[gp]m
first=$1 second=$2 front=$3
number=$(truth number 1)
[ "${#number}" -eq 12 ] || { echo "not ok 1 - the truth has no number"; exit 1; }

# --- read
run 0 read --json "$first" && out "^{\"file\":\"$first\",\"page\":1,\"layout\":\"card-back\",\"rotation\":0,\"elapsed_ms\":[0-9]*,\"number\":{\"value\":\"$number\",\"certain\":true,\"check\":true,\"qr\":\"$number\",\"ocr\":\"$number\",\"confidence\":[01]\.[0-9]*,\"candidates\":\[\]},\"name\":"
t $? "read --json: a card's back as cli.md says"
run 0 read "$first" && [ "$(grep -c "$(echo "$number" | sed 's/..../& /g; s/ $//')" "$tmp/out")" -eq 1 ]; t $? "read for people: the number in groups of four"
run 14 read --json "$front" && out '"layout":"card-front"' && out '"value":null'; t $? "a card's front: recognised, no number, 14"
head -c 1000 "$first" >"$tmp/cut.pgm"
: >"$tmp/zero.png"
echo hello >"$tmp/text.png"
printf 'P5\n20000 20000\n255\n' >"$tmp/huge.pgm"
truncate -s 400000019 "$tmp/huge.pgm"
printf 'P5\n7000 7000\n255\n' >"$tmp/large.pgm"
truncate -s 49000017 "$tmp/large.pgm"
for f in cut.pgm zero.png text.png; do
	run 14 read --json "$tmp/$f" && out '"code":"image"' && [ "$(wc -l <"$tmp/out")" -eq 1 ]; t $? "$f: 14, one object"
done
run 12 read --json "$tmp/huge.pgm" && out '"too_big"'; t $? "20,000 x 20,000 pixels: 12"
run 12 read "$tmp/large.pgm" && err large.pgm; t $? "7,000 x 7,000 pixels: 12, the file is named"
run 13 read "$tmp/none.png"; t $? "no such file: 13"
run 0 read --json "$tmp/text.png" "$first" && [ "$(wc -l <"$tmp/out")" -eq 2 ]; t $? "one bad image does not keep the other from being read"
run 2 read --layout nosuch "$first" && err nosuch; t $? "an unknown layout: 2"
evil="$tmp/$(printf 'e\033[31mvil').pgm"
cp "$tmp/zero.png" "$evil"
run 14 read "$evil"; r=$?; ! grep -q "$(printf '\033')" "$tmp/err" && [ $r -eq 0 ]; t $? "ESC in a file's name is harmless"

# --- capture, review, accept
vault 0 "$pass" init --office Test --chief sato --demo --kdf m=8,t=1 && vault 0 "$pass" ledger add L; t $? "an office with a ledger"
for f in cut.pgm zero.png text.png; do
	vault 14 "$pass" capture --file "$tmp/$f" --json && out '"code":"image"'; t $? "capture $f: 14"
done
vault 12 "$pass" capture --file "$tmp/huge.pgm"; t $? "capture of 20,000 x 20,000 pixels: 12"
vault 14 "$pass" capture --file "$tmp/zero.png" "$tmp/text.png" && err zero.png && ! grep -q 'text.png.*zero.png' "$tmp/err"; t $? "each file has its own message"
vault 0 "$pass" review list --json && [ ! -s "$tmp/out" ]; t $? "nothing of them is stored"
vault 0 "$pass" capture --file "$first" "$second" --json && [ "$(wc -l <"$tmp/out")" -eq 2 ] &&
	out '^{"review":"r[0-9a-z]\{13\}","layout":"card-back","certain":true,"warnings":\[\]}$' && ! out "$number"
t $? "capture {review, layout, certain, warnings}"
review=$(json review 1)
other=$(json review 2)
vault 0 "$pass" review list --json && [ "$(wc -l <"$tmp/out")" -eq 2 ] && out "$review"; t $? "review list"
vault 0 "$pass" review show "$review" --json --picture "$tmp/card.pgm" && out "\"value\":\"$number\"" && [ "$(stat -c %a "$tmp/card.pgm")" = 600 ] &&
	[ "$(head -c 2 "$tmp/card.pgm")" = P5 ]
t $? "review show, and its picture"
run 0 read --json "$tmp/card.pgm" && out "\"value\":\"$number\""; t $? "the picture is the card: it reads the same"
vault 12 "$pass" review show "$review" --picture "$tmp/card.pgm" && err card.pgm; t $? "an existing file is not touched"
vault 0 "$pass" review accept "$review" --set code=A1 --set name=山田太郎 --json && subject=$(json subject) && [ -n "$subject" ]; t $? "review accept {subject}"
vault 0 "$pass" --json reveal A1 --reason 'a test' && out "$number"; t $? "what was read is what is kept"
vault 13 "$pass" review accept "$review"; t $? "an item is accepted once"
vault 12 "$pass
$number" review accept "$other" --set number=- --set name=x --set code=A2 --json && ! out "$number"; t $? "a typed number that differs from the reading is refused"
vault 2 "$pass" review accept "$other" --set "number=$number" && ! err "$number"; t $? "a number as an argument is refused"
vault 0 "$pass" review reject "$other" --reason 'wrong card' && vault 0 "$pass" review list --json && [ ! -s "$tmp/out" ]; t $? "review reject"
printf '%s\n' "$number" | grep -raqf - "$tmp/office"; [ $? -eq 1 ] && printf '%s\n' "$number" | grep -qf - "$tmp/cards/truth.jsonl"
t $? "the number is nowhere in the vault's files (control: in the truth)"

# --- the scanner: SANE's own pnm backend
mkdir "$tmp/sane"
echo pnm >"$tmp/sane/dll.conf"
export SANE_CONFIG_DIR="$tmp/sane"
vault 0 "$pass" capture --list --json && out '"device":"pnm:0"'; t $? "capture --list"
vault 0 "$pass" capture --device pnm:0 --option "filename=$first" --option "filename=$second" --json && [ "$(grep -c '"certain":true' "$tmp/out")" -eq 2 ]
t $? "two values of one option are scanned in turn"
vault 10 "$pass" capture --device pnm:0 --option "filename=$tmp/none.pgm" --json && out '"scanner"'; t $? "the scanner fails: 10"
vault 13 "$pass" capture --device nosuch:0 || vault 10 "$pass" capture --device nosuch:0 || vault 12 "$pass" capture --device nosuch:0; t $? "no such scanner"
vault 2 "$pass" capture --device pnm:0 --option filename && err filename; t $? "an option without a value: 2"
echo "1..$n"
exit $failed
