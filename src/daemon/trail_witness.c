/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kept checkpoints in the trail role: those that members show (decisions.md 16), and this PC's own
 * in DIR/witness. The monitor writes that one, so that neither vault nor trail can take it back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "trail_internal.h"

#define ANCHOR_MS 20 /* looking for the last anchor keeps records waiting no longer */

/* The newest checkpoint; nothing before the first one, or when it is too long to be kept. */
static int
newest(struct mk_trail_role *t, struct mk_buf *out)
{
	int r = t->trail == NULL ? MK_E_NOT_FOUND : mk_trail_newest(t->trail, out);
	return r == 0 && out->len > MK_WITNESS_MAX ? MK_E_TOO_BIG : r;
}

void
mk_witness_put(struct mk_trail_role *t, struct mk_buf *b)
{
	struct mk_buf line = MK_BUF_INIT;
	if (newest(t, &line) == 0)
		mk_put_bytes(b, MK_T_checkpoint, line.data, line.len);
	mk_buf_free(&line);
}

void
mk_witness_keep(struct mk_trail_role *t)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_TR_KEEP, 0);
	mk_witness_put(t, &m.body);
	/* A monitor that has no time keeps an older one: never wrong, only weaker. */
	if (m.body.len > 0 && !m.body.failed)
		(void)mk_chan_send(MK_FD_MONITOR, &m, 0);
	mk_msg_free(&m);
}

int
mk_witness_own(struct mk_trail_role *t)
{
	struct mk_buf kept = MK_BUF_INIT;
	char path[4200];
	if (snprintf(path, sizeof path, "%s/witness/" MK_WITNESS_NAME, t->dir) >= (int)sizeof path)
		return MK_E_INPUT;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : MK_E_INPUT;
	int r = mk_buf_read_fd(&kept, fd, MK_WITNESS_MAX);
	close(fd);
	r = r < 0 ? MK_E_INPUT : mk_trail_witness(t->trail, kept.data, kept.len, NULL);
	mk_buf_free(&kept);
	return r;
}

int
mk_witness_serve(struct mk_trail_role *t, const struct mk_msg *m, struct mk_msg *reply)
{
	struct mk_item it;
	char head[MK_TRAIL_HEX];
	int64_t time = 0;
	uint64_t seq = 0;
	if (t->trail == NULL || mk_trail_sync(t->trail) < 0)
		return MK_E_TRAIL;
	if (mk_find(m->body.data, m->body.len, MK_T_checkpoint, &it)) {
		int r = mk_trail_witness(t->trail, it.p, it.len, NULL);
		if (r < 0)
			return r;
	}
	mk_put_u64(&reply->body, MK_T_seq, mk_trail_head(t->trail, head));
	mk_put_str(&reply->body, MK_T_head, head);
	mk_witness_put(t, &reply->body);
	/* Nothing is said while the index is being made. */
	int known = t->index == NULL ? MK_E_AGAIN : mk_index_update(t->index, ANCHOR_MS);
	if (known == 0)
		known = mk_index_last(t->index, MK_A_audit_anchor, &seq, &time);
	if (known == 0 || known == MK_E_NOT_FOUND)
		mk_put_i64(&reply->body, MK_T_time, known == 0 ? time : 0);
	return mk_buf_error(&reply->body);
}
