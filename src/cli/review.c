/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review queue: what was read of an item, its picture into a file, and accepting it with
 * corrections.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mynakura/base/newfile.h"
#include "mynakura/wire/chan.h"

#include "reading_internal.h"

/* --- show */
static int
write_pgm(int fd, const struct mk_msg *reply, int picture)
{
	char head[64];
	const void *grey = NULL;
	size_t len = 0;
	uint64_t width = mk_get_u64(reply->body.data, reply->body.len, MK_T_width, 0);
	uint64_t height = mk_get_u64(reply->body.data, reply->body.len, MK_T_height, 0);
	if (width == 0 || height == 0 || width > MK_READ_SIDE_MAX || height > MK_READ_SIDE_MAX)
		return MK_E_PROTOCOL;
	int r = mk_memfd_map(picture, MK_RASTER_MAX, &grey, &len);
	if (r < 0)
		return r;
	int n = snprintf(head, sizeof head, "P5\n%u %u\n255\n", (unsigned)width, (unsigned)height);
	r = len == width * height ? mk_write_all(fd, head, (size_t)n) : MK_E_PROTOCOL;
	if (r == 0)
		r = mk_write_all(fd, grey, len);
	munmap((void *)(uintptr_t)grey, len);
	return r;
}

/* The picture holds the number: 0600, never over an existing file, removed when it is not whole. */
static int
save_picture(struct mk_cli *c, struct mk_newfile *file, struct mk_msg *reply)
{
	int picture = mk_msg_take_fd(reply, 0);
	if (picture < 0)
		return MK_E_PROTOCOL;
	int r = write_pgm(file->fd, reply, picture);
	close(picture);
	if (r == 0)
		r = mk_newfile_keep(file);
	return r < 0 ? mk_fail(c, r, "%s", file->path) : 0;
}

static const struct mk_col show_cols[] = {
    {MK_T_review, MK_COL_STR, "review", N_("Id"), MK_COL_NO_JSON},
    {MK_T_ledger, MK_COL_LEDGER, "ledger", N_("Ledger"), 0},
    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0},
    {MK_T_width, MK_COL_U64, "width", N_("Width"), MK_COL_NO_TEXT},
    {MK_T_height, MK_COL_U64, "height", N_("Height"), MK_COL_NO_TEXT}, {0, 0, NULL, NULL, 0}};

static int
print_show(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_item record;
	struct mk_reading reading;
	struct mk_json j;
	const void *body = reply->body.data;
	size_t len = reply->body.len;
	if (!mk_find(body, len, MK_T_item, &record))
		return MK_E_PROTOCOL;
	int r = mk_reading_parse(record.p, record.len, 0, 0, &reading);
	if (r < 0)
		return r;
	if (c->g.json) {
		mk_json_init(&j, &c->out);
		mk_json_obj(&j, NULL);
		mk_json_str(&j, "review", mk_arg(c, 0));
		mk_cols_json(&j, show_cols, body, len);
		mk_json_str(&j, "layout", reading.layout);
		mk_json_int(&j, "rotation", reading.rotation);
		mk_reading_json(&j, &reading);
		mk_json_end_obj(&j);
		mk_buf_puts(&c->out, "\n");
	} else {
		mk_names_fetch(c, show_cols, false);
		mk_cols_text(&c->out, &c->names, show_cols, body, len);
		mk_out(c, "%s\n", mk_word(reading.layout));
		mk_reading_text(&c->out, &reading);
	}
	mk_reading_wipe(&reading);
	return 0;
}

int
mk_run_review_show(struct mk_cli *c)
{
	struct mk_msg req, reply;
	struct mk_newfile file = MK_NEWFILE_INIT;
	const char *path = mk_opt(c, "picture");
	int r = path != NULL ? mk_new_file(c, path, &file) : 0;
	if (r < 0)
		return r;
	mk_msg_init(&req, MK_REQ_review_show, 0);
	mk_put_str(&req.body, MK_T_review, mk_arg(c, 0));
	if (path != NULL)
		mk_put_bool(&req.body, MK_T_picture, true);
	r = mk_ask(c, &req, &reply);
	if (r == 0 && path != NULL)
		r = save_picture(c, &file, &reply);
	if (r == 0)
		r = print_show(c, &reply);
	mk_newfile_end(&file);
	mk_msg_free(&reply);
	return r;
}

/* --- accept */
static int
put_sets(struct mk_cli *c, struct mk_buf *body, int *numbers)
{
	char field[64];
	const char *set;
	for (size_t i = 0; (set = mk_opt_nth(c, "set", i)) != NULL; i++) {
		const char *value = mk_field_split(c, set, field, sizeof field);
		if (value == NULL)
			return MK_E_USAGE;
		if (strcmp(field, "number") == 0)
			(*numbers)++;
		else
			mk_put_field(body, field, value);
	}
	return 0;
}

int
mk_run_review_accept(struct mk_cli *c)
{
	static const struct mk_col cols[] = {
	    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0}, {0, 0, NULL, NULL, 0}};
	struct mk_msg req, reply;
	int numbers = mk_opt_given(c, "retype") ? 1 : 0;
	mk_msg_init(&req, MK_REQ_review_accept, 0);
	mk_put_str(&req.body, MK_T_review, mk_arg(c, 0));
	int r = put_sets(c, &req.body, &numbers);
	if (r == 0 && c->g.purpose != NULL)
		mk_put_field(&req.body, "purposes", c->g.purpose);
	for (int i = 0; r == 0 && i < numbers; i++) {
		struct mk_secret *digits = NULL;
		r = mk_pass_number(
		    c, i == 0 ? _("Individual Number") : _("Individual Number once more"), &digits);
		if (r == 0)
			mk_put_bytes(&req.body, MK_T_number, digits->data, digits->len);
		mk_secret_free(digits);
	}
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	r = mk_ask(c, &req, &reply);
	if (r == 0)
		mk_print_result(c, cols, reply.body.data, reply.body.len);
	mk_msg_free(&reply);
	return r;
}
