/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which account a user id is, asked of the system's own tables (NSS). The modules behind them are
 * other people's code and may wait for a network: a short-lived process without any right asks, and
 * is ended when it takes too long. It answers the vault itself and ends.
 */
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/time.h"
#include "mynakura/sandbox/privdrop.h"
#include "mynakura/wire/chan.h"

#define WAIT_MS 5000
#define ANSWER_MS 1000
#define ACCOUNT_MAX 65

static void
answer(int fd, uint32_t id, int r, const char *account, uint64_t uid)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_MON_WHO, id);
	m.flags = MK_FLAG_REPLY;
	mk_put_i64(&m.body, MK_T_error, r);
	if (r == 0) {
		mk_put_str(&m.body, MK_T_account, account);
		mk_put_u64(&m.body, MK_T_sender_uid, uid);
	}
	(void)mk_chan_send(fd, &m, ANSWER_MS);
	mk_msg_free(&m);
}

/* The child. Its status is 0 when it has answered. */
static _Noreturn void
look_up(const struct monitor *mon, const struct mk_msg *m)
{
	const void *b = m->body.data;
	char name[ACCOUNT_MAX];
	const struct passwd *p = NULL;
	if (mk_is_installed(mon->args) &&
	    mk_become(mon->accounts.read, mon->accounts.read_gid, NULL, 0) < 0)
		_exit(1);
	uint64_t uid = mk_get_u64(b, m->body.len, MK_T_sender_uid, UINT64_MAX);
	if (mk_get_str(b, m->body.len, MK_T_account, name, sizeof name) == 0)
		p = getpwnam(name);
	else if (uid < UINT32_MAX)
		p = getpwuid((uid_t)uid);
	bool found = p != NULL && p->pw_name[0] != '\0' && strlen(p->pw_name) < ACCOUNT_MAX;
	answer(mon->vault_fd, m->id, found ? 0 : MK_E_NOT_FOUND, found ? p->pw_name : "",
	    found ? p->pw_uid : 0);
	_exit(0);
}

void
mk_monitor_who(struct monitor *mon, const struct mk_msg *m)
{
	struct mk_who *w = NULL;
	for (size_t i = 0; i < MK_WHO_MAX && w == NULL; i++)
		if (mon->who[i].pid == 0)
			w = &mon->who[i];
	pid_t pid = w == NULL ? -1 : fork();
	if (pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* Nothing but the vault's channel, which the answer goes to. */
		int fd = dup2(mon->vault_fd, 3);
		struct monitor child = *mon;
		child.vault_fd = fd;
		close_range(4, ~0U, 0);
		look_up(&child, m);
	}
	if (pid < 0) {
		answer(mon->vault_fd, m->id, MK_E_BUSY, "", 0);
		return;
	}
	*w = (struct mk_who){pid, m->id, mk_mono_ms() + WAIT_MS};
}

bool
mk_monitor_who_ended(struct monitor *mon, pid_t pid, int status)
{
	for (size_t i = 0; i < MK_WHO_MAX; i++) {
		struct mk_who *w = &mon->who[i];
		if (w->pid != pid)
			continue;
		if (status != 0 && mon->vault_fd >= 0)
			answer(mon->vault_fd, w->id, MK_E_NOT_FOUND, "", 0);
		w->pid = 0;
		return true;
	}
	return false;
}

void
mk_monitor_who_kill(struct monitor *mon, int64_t now)
{
	for (size_t i = 0; i < MK_WHO_MAX; i++)
		if (mon->who[i].pid != 0 && now > mon->who[i].end)
			kill(mon->who[i].pid, SIGKILL);
}
