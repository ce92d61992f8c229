#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Login by PAM: the real process against the real libpam (a mount namespace with an /etc/pam.d of its own) and through pam_wrapper:
# every return code, modules that hang, crash and flood, missing files.
. "$(dirname "$0")/../lib/tap.sh"
for tool in python3 gcc unshare; do command -v $tool >/dev/null || skip_all "$tool is missing"; done
[ -e /usr/include/security/pam_modules.h ] || skip_all "libpam0g-dev is missing"
tap_tmp
mkdir "$TAP_TMP/pam.d"
in_namespace() { # COMMAND...: with $TAP_TMP/pam.d as /etc/pam.d; a user of its own where we are not root
	if [ "$(id -u)" -eq 0 ]; then set -- unshare -m "$@"; else set -- unshare -rm "$@"; fi
	"$@"
}
in_namespace sh -c 'mount --bind "$TAP_TMP/pam.d" /etc/pam.d' 2>/dev/null || skip_all "no mount namespace here"
export PYTHONDONTWRITEBYTECODE=1
in_namespace sh -c 'mount --bind "$TAP_TMP/pam.d" /etc/pam.d && exec python3 "$TAP_TOP/tests/lib/pam.py"'
