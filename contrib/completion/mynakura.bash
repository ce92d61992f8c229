# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for mynakura; made by `make man` from the table of verbs
_mynakura() {
	local cur=${COMP_WORDS[COMP_CWORD]} verb= sub= w i words=
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		case $w in
		--dir | --socket | --user | --passphrase-fd | --purpose | --now) i=$((i + 1)) ;;
		-*) ;;
		*) if [ -z "$verb" ]; then verb=$w; elif [ -z "$sub" ]; then sub=$w; fi ;;
		esac
	done
	case $verb${sub:+/$sub} in
	'') words="init login lock status office ledger member read capture review subject reveal transcribe export profile approval clock key audit witness codes doctor batch help --dir --socket --user --passphrase-fd --purpose --json --now --help --version" ;;
	init | init/*) words="--help --office --chief --demo --kdf" ;;
	login | login/*) words="--help" ;;
	lock | lock/*) words="--help" ;;
	status | status/*) words="--help --health" ;;
	office) words="list add show set" ;;
	office/list) words="--help" ;;
	office/add) words="--help" ;;
	office/show) words="--help" ;;
	office/set) words="--help" ;;
	ledger) words="list add grant revoke" ;;
	ledger/list) words="--help" ;;
	ledger/add) words="--help --office --class" ;;
	ledger/grant) words="--help" ;;
	ledger/revoke) words="--help" ;;
	member) words="list add activate set disable enable reset passphrase" ;;
	member/list) words="--help" ;;
	member/add) words="--help --role --account --until" ;;
	member/activate) words="--help" ;;
	member/set) words="--help" ;;
	member/disable) words="--help" ;;
	member/enable) words="--help" ;;
	member/reset) words="--help" ;;
	member/passphrase) words="--help" ;;
	read | read/*) words="--help --layout" ;;
	capture | capture/*) words="--help --device --option --file --list --ledger --subject" ;;
	review) words="list show accept reject" ;;
	review/list) words="--help --ledger" ;;
	review/show) words="--help --picture" ;;
	review/accept) words="--help --set --retype" ;;
	review/reject) words="--help --reason" ;;
	subject) words="list show add set search history" ;;
	subject/list) words="--help --ledger" ;;
	subject/show) words="--help --ledger" ;;
	subject/add) words="--help --ledger" ;;
	subject/set) words="--help --ledger" ;;
	subject/search) words="--help --ledger" ;;
	subject/history) words="--help --ledger" ;;
	reveal | reveal/*) words="--help --reason --ledger --task" ;;
	transcribe | transcribe/*) words="--help --ledger --subject --document" ;;
	export | export/*) words="--help --profile --ledger --subject --destination -o --list" ;;
	profile) words="list show check" ;;
	profile/list) words="--help" ;;
	profile/show) words="--help" ;;
	profile/check) words="--help" ;;
	approval) words="list show grant deny" ;;
	approval/list) words="--help --all" ;;
	approval/show) words="--help" ;;
	approval/grant) words="--help --digest" ;;
	approval/deny) words="--help --reason" ;;
	clock) words="status confirm" ;;
	clock/status) words="--help" ;;
	clock/confirm) words="--help" ;;
	key) words="slots" ;;
	key/slots) words="--help" ;;
	audit) words="list anomalies export verify anchor" ;;
	audit/list) words="--help --from --to --actor --action --subject --text --session --newest" ;;
	audit/anomalies) words="--help --from --to" ;;
	audit/export) words="--help --from --to --actor --action --subject --text --session -o" ;;
	audit/verify) words="--help --key" ;;
	audit/anchor) words="--help -o --tsq --ascii" ;;
	witness) words="show check" ;;
	witness/show) words="--help" ;;
	witness/check) words="--help --slip --count" ;;
	codes | codes/*) words="--help" ;;
	doctor | doctor/*) words="--help" ;;
	batch | batch/*) words="--help" ;;
	help | help/*) words="--help" ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _mynakura mynakura
