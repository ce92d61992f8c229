/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands on the trail is told to the monitor as well, which passes it to the kernel's audit and
 * signed heads to syslog (monitor_out.c). After the record, never instead of it; a monitor that does
 * not take it loses a copy and nothing else.
 */
#include <stdlib.h>

#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "vault_internal.h"

struct mk_told {
	struct mk_msg m;
};

struct mk_told *
mk_tell_keep(const struct vault *v, const struct mk_msg *m)
{
	static const unsigned copied[] = {MK_T_action, MK_T_kind, MK_T_actor, MK_T_subject,
	    MK_T_sender_uid, MK_T_login_uid, MK_T_login_session};
	struct mk_item it;
	char result[32] = "ok"; /* an intent has none: it has come to be recorded */
	if (!mk_vault_installed(v) || (m->type != MK_TR_APPEND && m->type != MK_TR_CHECKPOINT))
		return NULL;
	struct mk_told *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	if (m->type == MK_TR_CHECKPOINT) {
		mk_msg_init(&t->m, MK_MON_HEAD, 0);
		return t;
	}
	mk_msg_init(&t->m, MK_MON_AUDIT, 0);
	for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
		if (mk_find(m->body.data, m->body.len, copied[i], &it))
			mk_put_bytes(&t->m.body, copied[i], it.p, it.len);
	(void)mk_get_str(m->body.data, m->body.len, MK_T_result, result, sizeof result);
	mk_put_bool(&t->m.body, MK_T_ok, result[0] == 'o' && result[1] == 'k' && result[2] == '\0');
	return t;
}

void
mk_tell(struct vault *v, struct mk_told *t, int r, const struct mk_msg *answer)
{
	static bool said;
	static const unsigned copied[] = {MK_T_seq, MK_T_head, MK_T_key};
	struct mk_item it;
	if (t == NULL)
		return;
	for (size_t i = 0; r == 0 && answer != NULL && i < 3; i++)
		if (mk_find(answer->body.data, answer->body.len, copied[i], &it))
			mk_put_bytes(&t->m.body, copied[i], it.p, it.len);
	if (r == 0 && answer != NULL && mk_chan_send(v->monitor, &t->m, 0) < 0 && !said) {
		said = true;
		mk_log("a copy of a record did not reach the kernel's audit or syslog");
	}
	mk_msg_free(&t->m);
	free(t);
}
