#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line against the real daemon, embedded: statuses, JSON, secrets by descriptor, batch, files with numbers, a killed daemon, text
# that means harm. No picture is read here.
set -u
cd "$(dirname "$0")/../.." || exit 1
m=$(cd "${BUILD:-build}/bin" && pwd)/mynakura
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mynakura-cli.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export LANG=C.UTF-8
unset LC_ALL LC_MESSAGES LANGUAGE
n=0
failed=0
t() { # STATUS TEXT
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# out: /' "$tmp/out" | head -n 5
		sed 's/^/# err: /' "$tmp/err" | head -n 5
		failed=1
	fi
}
chief='a chief of rather long phrases'
clerk='the clerk knows another phrase'
auditor='an auditor looks and does not touch'
# A number made for tests: 11 digits and their check digit.
number=$(awk 'BEGIN { d = "29384756102"; for (p = 1; p <= 11; p++) s += substr(d, 12 - p, 1) * (p <= 6 ? p + 1 : p - 5);
	r = s % 11; print d (r <= 1 ? 0 : 11 - r) }')

# as LINES ARGS...: runs a verb with LINES on the passphrase descriptor; output to out and err; returns its status
as() {
	lines=$1
	shift
	printf '%s\n' "$lines" | "$m" --dir "$tmp/office" --passphrase-fd 0 "$@" >"$tmp/out" 2>"$tmp/err"
}
status() { # WANTED LINES ARGS...
	want=$1
	shift
	as "$@"
	got=$?
	[ "$got" -eq "$want" ] || { echo "# status $got, wanted $want"; return 1; }
}
out() { grep -q -- "$1" "$tmp/out"; }
err() { grep -q -- "$1" "$tmp/err"; }
json() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" "$tmp/out" | head -n 1; }

# A build folder outside of the source tree has no profiles beside it: they may also stand in the home.
export HOME="$tmp/home"
mkdir -p "$HOME/.config/mynakura/profiles"
install -m 644 contrib/profiles/*.json "$HOME/.config/mynakura/profiles/"

# --- without a vault
status 13 "$chief" status && err 'no vault here yet'; t $? "no vault: said before the passphrase is wanted"
status 2 "$chief" nosuchverb && err "'nosuchverb'"; t $? "an unknown verb is named"
status 2 "$chief" --json ledger grant x && out '"code":"usage"' && out MEMBER && [ ! -s "$tmp/err" ]; t $? "a missing argument is named, as JSON on stdout"
"$m" --version >"$tmp/out" 2>"$tmp/err" && out '^mynakura [0-9]'; t $? "--version"
bad=
for table in purposes documents fields errors actions classes roles requests; do
	"$m" codes $table --json >"$tmp/out" 2>"$tmp/err" && out '^{"[a-z]*":' && "$m" codes $table >"$tmp/out" 2>"$tmp/err" && [ -s "$tmp/out" ] || bad="$bad $table"
done
[ -z "$bad" ]; t $? "codes: every table, for people and as JSON"
"$m" codes nosuch >"$tmp/out" 2>"$tmp/err"; [ $? -eq 2 ]; t $? "codes: an unknown table"
"$m" --help | sed -n 's/^  mynakura \([a-z]*\)\( [a-z]*\)\{0,1\}.*/\1\2/p' | sed 's/ *$//' >"$tmp/verbs"
words=$(while read -r v; do grep -q "Cm $v" man/mynakura.1 || echo "$v"; done <"$tmp/verbs")
[ "$(wc -l <"$tmp/verbs")" -gt 40 ] && [ -z "$words" ]; t $? "mynakura(1) names every verb $words"
bad=
while read -r v; do
	"$m" $v --help >"$tmp/out" 2>"$tmp/err" && out "mynakura $v" || bad="$bad $v,"
done <"$tmp/verbs"
[ -z "$bad" ]; t $? "every verb has --help$bad"
printf '%s\n' "$chief" | "$m" --socket "$tmp/none" --passphrase-fd 0 status >"$tmp/out" 2>"$tmp/err"; [ $? -eq 13 ] && err "$tmp/none"; t $? "no service: the socket is named"

