#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# On each screen: the daemon's processes are killed, the terminal hangs up, the program is told to end. Nothing stays half written, no
# process and no number stays, the vault opens and the record is whole; after a lost daemon the screen says so and a login begins anew.
# ONLY_CASE=PREFIX runs some.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
command -v python3 >/dev/null || skip_all "python3 is missing"
tap_tmp
M=$TAP_TMP/master
mkdir -p "$M" "$TAP_TMP/t"
export SANE_CONFIG_DIR="$M/sane" PYTHONDONTWRITEBYTECODE=1
unset XDG_CONFIG_HOME
sh "$TAP_TOP/tests/lib/office.sh" "$M" 2 16 || { ok 1 "the office is made"; plan; exit 1; }
files=$(ls "$M"/cards/*.p[gp]m)
# shellcheck disable=SC2086 # names without blanks
printf 'the suzuki phrase\n' | HOME=$M "$BUILD/bin/mynakura" --dir "$M/office" --user suzuki --passphrase-fd 0 --json capture --ledger 従業員台帳 $(for f in $files; do echo "--file $f"; done) >/dev/null 2>"$TAP_TMP/err" ||
	{ cat "$TAP_TMP/err" >&2; ok 1 "two cards wait"; plan; exit 1; }
ps="python3 \$TOP/tests/lib/hostile_ps.py \$T/office"

# to SCREEN: the keys that lead there from home, and what is seen there
to() {
	case $1 in
	home) echo 'wait 2 cards wait|2 scanned cards' | sed 's/.*|/wait /' ;;
	people) printf 'key 3\nwait タカハシ\n' ;;
	search) printf 'key 3\nwait タカハシ\nkey /\ntype たか\ngone 渡邉\nwait 髙橋\n' ;;
	person) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\n' ;;
	history) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\nkey h\nwait enter a person\n' ;;
	reason) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\nkey r\nwait Reason\ntype for a slip\n' ;;
	reveal) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\nkey r\nwait Reason\ntype for a slip\nkey Enter\nwait hidden in\nmemory present $M/needles\n' ;;
	revealing) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\nkey r\nwait Reason\ntype for a slip\nshell %s kill STOP vault\nkey Enter\nwait being recorded\n' "$ps" ;;
	edit) printf 'key 3\nwait タカハシ\nkey Enter\nwait 1954-03-14\nkey e\nwait Relationship\nwait A004\ntype half an edit\nwait half an edit\n' ;;
	new) printf 'key 3\nwait タカハシ\nkey n\nwait once more\ntype half a person\nkey BTab BTab\ntype 482061739404\nwait half a person\n' ;;
	queue) printf 'key 2\nwait Scanned by\nwait certain\n' ;;
	review) printf 'key 2\nwait Scanned by\nwait certain\nkey Enter\nwait check\nwait 徳永\nidle 100\nmemory present $M/needles\n' ;;
	scan) printf 'key 1\nwait press Enter\n' ;;
	scanning) printf 'key 1\nwait press Enter\nkey Enter\nwait sheet 1 of 2\n' ;;
	export) printf 'key 4\nwait Which file\nwait UTF-8\nkey Down Enter\nwait For whom\nkey Down C-u\ntype $T/out.csv\n' ;;
	exporting) printf 'key 4\nwait Which file\nwait UTF-8\nkey Down Enter\nwait For whom\nkey Down C-u\ntype $T/out.csv\nkey F2\nwait type your passphrase\ntype the suzuki phrase\nshell %s kill STOP vault\nkey Enter\nwait One moment\n' "$ps" ;;
	verify) printf 'key 5\nwait is whole\n' ;;
	help) printf 'key F1\nwait what the keys\n' ;;
	esac
}
start() {
	printf 'title %s\nlang en\nenv SANE_CONFIG_DIR=$M/sane\nshell cp -a $M/. $T/\nrun $BUILD/bin/mynakura --dir $T/office --user suzuki\nwait Passphrase\n' "$1"
}
login() { printf 'type the suzuki phrase\nkey Enter\nwait 1 Scan\nwait 2 scanned cards\n'; }
# after it has ended: no process, nothing half written, nothing left on the terminal, and the vault opens
after() {
	printf 'shell %s gone\nhistory absent $M/needles\naltscreen off\n' "$ps"
	printf 'shell test ! -e $T/out.csv && ! ls $T/out.csv* $T/.out* 2>/dev/null\n'
	cat <<'T'
shell printf 'the suzuki phrase\n' | $BUILD/bin/mynakura --dir $T/office --user suzuki --passphrase-fd 0 --json subject list >$T/after && test $(grep -c '"code"' $T/after) -eq 5 && ! grep half $T/after
shell $BUILD/bin/mynakura-verify $T/office
T
}
# recorded ACTION: the trail has it
recorded() {
	printf "shell printf 'the yamada phrase\\\\n' | \$BUILD/bin/mynakura --dir \$T/office --user yamada --passphrase-fd 0 --json audit list >\$T/trail; grep -q '\"action\":\"%s\"' \$T/trail\n" "$1"
}
the_record() {
	case $1 in
	reveal) recorded reveal ;;
	review) recorded review_show ;;
	scanning) recorded capture ;;
	*) recorded session_end ;;
	esac
}
case_() { # BLOW SCREEN
	f=$TAP_TMP/t/$1-$2.t
	{
		start "$1 at $2"
		[ "$2" = login ] && printf 'type half a phrase\n' || { login; to "$2"; }
		case $1 in
		kill*)
			who=${1#kill-}
			[ "$who" = kill-all ] || [ "$who" = all ] && who="monitor vault trail"
			printf 'shell %s kill KILL %s\n' "$ps" "$who"
			if [ "$2" != login ]; then
				printf 'timeout 20\nwait was lost\ntimeout 10\ngone タカハシ\ngone 徳永\n'
				printf 'memory absent $M/needles within 1000\nhistory absent $M/needles\nshell %s rest 500\n' "$ps"
			fi
			printf 'key C-u\nidle 300\n'
			login
			printf 'key q\nexit 0\n'
			;;
		hangup) printf 'hangup\ntimeout 20\nexit 1\ntimeout 10\n' ;;
		term) printf 'signal TERM\ntimeout 20\nexit 1\ntimeout 10\n' ;;
		esac
		after
		the_record "$2"
	} >"$f"
}
for s in home people search person history reason reveal revealing edit new queue review scan scanning export exporting verify help login; do
	case_ kill-all $s
	case_ hangup $s
	case_ term $s
done
for who in monitor vault trail; do
	for s in people reveal review scanning exporting; do case_ kill-$who $s; done
done
# the driver's terminal is gone after a hangup: what was on it cannot be asked
sed -i '/^altscreen off$/d' "$TAP_TMP"/t/hangup-*.t
TMPDIR=$TAP_TMP "$BUILD/bin/screen" -D "M=$M" "$TAP_TMP/t/${ONLY_CASE:-}"*.t
