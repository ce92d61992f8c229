/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit export: the trail's entries as JSON lines for another pair of eyes, into a new file of mode
 * 0600 or to standard output. The last line has the count and a signed head that covers them.
 */
#include "cli_internal.h"

#include <unistd.h>

static const struct mk_col head_cols[] = {
    {MK_T_count, MK_COL_U64, "count", N_("Entries"), 0},
    {MK_T_seq, MK_COL_U64, "seq", N_("Entry"), 0},
    {MK_T_head, MK_COL_STR, "head", N_("Head"), 0},
    {MK_T_key, MK_COL_STR, "key", N_("Key's fingerprint"), 0},
    {0, 0, NULL, NULL, 0},
};

static void
put_object(struct mk_buf *out, const struct mk_col *cols, const void *body, size_t len)
{
	struct mk_json j;
	mk_json_init(&j, out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, cols, body, len);
	mk_json_end_obj(&j);
	mk_buf_puts(out, "\n");
}

/* One page as lines into fd; *count goes up. */
static int
write_page(const struct mk_msg *reply, int fd, uint64_t *count)
{
	struct mk_buf lines = MK_BUF_INIT;
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		put_object(&lines, mk_audit_cols, it.p, it.len);
		++*count;
	}
	int r = mk_buf_error(&lines);
	if (r == 0)
		r = mk_write_all(fd, lines.data, lines.len);
	mk_buf_free(&lines);
	return r;
}

static int
write_entries(struct mk_cli *c, int fd, uint64_t *count)
{
	char cursor[256] = "";
	for (;;) {
		struct mk_msg req, reply;
		mk_request_build(c, &req);
		if (cursor[0] != '\0')
			mk_put_str(&req.body, MK_T_cursor, cursor);
		int r = mk_ask(c, &req, &reply);
		if (r == 0)
			r = write_page(&reply, fd, count);
		if (r == 0) {
			r = mk_get_str(
			    reply.body.data, reply.body.len, MK_T_cursor, cursor, sizeof cursor);
			r = r == MK_E_NOT_FOUND ? 1 : r;
		}
		mk_msg_free(&reply);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}

/* The signed head of now, which is behind every entry that was written. */
static int
write_head(struct mk_cli *c, int fd, uint64_t count, struct mk_buf *head)
{
	struct mk_msg req, reply;
	struct mk_buf line = MK_BUF_INIT;
	mk_msg_init(&req, MK_REQ_audit_anchor, 0);
	int r = mk_ask(c, &req, &reply);
	if (r == 0) {
		mk_put_u64(head, MK_T_count, count);
		mk_buf_put(head, reply.body.data, reply.body.len);
		put_object(&line, head_cols, head->data, head->len);
		r = mk_buf_error(&line);
	}
	if (r == 0)
		r = mk_write_all(fd, line.data, line.len);
	mk_buf_free(&line);
	mk_msg_free(&reply);
	return r;
}

int
mk_run_audit_export(struct mk_cli *c)
{
	struct mk_newfile file = MK_NEWFILE_INIT;
	struct mk_buf head = MK_BUF_INIT;
	const char *path = mk_opt(c, "o");
	uint64_t count = 0;
	int r = path != NULL ? mk_new_file(c, path, &file) : 0;
	if (r < 0)
		return r;
	int fd = path != NULL ? file.fd : STDOUT_FILENO;
	r = write_entries(c, fd, &count);
	if (r == 0)
		r = write_head(c, fd, count, &head);
	if (r == 0 && path != NULL)
		r = mk_newfile_keep(&file);
	if (path != NULL)
		mk_newfile_end(&file);
	if (r == 0 && path != NULL)
		mk_print_result(c, head_cols, head.data, head.len);
	c->acted = false;
	mk_buf_free(&head);
	return r;
}
