/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * witness: what this user's own home, and a slip, know of a vault's trail, and whether the trail
 * still agrees with them.
 */
#include "cli_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/slip.h"
#include "mynakura/base/str.h"

/* --- show */

struct shown {
	struct mk_cli *c;
	struct mk_grid *grid;
};

static void
letters_of(const char *head, char out[MK_SLIP_GROUPED_MAX])
{
	char letters[MK_SLIP_LETTERS_MAX];
	out[0] = '\0';
	if (mk_slip_letters(head, letters) == 0)
		mk_slip_group(letters, out);
}

static void
show_json(struct mk_cli *c, const char *vault, const struct mk_witness *w)
{
	char slip[MK_SLIP_GROUPED_MAX];
	struct mk_json j;
	letters_of(w->head, slip);
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "vault", vault);
	mk_json_int(&j, "count", (int64_t)w->count);
	mk_json_str(&j, "head", w->head);
	mk_json_str(&j, "slip", slip);
	mk_json_str(&j, "time", w->time);
	mk_json_str(&j, "file", w->path);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
show_row(struct mk_grid *g, const char *vault, const struct mk_witness *w)
{
	char slip[MK_SLIP_GROUPED_MAX], count[24];
	letters_of(w->head, slip);
	snprintf(count, sizeof count, "%" PRIu64, w->count);
	const char *const cells[] = {vault, count, slip, w->time};
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		mk_grid_cell(g, cells[i], strlen(cells[i]));
	mk_grid_row(g);
}

static int
show_one(const char *vault, void *arg)
{
	struct shown *s = arg;
	struct mk_witness w;
	int r = mk_witness_load(vault, &w);
	if (r < 0 && r != MK_E_NOMEM) {
		mk_say(_("attention: %s: this is no checkpoint of a trail; it is ignored"), w.path);
		r = 0;
	} else if (r == 0 && s->c->g.json) {
		show_json(s->c, vault, &w);
	} else if (r == 0) {
		show_row(s->grid, vault, &w);
	}
	mk_witness_free(&w);
	return r;
}

