#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Login by PAM the whole way: the installed daemon, the real libpam with /etc/pam.d of its own, the command line as a member's account, and
# what stands on the trail afterwards. Modules that hang, exit and crash; the conversation; a passphrase that is the computer's password.
. "$(dirname "$0")/../lib/tap.sh"
for tool in gcc python3 openssl pgrep; do command -v $tool >/dev/null || skip_all "$tool is missing"; done
[ -e /usr/include/security/pam_modules.h ] || skip_all "libpam0g-dev is missing"
# The sanitizer stands in for crypt_r and calls nothing when a module has loaded libcrypt: pam_unix crashes by it.
[ -z "${SAN:-}" ] || skip_all "pam_unix does not run under the sanitizers"
. "$TAP_TOP/tests/lib/installed.sh"
err=$TAP_TMP/err out=$TAP_TMP/out
umask 022
say() { echo "# $(tr -d '\r' <"$1" | head -n 5 | tr '\n' '|')"; }
# try USER LINES ARGS...: $status, $out, $err and $took (seconds)
try() {
	t0=$(date +%s)
	my "$@" >"$out" 2>"$err"
	status=$?
	took=$(($(date +%s) - t0))
}
# is STATUS WORDS...
is() {
	want=$1
	shift
	[ "$status" -eq "$want" ]
	r=$?
	ok $r "$@"
	[ $r -eq 0 ] || { echo "# status $status"; say "$err"; say "$out"; }
}
denied() { # REASON WORDS: the newest login_failed on the trail says so (soon: what ended without a request is in the group commit)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		cat /var/lib/mynakura/trail/*.jsonl | grep '"action":"login_failed"' | tail -n 1 >"$TAP_TMP/last"
		grep -q "$1" "$TAP_TMP/last" && break
		sleep 0.3
	done
	grep -q "$1" "$TAP_TMP/last"
	r=$?
	ok $r "on the trail: $1 ($2)"
	[ $r -eq 0 ] || say "$TAP_TMP/last"
}
pam() { # AUTH-LINES [ACCOUNT-LINES]
	printf '%s\n%s\n' "$1" "${2:-account required pam_permit.so}" >/etc/pam.d/mynakura
}
mkdir "$TAP_TMP/so"
module() { # NAME BODY
	cat >"$TAP_TMP/so/$1.c" <<END
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <security/pam_modules.h>
#include <security/pam_ext.h>
int pam_sm_authenticate(pam_handle_t *h, int f, int n, const char **a) { $2 }
int pam_sm_setcred(pam_handle_t *h, int f, int n, const char **a) { return PAM_SUCCESS; }
int pam_sm_acct_mgmt(pam_handle_t *h, int f, int n, const char **a) { return PAM_SUCCESS; }
END
	gcc -shared -fPIC -w -o "$TAP_TMP/so/$1.so" "$TAP_TMP/so/$1.c" -lpam || echo "# $1 does not compile"
	pam "auth required $TAP_TMP/so/$1.so"
}
SUZUKI='the suzuki phrase'

installed_start && installed_office
ok $? "the office stands, every member logged in through the shipped service file"
try suzuki "$SUZUKI" login
is 0 "control: suzuki logs in"

# --- who may
sed -i /suzuki/d /etc/mynakura/users
try suzuki "$SUZUKI" login
is 3 "an account that is not listed: status 3"
denied 'pam=7 stage=account\|pam=6 stage=account\|pam=[0-9]* stage=account' "not listed"
! grep -q 'pam=\|stage=' "$out" "$err"
ok $? "the code is not told"
! grep -q 'pam=99' "$TAP_TMP/last"
ok $? "control: a reason that is not there is not found"
installed_pam
rm /etc/pam.d/mynakura
try suzuki "$SUZUKI" login
is 3 "no service file: refused"
denied 'pam=service stage=start' "no service file"
pam 'auth required pam_no_such.so'
try suzuki "$SUZUKI" login
is 3 "a missing module: refused"
denied 'pam=[0-9]* stage=auth' "missing module"
installed_pam
try suzuki "$SUZUKI" login
is 11 "after three refusals the account has to wait"
grep -q 'after refused logins' "$err"
ok $? "and is told how long"
try yamada 'the yamada phrase' login
is 0 "control: another account does not"
sleep 2
try suzuki "$SUZUKI" login
is 0 "control: after the wait suzuki logs in"
pam 'auth required pam_permit.so' 'account required pam_debug.so acct=new_authtok_reqd'
try suzuki "$SUZUKI" login
is 3 "an expired password: refused"
grep -q 'run passwd' "$err"
ok $? "and told what to do"
denied 'pam=12 stage=account' "expired"

