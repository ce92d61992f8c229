#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# second.sh DIR: gives the office of office.sh in DIR a second chief, sato ("the sato phrase"), who may open the ledger; from then on
# exports of more than two people, limits and roles want a second person.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
dir=$1
umask 077
as() { # WHO LINES ARGS...
	who=$1 lines=$2
	shift 2
	printf '%s\n' "$lines" | "$BUILD/bin/mynakura" --dir "$dir/office" ${who:+--user "$who"} --passphrase-fd 0 --json "$@" 2>"$dir/err" || { cat "$dir/err" >&2; exit 1; }
}
code=$(as yamada 'the yamada phrase' member add 佐藤責 --account sato --role chief | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
as "" "$code
the sato phrase" member activate sato >/dev/null
as yamada 'the yamada phrase' ledger grant 従業員台帳 sato >/dev/null
as yamada 'the yamada phrase' office set limit.bulk_rows=2 >/dev/null
as yamada 'the yamada phrase' office set approvals=on >/dev/null
