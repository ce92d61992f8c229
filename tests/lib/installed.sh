# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by a test (as root, after tap.sh), which then runs in a mount namespace of its own with the installed form in it: a copy of
# /etc with the daemon's accounts and the members', empty /var/lib and /run, a /dev without log, and the programs under /run/mk. Nothing of it is
# seen outside, and all of it goes with the test.
#
#   installed_start            starts mynakurad --foreground; $MONITOR is its pid        installed_stop    ends it, waits
#   as USER CMD ARGS...        as the account USER with its groups, its home, an empty environment
#   my USER LINES ARGS...      mynakura as USER, LINES on the passphrase descriptor (one is "the NAME phrase")
#   code USER LINES ARGS...    the same with --json, printing the field that follows: code, recovery, ...
#   installed_office [demo]    yamada chief, suzuki clerk, tanaka auditor, a ledger 従業員台帳 that suzuki may open
#   role vault|trail           the pid of a role       number N    a number made for tests
#
# Accounts: yamada suzuki tanaka sato mori and those of $MEMBERS_MORE (members of mynakura-users), stranger (not one of them).
# Passwords: "the NAME login".
# PAM: /etc/pam.d/mynakura is the one of contrib/pam.d, /etc/mynakura/users lists the members.
if [ -z "${MK_INSTALLED:-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip_all "the installed form is tested as root"
	command -v unshare >/dev/null && unshare -m true 2>/dev/null || skip_all "no mount namespace can be made here"
	command -v setpriv >/dev/null || skip_all "setpriv (util-linux) is missing"
	MK_INSTALLED=1 exec unshare -m --propagation private sh "$0" "$@"
fi

MEMBERS="yamada suzuki tanaka sato mori${MEMBERS_MORE:+ $MEMBERS_MORE}"
MK=/run/mk
m=$MK/bin/mynakura
MONITOR=

installed_account() { # NAME UID GID SHELL HOME HASH
	echo "$1:x:$2:$3::$5:$4" >>/etc/passwd
	echo "$1:$6:19000:0:99999:7:::" >>/etc/shadow
}

installed_accounts() {
	for g in mynakura:64001 mynakura-audit:64002 mynakura-read:64003 mynakura-scan:64004; do
		echo "${g%:*}:x:${g#*:}:" >>/etc/group
	done
	echo "mynakura-users:x:64010:$(echo "$MEMBERS" | tr ' ' ,)" >>/etc/group
	installed_account mynakura 64001 64001 /usr/sbin/nologin /nonexistent '!'
	installed_account mynakura-trail 64002 64002 /usr/sbin/nologin /nonexistent '!'
	installed_account mynakura-read 64003 64003 /usr/sbin/nologin /nonexistent '!'
	installed_account mynakura-scan 64004 64004 /usr/sbin/nologin /nonexistent '!'
	uid=64021
	for u in $MEMBERS stranger; do
		echo "$u:x:$uid:" >>/etc/group
		installed_account $u $uid $uid /bin/sh /var/lib/home/$u "$(openssl passwd -6 -salt mynakura "the $u login")"
		mkdir -p /var/lib/home/$u/.config/mynakura/profiles
		cp "$TAP_TOP"/contrib/profiles/*.json /var/lib/home/$u/.config/mynakura/profiles/
		chown -R $uid:$uid /var/lib/home/$u
		chmod 700 /var/lib/home/$u
		uid=$((uid + 1))
	done
}

# /dev without the machine's /dev/log, so that a test can be the syslog
installed_dev() {
	mkdir -p /run/mk/dev && mount -t tmpfs -o mode=755 none /run/mk/dev || exit 1
	for n in null zero full random urandom tty; do
		[ -e /dev/$n ] || continue
		: >/run/mk/dev/$n && mount --bind /dev/$n /run/mk/dev/$n
	done
	mknod -m 666 /run/mk/dev/ptmx c 5 2 # finds the pts beside it
	for n in pts shm; do
		mkdir /run/mk/dev/$n && mount --rbind /dev/$n /run/mk/dev/$n
	done
	for n in fd stdin stdout stderr; do
		case $n in fd) ln -s /proc/self/fd /run/mk/dev/fd ;; stdin) ln -s fd/0 /run/mk/dev/$n ;; stdout) ln -s fd/1 /run/mk/dev/$n ;; *) ln -s fd/2 /run/mk/dev/$n ;; esac
	done
	mount --move /run/mk/dev /dev || exit 1
}

# The login check as it is shipped (contrib/pam.d), with the members listed.
installed_pam() {
	mkdir -p /etc/mynakura
	cp "$TAP_TOP/contrib/pam.d/mynakura" /etc/pam.d/mynakura
	for f in access.conf time.conf faillock.conf; do cp "$TAP_TOP/contrib/pam.d/$f" /etc/mynakura/; done
	printf '%s\n' $MEMBERS >/etc/mynakura/users
	chmod 644 /etc/pam.d/mynakura /etc/mynakura/*.conf /etc/mynakura/users
}

installed_place() {
	place=$(mktemp -d /tmp/mk-installed.XXXXXX) || exit 1
	mount -t tmpfs -o mode=755 none "$place" || exit 1
	mkdir "$place/etc"
	cp -a /etc/. "$place/etc"
	mount --bind "$place/etc" /etc || exit 1
	umount -l "$place" 2>/dev/null
	rmdir "$place" 2>/dev/null
	mount -t tmpfs -o mode=755 none /var/lib && mount -t tmpfs -o mode=755 none /run || exit 1
	installed_dev
	# passwd, group and shadow without what an earlier test or package may have left
	for f in passwd group shadow gshadow; do
		[ -e /etc/$f ] && sed -i -e '/^mynakura/d' -e '/^stranger:/d' -e "/^\($(echo "$MEMBERS" | sed 's/ /\\|/g')\):/d" /etc/$f
	done
	rm -rf /etc/mynakura
	mkdir -p $MK/bin /run/lock
	cp "$BUILD"/bin/mynakura "$BUILD"/bin/mynakurad "$BUILD"/bin/mynakura-read "$BUILD"/bin/mynakura-verify $MK/bin/
	[ -d "$BUILD/share" ] && cp -r "$BUILD/share" $MK/
	chmod -R go+rX $MK
	installed_pam
	installed_accounts
}

installed_start() {
	# a monitor without its test is ended by the kernel
	setpriv --pdeathsig TERM $MK/bin/mynakurad --foreground 2>>"$TAP_TMP/daemon.log" 9>&- &
	MONITOR=$!
	installed_wait
}

installed_wait() {
	for i in $(seq 200); do
		[ -S /run/mynakura/socket ] && [ -n "$(role vault)" ] && return 0
		kill -0 "$MONITOR" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

installed_stop() {
	[ -n "$MONITOR" ] || return 0
	kill -TERM "$MONITOR" 2>/dev/null
	wait "$MONITOR" 2>/dev/null
	installed_status=$?
	MONITOR=
	return $installed_status
}

role() { pgrep -P "$MONITOR" -f -- "--role=$1" | head -n 1; }

as() {
	as_user=$1
	shift
	setpriv --reuid "$as_user" --regid "$(id -g "$as_user")" --init-groups env -i HOME=/var/lib/home/"$as_user" PATH=$MK/bin:/usr/bin:/bin \
		USER="$as_user" LOGNAME="$as_user" LANG=C.UTF-8 "$@"
}

my() {
	my_user=$1 my_lines=$2
	shift 2
	printf '%s\n' "$my_lines" | as "$my_user" $m --passphrase-fd 0 "$@"
}

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

number() { # N: 11 digits of N and their check digit
	awk -v d="$(printf '%011d' "$1")" 'BEGIN { for (p = 1; p <= 11; p++) s += substr(d, 12 - p, 1) * (p <= 6 ? p + 1 : p - 5); r = s % 11; print d (r <= 1 ? 0 : 11 - r) }'
}

installed_member() { # NAME ACCOUNT ROLE
	installed_code=$(my yamada 'the yamada phrase' --json member add "$1" --account "$2" --role "$3" | field code)
	[ -n "$installed_code" ] && my "$2" "$installed_code
the $2 phrase" --json member activate "$2" >/dev/null
}

# The vault stands, three members are active. A demo office: the real key derivation takes half a second each.
installed_office() {
	my yamada 'the yamada phrase' --json init --office 見本商事 --chief yamada --demo --kdf m=8,t=1 >"$TAP_TMP/init" &&
		my yamada 'the yamada phrase' --json ledger add 従業員台帳 >/dev/null &&
		installed_member 鈴木花子 suzuki clerk && installed_member 田中監 tanaka auditor &&
		my yamada 'the yamada phrase' --json ledger grant 従業員台帳 suzuki >/dev/null
}

tap_tmp
trap 'installed_stop; rm -rf "$TAP_TMP"' EXIT
installed_place