# --- an office
status 2 "$chief" init --office Test --chief yamada --kdf m=8,t=1; t $? "a cheap key derivation needs --demo"
status 0 "$chief" init --office 試験商事 --chief yamada --demo --kdf m=8,t=1 --json && out '^{"vault":"[^"]*","recovery":"[^"]*"}$'
t $? "init: {vault, recovery}"
status 12 "$chief" init --office Test --chief yamada --demo --kdf m=8,t=1 --json && out '"exists"'; t $? "init again is refused"
status 3 "not the passphrase at all" login; t $? "a wrong passphrase: 3"
status 0 "$chief" login --json && out '"name":"yamada","roles":\["chief"\]'; t $? "login"
printf '%s\n' "$chief" | "$m" login --dir "$tmp/office" --passphrase-fd 0 --user yamada --json >"$tmp/out" 2>"$tmp/err" && out yamada; t $? "options after the verb"
"$m" --dir "$tmp/office" --passphrase-fd 0 login </dev/null >"$tmp/out" 2>"$tmp/err"; [ $? -eq 2 ] && err Passphrase; t $? "no line for the passphrase: 2, and which one"
status 0 "$chief" ledger add 従業員台帳 --json && ledger=$(json ledger) && [ -n "$ledger" ]; t $? "ledger add {ledger}"
status 0 "$chief" member add 鈴木花子 --account suzuki --role clerk --json && code=$(json code) && [ -n "$(json member)" ] && [ -n "$code" ]
t $? "member add {member, code}"
status 3 "$code" --user suzuki login; t $? "the code is no passphrase"
status 0 "$code
$clerk" member activate suzuki --json && out '"roles":\["clerk"\]'; t $? "member activate"
status 3 "$code
$clerk" member activate suzuki || status 12 "$code
$clerk" member activate suzuki || status 13 "$code
$clerk" member activate suzuki; t $? "a code works once"
status 4 "$clerk" --user suzuki subject add name=x --json; t $? "without a grant: 4"
status 0 "$chief" --user yamada ledger grant 従業員台帳 suzuki --json && out '{"grant":"number"}'; t $? "ledger grant"
status 0 "$chief" --user yamada member add 田中 --account tanaka --role auditor --json && code=$(json code) && status 0 "$code
$auditor" member activate tanaka; t $? "an auditor joins"