# --- without PAM there is no login, whatever a client of one's own sends
installed_pam
cat >"$TAP_TMP/client.py" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import wire
mode = sys.argv[2]
c = wire.Client.connect("/run/mynakura/socket")
c.call("hello")
login = [("member", "suzuki"), ("passphrase", "the suzuki phrase")]
if mode == "skip":
    print(c.call("login", login).name, c.call("member_activate", [("member", "x"), ("otc", "y"), ("new_passphrase", "z")]).name)
elif mode == "answers":
    print(c.call("auth", [("answer", "x")]).name)
elif mode == "pass":
    print(c.call("auth").get("ok"), c.call("auth").get("ok"), c.call("login", login).name, c.call("auth").name,
          c.call("lock").name, c.call("login", login).name)
elif mode == "steal":
    d = wire.Client.connect("/run/mynakura/socket")
    d.call("hello")
    print(c.call("auth").get("ok"), d.call("login", login).name)
elif mode == "cancel":
    print(c.call("auth").get("ok"), c.call("auth").name)
elif mode == "count":
    print(c.call("auth").get("ok"), c.call("auth", [("answer", "a"), ("answer", "b")]).name)
elif mode == "away":
    print(c.call("auth").get("ok"))
elif mode == "flood":
    many = [wire.Client.connect("/run/mynakura/socket") for _ in range(7)]
    for x in many:
        x.call("hello")
    print([x.call("auth").get("ok") for x in many])
    import time
    time.sleep(float(sys.argv[3]))
END
chmod 755 "$TAP_TMP" && cp -r "$TAP_TOP/tests/lib" "$TAP_TOP/include" "$TAP_TMP/" 2>/dev/null
mkdir -p "$TAP_TMP/top/tests" && mv "$TAP_TMP/lib" "$TAP_TMP/top/tests/" && mv "$TAP_TMP/include" "$TAP_TMP/top/" && chmod -R go+rX "$TAP_TMP/top" "$TAP_TMP/client.py"
client() { as "${CLIENT:-suzuki}" env TAP_TOP="$TAP_TMP/top" PYTHONDONTWRITEBYTECODE=1 python3 "$TAP_TMP/client.py" "$TAP_TMP/top/tests/lib" "$@" 2>&1 | tail -n 1; }
same() { # WANT GOT WORDS
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || echo "# got: $2"
}
same 'AUTH AUTH' "$(client skip)" "login and activation without auth: refused"
denied 'request=member_activate' "activation without auth"
same 'STATE' "$(client answers)" "answers that nobody asked for"
same 'True True ok STATE ok AUTH' "$(client pass)" "control: auth, then one login; after the lock it takes another"
same 'True AUTH' "$(client steal)" "what one connection passed is nothing to another"

