/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export and the profiles it uses. The vault writes the rows into the file that is opened here; no
 * number passes through this program.
 */
#include <fcntl.h>
#include <string.h>

#include "mynakura/base/newfile.h"
#include "mynakura/profile/profile.h"
#include "cli_internal.h"

static int
profile_failed(struct mk_cli *c, int r, const char *name, const struct mk_profile_error *err)
{
	if (err->line > 0)
		return mk_fail(c, r, _("%s, line %d, column %d: %s"), name, err->line, err->column,
		    _(err->text));
	return mk_fail(
	    c, r, "%s: %s", name, err->text[0] != '\0' ? _(err->text) : _(mk_err_message(r)));
}

static int
find_profile(struct mk_cli *c, const char *name, struct mk_profile **out)
{
	struct mk_profile_dirs dirs;
	struct mk_profile_error err;
	memset(&err, 0, sizeof err);
	int r = mk_profile_dirs_default(&dirs);
	if (r < 0)
		return r;
	r = mk_profile_find(name, &dirs, out, &err);
	mk_profile_dirs_free(&dirs);
	return r < 0 ? profile_failed(c, r, name, &err) : 0;
}

static const char *
status_words(const char *status)
{
	return strcmp(status, "documented") == 0 ? _("documented layout")
	       : strcmp(status, "partial") == 0
		   ? _("partly documented layout: try the file at the target first")
		   : _("unverified layout: try the file at the target first");
}

/* --- export */
static int
start_request(struct mk_cli *c, const struct mk_profile *p, struct mk_msg *req)
{
	struct mk_buf flat = MK_BUF_INIT;
	mk_msg_init(req, MK_REQ_export, 0);
	mk_put_str(&req->body, MK_T_ledger, mk_opt(c, "ledger"));
	for (size_t i = 0; mk_opt_nth(c, "subject", i) != NULL; i++)
		mk_put_str(&req->body, MK_T_subject, mk_opt_nth(c, "subject", i));
	int r = mk_profile_compile(p, &flat);
	if (r == 0)
		mk_put_bytes(&req->body, MK_T_profile, flat.data, flat.len);
	mk_put_str(&req->body, MK_T_purpose, c->g.purpose);
	mk_put_str(&req->body, MK_T_destination, mk_opt(c, "destination"));
	mk_buf_free(&flat);
	return r;
}

static const struct mk_col skipped_cols[] = {
    {MK_T_subject, MK_COL_STR, "subject", N_("Subject"), 0},
    {MK_T_why, MK_COL_STR, "why", N_("Why"), 0}, {0, 0, NULL, NULL, 0}};
static const struct mk_col export_cols[] = {{MK_T_rows, MK_COL_U64, "rows", N_("Rows written"), 0},
    {MK_T_changed, MK_COL_MULTI, "changed", N_("Changed"), MK_COL_NO_TEXT},
    {MK_T_id, MK_COL_MULTI, "unconfirmed", N_("Not confirmed yet"), MK_COL_DETAIL},
    {MK_T_sha256, MK_COL_STR, "sha256", N_("SHA-256 of the file"), 0},
    {MK_T_count, MK_COL_U64, "left_out", N_("Left out"), 0},
    {MK_T_warning, MK_COL_STR, "warning", N_("Warning"), MK_COL_NO_JSON}, {0, 0, NULL, NULL, 0}};