# --- subjects and numbers
status 0 "$clerk
$number
$number" --user suzuki subject add name='山田 太郎' code=E001 kana=ヤマダタロウ birth=1985-03-14 number=- --json && subject=$(json subject) && [ -n "$subject" ]
t $? "subject add {subject}"
status 2 "$clerk" --user suzuki subject add name=x "number=$number" && ! err "$number"; t $? "a number as an argument is refused"
status 12 "$clerk
$number
${number%?}$(((${number#???????????} + 1) % 10))" --user suzuki subject add name=x number=-; t $? "a wrong check digit: 12"
status 2 "$clerk
$number" --user suzuki subject add name=x number=-; t $? "the second line is missing: 2"
status 0 "$clerk" --user suzuki subject list --json && out '"number":"\*\*\*\*-\*\*\*\*-\*\*\*\*"' && ! out "$number"; t $? "a list masks numbers"
status 0 "$clerk" --user suzuki subject search やまだ --json && out "$subject"; t $? "search in another script"
status 0 "$clerk" --user suzuki subject show E001 && out '山田 太郎' && ! out "$number"; t $? "show by code, without the number"
status 13 "$clerk" --user suzuki subject show E999 --json && out not_found; t $? "an unknown subject: 13"
status 0 "$clerk" --user suzuki subject set E001 address=東京都千代田区 && status 0 "$clerk" --user suzuki subject show E001 --json && out 千代田; t $? "subject set"
status 12 "$clerk" --user suzuki subject set E001 nofield=1 && err nofield; t $? "an unknown field is named"
status 0 "$clerk" --user suzuki --json reveal E001 --reason 源泉徴収票 && out "^{\"subject\":\"$subject\",\"number\":\"$number\"}$"; t $? "reveal {subject, number}"
status 0 "$clerk" --user suzuki reveal E001 --reason 源泉徴収票 && [ "$(tr -d ' ' <"$tmp/out")" = "$number" ] && [ ! -s "$tmp/err" ]; t $? "reveal for people: the grouped number only"
status 4 "$auditor" --user tanaka reveal E001 --reason x && ! out "$number"; t $? "an auditor may not reveal: 4"
status 0 "$chief" --user yamada audit list --action reveal --json && [ "$(grep -c '"result":"intent"' "$tmp/out")" -ge 2 ] && ! out "$number" && out "\"reason\":\"源泉徴収票\""; t $? "reveals are on the trail with their reason, without the number"
status 0 "$chief" --user yamada audit list --action denied --json && out reveal || { status 0 "$chief" --user yamada audit list --text reveal --json && out denied; }
t $? "the refused try is on the trail"

# --- text that means harm
esc=$(printf 'x\033[2Jy')
status 12 "$clerk" --user suzuki subject add "name=$esc" && ! grep -q "$(printf '\033')" "$tmp/out" "$tmp/err"; t $? "ESC in a name is refused, and harmless in the answer"
status 12 "$clerk" --user suzuki subject show "$esc" && ! grep -q "$(printf '\033')" "$tmp/out" "$tmp/err"; t $? "ESC in an argument is harmless in the answer"
status 12 "$clerk" --user suzuki subject add "name=$(printf 'a\342\200\256b')"; t $? "a right-to-left override is refused"
status 12 "$clerk" --user suzuki subject add "name=$(printf 'a\377b')"; t $? "bytes that are no UTF-8 are refused"
"$m" "$esc" >"$tmp/out" 2>"$tmp/err"; ! grep -q "$(printf '\033')" "$tmp/err"; t $? "an unknown verb is printed escaped"

# --- export
status 0 "$clerk" --user suzuki export --profile generic-utf8 --ledger 従業員台帳 -o "$tmp/a.csv" --json && out '"rows":1' &&
	[ "$(json sha256)" = "$(sha256sum "$tmp/a.csv" | cut -d' ' -f1)" ] && [ "$(stat -c %a "$tmp/a.csv")" = 600 ] && grep -q "$number" "$tmp/a.csv"
t $? "export {rows, sha256}, mode 0600"
status 12 "$clerk" --user suzuki export --profile generic-utf8 --ledger 従業員台帳 -o "$tmp/a.csv" && err a.csv; t $? "an existing file is not touched"
status 13 "$clerk" --user suzuki export --profile nosuch --ledger 従業員台帳 -o "$tmp/b.csv" && [ ! -e "$tmp/b.csv" ]; t $? "no such profile: no file"
status 4 "$auditor" --user tanaka export --profile generic-utf8 --ledger 従業員台帳 -o "$tmp/b.csv" && [ ! -e "$tmp/b.csv" ]; t $? "not permitted: no file is left"
ln -s "$tmp/elsewhere" "$tmp/link.csv"
status 12 "$clerk" --user suzuki export --profile generic-utf8 --ledger 従業員台帳 -o "$tmp/link.csv" && [ ! -e "$tmp/elsewhere" ]; t $? "a symbolic link is not followed"
status 13 "$clerk" --user suzuki export --profile generic-utf8 --ledger 従業員台帳 -o "$tmp/nowhere/b.csv"; t $? "no such folder: 13"

# --- files for capture
status 13 "$clerk" --user suzuki capture --file "$tmp/none.png" && err none.png; t $? "a file that is not there: 13, named"
status 14 "$clerk" --user suzuki capture --file "$tmp" --json; t $? "a folder is no image: 14"
status 2 "$clerk" --user suzuki capture; t $? "capture wants a source"

# --- batch
cat >"$tmp/batch" <<BATCH
# people
subject add name='一 太郎' code=B1

subject add name="二 次郎" code=B2 number=-
subject show B1 --json
subject add name=三郎 code=B1
subject add name='open
login
--user yamada status
BATCH
other=$(awk 'BEGIN { d = "91827364550"; for (p = 1; p <= 11; p++) s += substr(d, 12 - p, 1) * (p <= 6 ? p + 1 : p - 5);
	r = s % 11; print d (r <= 1 ? 0 : 11 - r) }')
status 12 "$clerk
$other
$other" --user suzuki batch "$tmp/batch"
r=$?
[ $r -eq 0 ] && out '^ACK 2 [0-9]* [0-9a-f]\{64\}$' && out '^ACK 4 [0-9]* [0-9a-f]\{64\}$' && out '"code":"B1"' && out '^ERR 6 exists ' &&
	out '^ERR 7 input ' && out '^ERR 8 usage ' && out '^ERR 9 usage ' && [ "$(grep -c '^ACK' "$tmp/out")" -eq 2 ]
t $? "batch: ACK for what is durable, ERR with line and code, status of the first failure"
status 0 "$chief" --user yamada audit verify --json && out '"ok":true' && head=$(json head)
t $? "audit verify"
printf '%s\nsubject add name=四郎 code=B4\nsubject add name=五郎 code=B5 number=-\n%s\n%s\nsubject show B5 --json\n' "$clerk" "$(echo "$other" | tr 0-9 0-9)" "$other" |
	"$m" --dir "$tmp/office" --user suzuki --passphrase-fd 0 batch - >"$tmp/out" 2>"$tmp/err"
r=$?
[ $r -eq 12 ] && out '^ACK 1 ' && out '^ERR 2 exists ' && out '^ERR 3 not_found'; t $? "batch: verbs, passphrase and numbers from one descriptor"

# --- one at a time, and a daemon that is killed
mkfifo "$tmp/pipe"
"$m" --dir "$tmp/office" --user suzuki --passphrase-fd 3 batch "$tmp/pipe" >"$tmp/bout" 2>"$tmp/berr" 3<<EOT &
$clerk
EOT
pid=$!
exec 9>"$tmp/pipe"
echo 'subject add name=六郎 code=K6' >&9
i=0
while ! grep -q '^ACK 1' "$tmp/bout" && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
status 11 "$clerk" --user suzuki status; t $? "a second program on the same directory: 11"
# Its daemon: the child of that one process.
for d in $(grep -ls "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status | cut -d/ -f3); do kill -9 "$d"; done
echo 'subject add name=七郎 code=K7' >&9
exec 9>&-
wait $pid
r=$?
cp "$tmp/bout" "$tmp/out"
cp "$tmp/berr" "$tmp/err"
[ $r -eq 1 ] && out '^ERR 2 lost ' && err 'Nothing that was acknowledged is lost'; t $? "the daemon was killed: said in words, status 1"
status 0 "$clerk" --user suzuki subject show K6 --json && out 六郎; t $? "what was acknowledged is there after the next start"
status 0 "$chief" --user yamada audit verify; t $? "and the trail verifies"

# --- the passphrase can be changed; nothing secret in the process list or on disk
status 0 "$clerk
yet another phrase for suzuki" --user suzuki member passphrase && status 3 "$clerk" --user suzuki login && status 0 'yet another phrase for suzuki' --user suzuki login
t $? "member passphrase"
printf '%s\n' "$number" | grep -raqf - "$tmp/office"; [ $? -eq 1 ] && printf '%s\n' "$number" | grep -qf - "$tmp/a.csv"; t $? "the number is nowhere in the vault's files (control: in the export)"
status 0 "$chief" --user yamada member disable suzuki && { status 3 'yet another phrase for suzuki' --user suzuki login || status 4 'yet another phrase for suzuki' --user suzuki login; }
t $? "a disabled member is out"
status 0 "$chief" --user yamada lock --json && out '{"ok":true}'; t $? "lock"
"$m" --version >/dev/full 2>"$tmp/err"; [ $? -eq 10 ]; t $? "no space on stdout: 10"
echo "1..$n"
exit $failed