int
mk_run_witness_show(struct mk_cli *c)
{
	static const char *const titles[] = {N_("Vault"), N_("Entry"), N_("Head"), N_("Time")};
	struct shown s = {c, mk_grid_new()};
	if (s.grid == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		mk_grid_cell(s.grid, _(titles[i]), strlen(_(titles[i])));
	mk_grid_row(s.grid);
	int r = mk_witness_each(show_one, &s);
	if (r == MK_E_DENIED)
		mk_fail(
		    c, r, _("the folder of witnesses is not yours alone; nothing there is used"));
	if (r == 0 && !c->g.json) {
		if (mk_grid_rows(s.grid) > 1)
			mk_grid_print(s.grid, &c->out, true);
		else
			mk_say("%s", _("Nothing to list."));
	}
	mk_grid_free(s.grid);
	return r;
}

/* --- check */

/* One of the witnesses against the daemon's trail. */
struct verdict {
	bool asked, ok;
	uint64_t count; /* the kept entry; 0 = not known */
	char head[MK_SLIP_HASH_MAX]; /* as kept */
	int err;
};

struct check {
	struct verdict home, slip;
	uint64_t count; /* the trail's newest */
	char head[MK_SLIP_HASH_MAX];
};

/* A verdict on what was kept, unlike an error that says nothing about it. */
static bool
is_verdict(int r)
{
	return r == MK_E_ROLLED_BACK || r == MK_E_TAMPERED || r == MK_E_INPUT;
}

/* The line that this home kept before this run logged in: the login has replaced it since. */
static int
check_home(struct mk_cli *c, struct check *k)
{
	struct mk_msg req, reply;
	const struct mk_witness *w = &c->witness.kept;
	if (w->count == 0)
		return 0;
	k->home.asked = true;
	k->home.count = w->count;
	(void)mk_str_copy(k->home.head, sizeof k->home.head, w->head);
	mk_msg_init(&req, MK_REQ_witness_check, 0);
	mk_put_bytes(&req.body, MK_T_checkpoint, w->line.data, w->line.len);
	int r = mk_ask(c, &req, &reply);
	k->home.ok = r == 0;
	k->home.err = r;
	if (r == 0) {
		k->count = mk_get_u64(reply.body.data, reply.body.len, MK_T_seq, 0);
		(void)mk_get_str(
		    reply.body.data, reply.body.len, MK_T_head, k->head, sizeof k->head);
	}
	mk_msg_free(&reply);
	return is_verdict(r) ? 0 : r;
}

/* What stands behind --slip and --count: letters, a whole head, or the QR code's text. */
static int
read_slip(struct mk_cli *c, struct mk_slip_text *t)
{
	const char *slip = mk_opt(c, "slip"), *count = mk_opt(c, "count");
	memset(t, 0, sizeof *t);
	uint8_t raw[32];
	if (mk_slip_text_parse(slip, t) < 0) {
		if (mk_unhex(slip, raw, sizeof raw) < 0 && mk_slip_letters_parse(slip, raw) < 0)
			return mk_fail(c, MK_E_USAGE,
			    _("--slip: 20 letters, a head of 64 digits, or the text of a slip's QR "
			      "code"));
		(void)mk_str_copy(t->head, sizeof t->head, slip);
	}
	uint64_t said = t->count;
	if (count != NULL && mk_str_u64(count, INT64_MAX, &said) < 0)
		return mk_fail(c, MK_E_USAGE, _("--count: the number that the slip shows"));
	if (t->count != 0 && said != t->count)
		return mk_fail(c, MK_E_USAGE, _("--count is not the one in the slip's text"));
	t->count = said;
	return 0;
}

/* The daemon walks its whole trail for it, with the slip's key where the slip tells one. */
static int
check_slip(struct mk_cli *c, struct check *k)
{
	struct mk_msg req, reply;
	struct mk_slip_text t;
	int r = read_slip(c, &t);
	if (r < 0)
		return r;
	mk_msg_init(&req, MK_REQ_audit_verify, 0);
	mk_put_str(&req.body, MK_T_head, t.head);
	mk_put_str(&req.body, MK_T_key, t.key[0] != '\0' ? t.key : NULL);
	r = mk_ask(c, &req, &reply);
	const void *b = reply.body.data;
	size_t len = reply.body.len;
	if (r == 0) {
		uint64_t place = mk_get_u64(b, len, MK_T_ref, 0);
		k->slip.asked = true;
		k->slip.ok = mk_get_bool(b, len, MK_T_ok, false);
		k->slip.count = place;
		(void)mk_str_copy(k->slip.head, sizeof k->slip.head, t.head);
		k->count = mk_get_u64(b, len, MK_T_entries, 0);
		(void)mk_get_str(b, len, MK_T_head, k->head, sizeof k->head);
		if (!k->slip.ok)
			k->slip.err = MK_E_TAMPERED;
		else if (t.count != 0 && place != t.count)
			/* Whole, so the slip itself was misread or is no slip of ours. */
			r = mk_fail(c, MK_E_INPUT,
			    _("the slip's letters and its count do not belong together: the "
			      "letters are those of entry %llu"),
			    (unsigned long long)place);
	}
	mk_msg_free(&reply);
	return r;
}

static void
verdict_json(struct mk_json *j, const char *key, const struct verdict *v)
{
	if (!v->asked) {
		mk_json_null(j, key);
		return;
	}
	mk_json_obj(j, key);
	mk_json_bool(j, "ok", v->ok);
	if (v->count != 0)
		mk_json_int(j, "count", (int64_t)v->count);
	else
		mk_json_null(j, "count");
	mk_json_str(j, "head", v->head);
	mk_json_str(j, "error", v->ok ? NULL : mk_err_code(v->err));
	mk_json_end_obj(j);
}

static void
verdict_text(struct mk_cli *c, const char *title, const struct verdict *v)
{
	char count[24] = "-";
	if (!v->asked)
		return;
	if (v->count != 0)
		snprintf(count, sizeof count, "%" PRIu64, v->count);
	mk_out(c, "%s: ", title);
	if (v->ok)
		mk_out(c, _("entry %s is in the trail as it was kept"), count);
	else if (v->err == MK_E_INPUT)
		mk_out(c, "%s", _("no line of this trail: it says nothing"));
	else
		mk_out(c, "%s", _(mk_err_message(v->err)));
	mk_out(c, "\n");
}

static void
print_check(struct mk_cli *c, const struct check *k, bool ok)
{
	struct mk_json j;
	if (!c->g.json) {
		verdict_text(c, _("Your own home"), &k->home);
		verdict_text(c, _("The slip"), &k->slip);
		return;
	}
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_bool(&j, "ok", ok);
	verdict_json(&j, "home", &k->home);
	verdict_json(&j, "slip", &k->slip);
	mk_json_int(&j, "count", (int64_t)k->count);
	mk_json_str(&j, "head", k->head);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

int
mk_run_witness_check(struct mk_cli *c)
{
	struct check k;
	memset(&k, 0, sizeof k);
	if (mk_opt(c, "count") != NULL && mk_opt(c, "slip") == NULL)
		return mk_fail(c, MK_E_USAGE, _("--count goes with --slip"));
	int r = mk_opt(c, "slip") != NULL ? check_slip(c, &k) : 0;
	if (r == 0)
		r = check_home(c, &k);
	c->acted = false;
	if (r < 0)
		return r;
	if (!k.home.asked && !k.slip.asked)
		return mk_fail(c, MK_E_NOT_FOUND,
		    _("your own home kept nothing of this vault before this login, and no --slip "
		      "was given: nothing was checked"));
	r = k.slip.err < 0 ? k.slip.err : k.home.err;
	print_check(c, &k, r == 0);
	/* The object that says ok:false is the answer; no second one about the error. */
	c->told = r < 0 && c->g.json;
	return r;
}
