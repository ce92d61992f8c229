/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The monitor's part of a PAM login: a process for one conversation. Whose login it is comes from
 * the peer's uid as the kernel told it, never from a client; the account is looked up here, in the
 * new process, so that a slow name service holds nobody else up.
 */
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "mynakura/wire/chan.h"

#define PASSWD_BYTES 16384
#define PAM_USER_UNKNOWN 10 /* of pam_appl.h: the monitor knows nothing else of PAM */

struct peer {
	uint64_t uid;
	char terminal[64], from[256], lang[8];
};

static int
read_peer(const struct mk_msg *m, struct peer *p)
{
	const void *b = m->body.data;
	size_t n = m->body.len;
	p->uid = mk_get_u64(b, n, MK_T_sender_uid, UINT64_MAX);
	if (p->uid >= (uid_t)-1 ||
	    mk_get_str(b, n, MK_T_terminal, p->terminal, sizeof p->terminal) < 0 ||
	    mk_get_str(b, n, MK_T_from, p->from, sizeof p->from) < 0)
		return MK_E_PROTOCOL;
	if (mk_get_str(b, n, MK_T_lang, p->lang, sizeof p->lang) < 0)
		p->lang[0] = '\0';
	return 0;
}

/* The account of a uid, or NULL. Runs in the new process only: buf is its own. */
static const char *
account_of(uid_t uid, char buf[PASSWD_BYTES])
{
	struct passwd pw, *found = NULL;
	if (getpwuid_r(uid, &pw, buf, PASSWD_BYTES, &found) != 0 || found == NULL ||
	    found->pw_uid != uid || found->pw_name[0] == '\0' ||
	    mk_text_check(found->pw_name, strlen(found->pw_name), NULL) < 0)
		return NULL;
	return found->pw_name;
}

/* Puts START into the queue of the channel, through the end that the vault will hold. */
static bool
send_start(int vault_end, int own_end, const struct peer *p)
{
	char buf[PASSWD_BYTES];
	const char *account = account_of((uid_t)p->uid, buf);
	struct mk_msg m;
	mk_msg_init(&m, account != NULL ? MK_PAM_START : MK_PAM_DONE, 0);
	if (account != NULL) {
		mk_put_str(&m.body, MK_T_account, account);
		mk_put_str(&m.body, MK_T_terminal, p->terminal);
		mk_put_str(&m.body, MK_T_from, p->from);
		mk_put_str(&m.body, MK_T_lang, p->lang);
	} else {
		mk_put_u64(&m.body, MK_T_status, PAM_USER_UNKNOWN);
		mk_put_str(&m.body, MK_T_state, "start");
		mk_put_str(&m.body, MK_T_why, "account");
	}
	int r = mk_chan_send(account != NULL ? vault_end : own_end, &m, 1000);
	mk_msg_free(&m);
	return r == 0 && account != NULL;
}

/* The monitor's signals are not the modules' business. */
static void
plain_signals(void)
{
	sigset_t none;
	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
become_pam(int vault_end, int own_end, const struct peer *p)
{
	char name[] = "mynakurad", role[] = "--role=pam";
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LANG=C.UTF-8";
	char bind_now[] = "LD_BIND_NOW=1";
	char *const env[] = {path, lang, bind_now, NULL};
	char *const argv[] = {name, role, NULL};
	plain_signals();
	setsid(); /* what a module starts is ended with it */
	if (!send_start(vault_end, own_end, p))
		_exit(0);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int own = fcntl(own_end, F_DUPFD_CLOEXEC, 32);
	if (null < 0 || own < 0 || dup2(own, MK_FD_MONITOR) < 0)
		_exit(70);
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			_exit(70);
	close_range(MK_FD_MONITOR + 1, ~0U, 0);
	if (chdir("/") == 0)
		execve("/proc/self/exe", argv, env);
	_exit(70);
}

int
mk_monitor_start_pam(struct monitor *mon, const struct mk_msg *m, struct mk_msg *reply)
{
	struct peer p;
	int pair[2];
	int r = read_peer(m, &p);
	if (r == 0 && mk_monitor_full(mon))
		r = MK_E_BUSY;
	if (r == 0)
		r = mk_chan_pair(pair);
	if (r < 0)
		return r;
	pid_t child = fork();
	if (child == 0)
		become_pam(pair[0], pair[1], &p);
	close(pair[1]);
	if (child < 0) {
		close(pair[0]);
		return MK_E_NOMEM;
	}
	mk_monitor_remember(mon, child);
	mk_put_u64(&reply->body, MK_T_pid, (uint64_t)child);
	reply->fds[reply->nfds++] = pair[0];
	return 0;
}