static void
report_json(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_json j;
	struct mk_rd rd;
	struct mk_item it;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_cols_json(&j, export_cols, reply->body.data, reply->body.len);
	mk_json_arr(&j, "skipped");
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_skipped)
			continue;
		mk_json_obj(&j, NULL);
		mk_cols_json(&j, skipped_cols, it.p, it.len);
		mk_json_end_obj(&j);
	}
	mk_json_end_arr(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
put_line(struct mk_cli *c, const char *title, const char *who, const char *words, size_t len)
{
	struct mk_buf text = MK_BUF_INIT;
	mk_buf_puts(&text, who);
	mk_sentence(words, len, &text);
	mk_out(c, "%s", title);
	mk_out_escaped(&c->out, mk_buf_str(&text));
	mk_out(c, "\n");
	mk_buf_free(&text);
}

static void
report_text(struct mk_cli *c, const struct mk_msg *reply)
{
	struct mk_rd rd;
	struct mk_item it, why;
	mk_cols_text(&c->out, &c->names, export_cols, reply->body.data, reply->body.len);
	mk_rd_init(&rd, reply->body.data, reply->body.len);
	while (mk_item_next(&rd, &it) > 0) {
		char subject[40] = "";
		if (it.tag == MK_T_skipped && mk_find(it.p, it.len, MK_T_why, &why)) {
			mk_get_str(it.p, it.len, MK_T_subject, subject, sizeof subject - 2);
			memcpy(subject + strlen(subject), ": ", 3);
			put_line(c, _("left out: "), subject, (const char *)why.p, why.len);
		} else if (it.tag == MK_T_changed) {
			put_line(c, _("changed: "), "", (const char *)it.p, it.len);
		}
	}
}

static int
write_export(struct mk_cli *c, struct mk_msg *req)
{
	struct mk_newfile file = MK_NEWFILE_INIT;
	struct mk_msg reply;
	int r = mk_new_file(c, mk_opt(c, "o"), &file);
	if (r < 0) {
		mk_msg_free(req);
		return r;
	}
	/* The request closes its own copy. */
	req->fds[0] = fcntl(file.fd, F_DUPFD_CLOEXEC, 3);
	req->nfds = 1;
	r = mk_ask(c, req, &reply);
	if (r == 0)
		r = mk_newfile_keep(&file);
	mk_newfile_end(&file);
	if (r == 0 && c->g.json)
		report_json(c, &reply);
	else if (r == 0)
		report_text(c, &reply);
	mk_msg_free(&reply);
	return r;
}

int
mk_run_export(struct mk_cli *c)
{
	static const char *const wanted[] = {"profile", "ledger", "o"};
	struct mk_profile *p = NULL;
	struct mk_msg req;
	if (mk_opt_given(c, "list"))
		return mk_run_profile_list(c);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (mk_opt(c, wanted[i]) == NULL)
			return mk_fail(c, MK_E_USAGE, _("missing option: %s%s"), i < 2 ? "--" : "-",
			    wanted[i]);
	int r = find_profile(c, mk_opt(c, "profile"), &p);
	if (r < 0)
		return r;
	r = start_request(c, p, &req);
	/* What the user has to know before the file is trusted. */
	if (r == 0 && !c->g.json)
		mk_say("%s: %s", mk_profile_title(p), status_words(mk_profile_status(p)));
	mk_profile_free(p);
	if (r == 0)
		r = mk_need_login(c);
	if (r < 0) {
		mk_msg_free(&req);
		return r;
	}
	return write_export(c, &req);
}

/* --- profile */
struct listing {
	struct mk_cli *c;
	struct mk_grid *g;
};

static int
list_one(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err)
{
	struct listing *l = ctx;
	const char *const values[] = {id, p != NULL ? mk_profile_title(p) : err->text,
	    p != NULL ? mk_profile_status(p) : "faulty", p != NULL ? mk_profile_purpose(p) : "",
	    path};
	static const char *const keys[] = {"profile", "title", "status", "purpose", "path"};
	if (!l->c->g.json) {
		for (size_t i = 0; i < 4; i++)
			mk_grid_cell(l->g, values[i], strlen(values[i]));
		return mk_grid_row(l->g);
	}
	struct mk_json j;
	mk_json_init(&j, &l->c->out);
	mk_json_obj(&j, NULL);
	for (size_t i = 0; i < 5; i++)
		mk_json_str(&j, keys[i], values[i][0] != '\0' ? values[i] : NULL);
	mk_json_end_obj(&j);
	mk_buf_puts(&l->c->out, "\n");
	return 0;
}

int
mk_run_profile_list(struct mk_cli *c)
{
	struct mk_profile_dirs dirs;
	struct listing l = {c, mk_grid_new()};
	if (l.g == NULL)
		return MK_E_NOMEM;
	int r = mk_profile_dirs_default(&dirs);
	if (r == 0) {
		r = mk_profile_list(&dirs, list_one, &l);
		mk_profile_dirs_free(&dirs);
	}
	if (r == 0 && !c->g.json)
		mk_grid_print(l.g, &c->out, false);
	mk_grid_free(l.g);
	return r;
}

static void
show_json(struct mk_cli *c, const struct mk_profile *p)
{
	const struct mk_layout *l = mk_profile_layout(p);
	struct mk_json j;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "profile", mk_profile_id(p));
	mk_json_str(&j, "title", mk_profile_title(p));
	mk_json_str(&j, "status", mk_profile_status(p));
	mk_json_str(&j, "source", mk_profile_source(p));
	mk_json_str(&j, "checked", mk_profile_checked(p));
	mk_json_str(&j, "purpose", mk_profile_purpose(p));
	mk_json_str(&j, "filename", mk_profile_filename(p));
	mk_json_bool(&j, "human", mk_profile_human(p));
	mk_json_arr(&j, "fields");
	for (size_t i = 0; i < l->nfields; i++) {
		const char *source = mk_source_name(l->fields[i].source);
		mk_json_obj(&j, NULL);
		mk_json_str(&j, "name", l->fields[i].name);
		mk_json_str(&j, "source", source);
		mk_json_bool(&j, "required", l->fields[i].required);
		mk_json_end_obj(&j);
	}
	mk_json_end_arr(&j);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static int
show_text(struct mk_cli *c, const struct mk_profile *p)
{
	const struct {
		const char *title, *value;
	} rows[] = {{N_("Profile"), mk_profile_id(p)}, {N_("Title"), mk_profile_title(p)},
	    {N_("Format"), status_words(mk_profile_status(p))},
	    {N_("Taken from"), mk_profile_source(p)}, {N_("Checked"), mk_profile_checked(p)},
	    {N_("Purpose"), mk_profile_purpose(p)}, {N_("File name"), mk_profile_filename(p)}};
	const struct mk_layout *l = mk_profile_layout(p);
	struct mk_grid *g = mk_grid_new();
	if (g == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].value[0] == '\0')
			continue;
		mk_grid_cell(g, _(rows[i].title), strlen(_(rows[i].title)));
		mk_grid_cell(g, rows[i].value, strlen(rows[i].value));
		mk_grid_row(g);
	}
	for (size_t i = 0; i < l->nfields; i++) {
		const char *source = mk_source_name(l->fields[i].source);
		mk_grid_cell(g, i == 0 ? _("Columns") : "", i == 0 ? strlen(_("Columns")) : 0);
		mk_grid_cell(g, l->fields[i].name, strlen(l->fields[i].name));
		mk_grid_cell(g, source != NULL ? source : "", source != NULL ? strlen(source) : 0);
		mk_grid_row(g);
	}
	mk_grid_print(g, &c->out, false);
	mk_grid_free(g);
	return 0;
}

int
mk_run_profile_show(struct mk_cli *c)
{
	struct mk_profile *p = NULL;
	int r = find_profile(c, mk_arg(c, 0), &p);
	if (r < 0)
		return r;
	if (c->g.json)
		show_json(c, p);
	else
		r = show_text(c, p);
	mk_profile_free(p);
	return r;
}

int
mk_run_profile_check(struct mk_cli *c)
{
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	memset(&err, 0, sizeof err);
	int r = mk_profile_load(mk_arg(c, 0), &p, &err);
	if (r < 0)
		return profile_failed(c, r, mk_arg(c, 0), &err);
	if (!c->g.json) {
		mk_out_escaped(&c->out, mk_arg(c, 0));
		mk_out(c, ": %s\n", _("in order"));
	}
	mk_print_done(c);
	mk_profile_free(p);
	return 0;
}
