#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The login of an installed office: the shipped service file asks nothing more; a service that wants the computer's password and a word
# shows its prompts before the passphrase; a wrong answer, a refusal, Esc; the screen that has locked itself waits for a key. The driver's
# own emulator runs as the account suzuki in the namespace of tests/lib/installed.sh.
. "$(dirname "$0")/../lib/tap.sh"
for tool in gcc openssl pgrep; do command -v $tool >/dev/null || skip_all "$tool is missing"; done
[ -e /usr/include/security/pam_modules.h ] || skip_all "libpam0g-dev is missing"
. "$TAP_TOP/tests/lib/installed.sh"
umask 022
cp "$BUILD/bin/screen" "$MK/bin/"
here=/var/lib/home/suzuki
cat >"$TAP_TMP/word.c" <<'END'
#include <stdlib.h>
#include <string.h>
#include <security/pam_modules.h>
#include <security/pam_ext.h>
int pam_sm_authenticate(pam_handle_t *h, int f, int n, const char **a)
{
	char *one = NULL, *two = NULL;
	int ok;
	pam_info(h, "The door is watched.");
	ok = pam_prompt(h, PAM_PROMPT_ECHO_ON, &one, "Colour of the day:") == PAM_SUCCESS && one != NULL && strcmp(one, "blue") == 0;
	if (!ok)
		pam_error(h, "That is not the colour.");
	ok = pam_prompt(h, PAM_PROMPT_ECHO_OFF, &two, "Secret of the day:") == PAM_SUCCESS && two != NULL && strcmp(two, "open sesame") == 0 && ok;
	free(one);
	free(two);
	return ok ? PAM_SUCCESS : PAM_AUTH_ERR;
}
int pam_sm_setcred(pam_handle_t *h, int f, int n, const char **a) { return PAM_SUCCESS; }
int pam_sm_acct_mgmt(pam_handle_t *h, int f, int n, const char **a) { return PAM_SUCCESS; }
END
mkdir -p /run/so && gcc -shared -fPIC -w -o /run/so/word.so "$TAP_TMP/word.c" -lpam
ok $? "the module of this test compiles"
script() { # NAME: a script of the driver from stdin, run as suzuki
	cat >"$here/$1.t"
	chmod 644 "$here/$1.t"
	as suzuki BUILD=$MK TOP="$TAP_TOP" $MK/bin/screen "$here/$1.t" >"$TAP_TMP/out" 2>&1
	r=$?
	grep -q '^ok' "$TAP_TMP/out"
	r=$((r + $?))
	ok $r "$1"
	[ $r -eq 0 ] || sed 's/^/# /' "$TAP_TMP/out" | grep -v '^# ok' | head -n 40
}
last() { cat /var/lib/mynakura/trail/*.jsonl | grep '"action":"login_failed"' | tail -n 1; }

installed_start && installed_office demo
ok $? "the office stands"

script "the shipped service asks nothing more: the passphrase is typed at once" <<'END'
lang en
run $BUILD/bin/mynakura --user suzuki
wait Passphrase
gone not separated
type the suzuki phrase
key Enter
wait 3 People
key F12
wait Enter: this computer's login check
gone Passphrase
idle 1000
key Enter
wait Passphrase
type not the phrase
key Enter
wait passphrase is wrong
type the suzuki phrase
key Enter
wait 3 People
key q
exit 0
END

printf 'auth required /run/so/word.so\naccount required pam_permit.so\n' >/etc/pam.d/mynakura
script "prompts come one after the other, then the passphrase" <<'END'
lang ja
run $BUILD/bin/mynakura --user suzuki
wait The door is watched.
wait Colour of the day
type blue
wait blue
key Enter
wait Secret of the day
gone Colour
type open sesame
gone sesame
key Enter
wait パスフレーズ
type the suzuki phrase
key Enter
wait 3 対象者
key q
exit 0
END
script "a wrong answer is refused, and the next try begins with a key" <<'END'
lang en
run $BUILD/bin/mynakura --user suzuki
wait Colour of the day
type red
key Enter
wait That is not the colour.
wait Secret of the day
type open sesame
key Enter
wait refuses this account
gone Passphrase
idle 500
key x
wait Colour of the day
key Escape
wait Enter: this computer's login check
key Escape
exit 0
END
last | grep -q 'stage='
ok $? "the refusal is on the trail"
printf 'auth required pam_deny.so\naccount required pam_permit.so\n' >/etc/pam.d/mynakura
sleep 6
script "who is refused sees no passphrase" <<'END'
lang en
run $BUILD/bin/mynakura --user suzuki
wait refuses this account
gone Passphrase
key Escape
exit 0
END
installed_stop
ok $? "the daemon ends"
plan