# --- the conversation
PASSWORD='the suzuki login'
pam 'auth required pam_unix.so nodelay' 'account required pam_unix.so'
try suzuki "$SUZUKI
$PASSWORD" login
is 0 "pam_unix: passphrase, then the account's password on the descriptor"
try suzuki "$SUZUKI
wrong" login
is 3 "control: a wrong password is refused"
denied 'pam=7 stage=auth' "wrong password"
try suzuki "$SUZUKI" login
is 2 "control: no password at all: the descriptor ended"
denied 'pam=disconnected' "went away at the prompt"
try suzuki "$PASSWORD
$PASSWORD" login
is 4 "the computer's password instead of the passphrase: refused"
grep -q "password of the computer" "$err"
ok $? "with words"
try suzuki "$SUZUKI
$PASSWORD" login
is 0 "control: the passphrase"
try suzuki "$SUZUKI
$PASSWORD
$PASSWORD" member passphrase
is 12 "nor may it become the passphrase"
grep -q "choose another" "$err"
ok $? "with words"
try suzuki "$SUZUKI
$PASSWORD
a longer suzuki phrase" member passphrase
is 0 "control: another one may"
SUZUKI='a longer suzuki phrase'
code=$(my yamada 'the yamada phrase
the yamada login' --json member add 佐藤 --account sato --role clerk 2>"$err" | field code)
try sato "$code
the sato login
the sato login" member activate sato
is 12 "nor at the activation"
try sato "$code
the sato phrase
the sato login" member activate sato
is 0 "control: with another one the new member is active"
same 'False AUTH' "$(client cancel)" "no answer to a prompt: given up"
denied 'pam=cancelled' "given up"
same 'False AUTH' "$(client count)" "two answers to one prompt"
denied 'pam=answers' "two answers"
sleep 3
! grep -rqa "$PASSWORD" /var/lib/mynakura "$TAP_TMP/daemon.log"
ok $? "the password stands nowhere in the vault's folders nor in the daemon's words"
grep -rqa "鈴木\|request=auth" /var/lib/mynakura/trail
ok $? "control: the search finds what is there"

# --- modules that do not come back
SUZUKI_LINES="$SUZUKI
x"
bad() { # NAME REASON BODY
	name=$1 reason=$2
	module "$name" "$3"
	try suzuki "$SUZUKI_LINES" login
	[ "$status" -eq 11 ] && { sleep $((took + $(sed -n 's/.*wait \([0-9]*\) s.*/\1/p' "$err"))); try suzuki "$SUZUKI_LINES" login; }
	is 3 "$name: refused"
	[ "$took" -le 16 ]
	ok $? "$name: after $took s"
	denied "$reason" "$name"
	pgrep --ns $$ --nslist mnt -f -- --role=pam >"$TAP_TMP/left"
	[ ! -s "$TAP_TMP/left" ]
	ok $? "$name: no process is left"
	installed_pam
	sleep 1
	my yamada 'the yamada phrase' status >/dev/null 2>"$err"
	ok $? "$name: the others go on"
}
bad sleeps 'pam=timeout stage=conversation' 'sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, 0); sleep(60); return PAM_SUCCESS;'
bad exits 'pam=ended stage=conversation' '_exit(0);'
bad crashes 'pam=ended stage=conversation' 'abort();'
bad forks 'pam=timeout stage=conversation' 'if (fork() == 0) { sleep(40); _exit(0); } for (;;) pause();'
pid=$(role vault)
fds=$(ls "/proc/$pid/fd" | wc -l)
module slow 'char *r = 0; pam_prompt(h, PAM_PROMPT_ECHO_OFF, &r, "PIN"); return PAM_SUCCESS;'
CLIENT=tanaka
client flood 4 >"$TAP_TMP/flood" &
sleep 2
n=$(pgrep --ns $$ --nslist mnt -fc -- --role=pam)
[ "$n" -eq 7 ]
ok $? "seven conversations at once have seven processes: $n"
wait $!
same '[False, False, False, False, False, False, False]' "$(cat "$TAP_TMP/flood")" "each was asked"
sleep 1
n=$(pgrep --ns $$ --nslist mnt -fc -- --role=pam)
[ "$n" -eq 0 ]
ok $? "and none when their connections have gone: $n"
[ "$pid" = "$(role vault)" ]
ok $? "the vault is the same process all the time"
n=$(ls "/proc/$pid/fd" | wc -l)
[ "$n" -le "$fds" ]
ok $? "and holds no descriptor of theirs: $n, $fds before"

# more than eight at once: the ninth waits
CLIENT=tanaka client flood 4 >"$TAP_TMP/flood" &
first=$!
sleep 1
CLIENT=yamada client flood 0 >"$TAP_TMP/second"
n=$(grep -o False "$TAP_TMP/second" | wc -l)
[ "$n" -eq 1 ]
ok $? "eight processes are the limit: of seven more one is started: $(cat "$TAP_TMP/second")"
wait $first

# --- the faillock variant as it is shipped, under the monitor's capabilities
cp "$TAP_TOP/contrib/pam.d/mynakura-faillock" /etc/pam.d/mynakura
login_pw() { # PASSWORD: waits out the daemon's own delay
	try mori "the mori phrase
$1" login
	if [ "$status" -eq 11 ]; then
		sleep "$(sed -n 's/.*wait \([0-9]*\) s.*/\1/p' "$err")"
		try mori "the mori phrase
$1" login
	fi
}
installed_pam
installed_member 森 mori clerk
ok $? "another member"
cp "$TAP_TOP/contrib/pam.d/mynakura-faillock" /etc/pam.d/mynakura
sed -i 's/^deny.*/deny = 3/' /etc/mynakura/faillock.conf
login_pw 'the mori login'
is 0 "faillock: the right password"
for i in 1 2 3; do login_pw wrong; done
is 3 "faillock: wrong ones are refused"
login_pw 'the mori login'
is 3 "faillock: after three the right one is refused too"
faillock --dir /var/lib/mynakura/faillock --user mori --reset >/dev/null 2>&1
login_pw 'the mori login'
is 0 "control: after faillock --reset it passes"

# --- the variant with a one-time code
if [ -e /lib/x86_64-linux-gnu/security/pam_oath.so ]; then
	cp "$TAP_TOP/contrib/pam.d/mynakura-oath" /etc/pam.d/mynakura
	(umask 077 && echo 'HOTP/T30/6 tanaka - 3132333435363738393031323334353637383930' >/etc/mynakura/oath)
	totp=$(python3 -c 'import hmac, struct, time
d = hmac.digest(b"12345678901234567890", struct.pack(">Q", int(time.time()) // 30), "sha1")
print("%06d" % ((struct.unpack_from(">I", d, d[19] & 15)[0] & 0x7fffffff) % 1000000))')
	try tanaka "the tanaka phrase
000000" login
	is 3 "oath: a wrong code"
	try tanaka "the tanaka phrase
$totp" login
	is 0 "oath: passphrase, then the code"
	try tanaka "the tanaka phrase
$totp" login
	is 3 "oath: the same code once more"
else
	skip "libpam-oath is missing"
fi

# --- a person at a terminal is asked first by the computer, then by the vault
module both 'char *r = 0, *q = 0; pam_prompt(h, PAM_TEXT_INFO, 0, "touch it"); pam_prompt(h, PAM_PROMPT_ECHO_ON, &r, "Number: ");
	pam_prompt(h, PAM_PROMPT_ECHO_OFF, &q, "PIN: "); return r && q && !strcmp(r, "seen-4711") && !strcmp(q, "hidden-0815") ? PAM_SUCCESS : PAM_AUTH_ERR;'
cat >"$TAP_TMP/at_terminal.py" <<'END'
import os, pty, select, sys, time
answers = [("Number", "seen-4711"), ("PIN", "hidden-0815"), ("Passphrase", "the yamada phrase")]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, at, end = b"", 0, time.monotonic() + 20
while time.monotonic() < end:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    if answers and (answers[0][0] + ": ").encode() in seen[at:]:
        at = len(seen)
        os.write(fd, (answers.pop(0)[1] + "\n").encode())
sys.stdout.write(seen.decode("utf-8", "replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
python3 "$TAP_TMP/at_terminal.py" setpriv --reuid yamada --regid "$(id -g yamada)" --init-groups env -i HOME=/var/lib/home/yamada PATH=$MK/bin:/usr/bin:/bin \
	LANG=C.UTF-8 TERM=xterm $m login >"$out" 2>"$err"
status=$?
is 0 "at a terminal: two prompts of PAM, then the passphrase"
grep -q 'touch it' "$out" && grep -q 'seen-4711' "$out"
ok $? "what tells is shown, and what is typed with echo"
grep -q "PIN: " "$out" && ! grep -q "hidden-0815\|yamada phrase" "$out"
ok $? "what is hidden is not"
installed_pam

installed_stop
ok $? "the daemon ends cleanly"
"$BUILD/bin/mynakura-verify" /var/lib/mynakura/trail >"$out" 2>"$err"
ok $? "mynakura-verify: the trail is whole"
plan
