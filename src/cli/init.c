/* SPDX-License-Identifier: GPL-3.0-or-later */
/* init: a new vault, its recovery sheet shown once and, at a terminal, typed back. */
#include "cli_internal.h"

#include <stdio.h>
#include <string.h>

#include "mynakura/base/rand.h"
#include "mynakura/base/str.h"

/* "m=8,t=1" */
static int
parse_kdf(struct mk_cli *c, const char *s, struct mk_buf *body)
{
	char m[16] = "", t[16] = "";
	uint64_t kib = 0, times = 0;
	const char *comma = strchr(s, ',');
	bool ok = comma != NULL && strncmp(s, "m=", 2) == 0 && strncmp(comma, ",t=", 3) == 0 &&
		  (size_t)(comma - s) - 2 < sizeof m && mk_str_copy(t, sizeof t, comma + 3) == 0;
	if (ok)
		memcpy(m, s + 2, (size_t)(comma - s) - 2);
	if (!ok || mk_str_u64(m, UINT32_MAX, &kib) < 0 || mk_str_u64(t, UINT32_MAX, &times) < 0)
		return mk_fail(c, MK_E_USAGE, _("--kdf wants m=KIB,t=N, not '%s'"), s);
	mk_put_u64(body, MK_T_kdf_m, kib);
	mk_put_u64(body, MK_T_kdf_t, times);
	return 0;
}

static int
ask_init(struct mk_cli *c, struct mk_msg *reply)
{
	struct mk_msg req;
	struct mk_secret *pass = NULL;
	mk_msg_init(&req, MK_REQ_init, 0);
	mk_msg_init(reply, 0, 0);
	mk_put_str(&req.body, MK_T_office, mk_opt(c, "office"));
	mk_put_str(&req.body, MK_T_name, mk_opt(c, "chief"));
	if (mk_opt_given(c, "demo"))
		mk_put_bool(&req.body, MK_T_demo, true);
	int r = mk_opt(c, "kdf") != NULL ? parse_kdf(c, mk_opt(c, "kdf"), &req.body) : 0;
	if (r == 0 && c->has_vault)
		r = mk_fail(c, MK_E_EXISTS, _("there is a vault here already"));
	/* What PAM is told may not become the passphrase: so it is asked before this too. */
	if (r == 0)
		r = mk_need_auth(c, false);
	if (r == 0)
		r = mk_pass_choose(
		    c, _("New passphrase of the chief"), mk_opt_given(c, "demo"), &pass);
	if (r == 0)
		r = mk_need_auth(c, true);
	if (r < 0) {
		mk_secret_free(pass);
		mk_msg_free(&req);
		return r;
	}
	mk_put_bytes(&req.body, MK_T_passphrase, pass->data, pass->len);
	mk_secret_free(pass);
	return mk_ask(c, &req, reply);
}

static bool
is_break(char ch)
{
	return ch == '-' || ch == ' ' || ch == '\n';
}

/* Group i of the sheet; false past the end. */
static bool
group_at(const char *s, size_t len, size_t i, const char **from, size_t *n)
{
	for (size_t at = 0; at < len;) {
		while (at < len && is_break(s[at]))
			at++;
		size_t start = at;
		while (at < len && !is_break(s[at]))
			at++;
		if (at > start && i-- == 0) {
			*from = s + start;
			*n = at - start;
			return true;
		}
	}
	return false;
}

static bool
same_group(const char *typed, const char *group, size_t n)
{
	if (strlen(typed) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (typed[i] != group[i] &&
		    (mk_base32_value(typed[i]) < 0 ||
			mk_base32_value(typed[i]) != mk_base32_value(group[i])))
			return false;
	return true;
}

/* R12: one random group is typed back, so that the sheet really is on paper. */
static int
type_back(struct mk_cli *c, const char *sheet, size_t len)
{
	const char *group = NULL;
	size_t n = 0, groups = 0;
	uint32_t random = 0;
	char typed[64], prompt[160];
	while (group_at(sheet, len, groups, &group, &n))
		groups++;
	int r = groups == 0 ? 0 : mk_rand(&random, sizeof random);
	if (r < 0 || groups == 0)
		return r;
	size_t i = random % groups;
	group_at(sheet, len, i, &group, &n);
	snprintf(prompt, sizeof prompt, _("Write the sheet down. Then type its group number %zu"),
	    i + 1);
	for (int tries = 0; r == 0 && tries < 5; tries++) {
		r = mk_tty_line(c, prompt, typed, sizeof typed);
		bool same = r == 0 && same_group(typed, group, n);
		mk_wipe(typed, sizeof typed);
		if (same)
			return 0;
		if (r == 0)
			mk_say("%s", _("That is not what stands there."));
	}
	/* The vault exists; only the check of the paper is open. */
	mk_say("%s", _("The vault is made, but the sheet was not typed back: make sure that it is "
		       "written down."));
	return 0;
}

int
mk_run_init(struct mk_cli *c)
{
	static const struct mk_col cols[] = {{MK_T_vault, MK_COL_STR, "vault", N_("Vault"), 0},
	    {MK_T_recovery, MK_COL_STR, "recovery", N_("Recovery sheet"), 0},
	    {0, 0, NULL, NULL, 0}};
	struct mk_msg reply;
	struct mk_item sheet;
	if (mk_opt(c, "kdf") != NULL && !mk_opt_given(c, "demo"))
		return mk_fail(c, MK_E_USAGE, _("--kdf is for demo offices only (--demo)"));
	int r = ask_init(c, &reply);
	if (r == 0) {
		mk_print_result(c, cols, reply.body.data, reply.body.len);
		if (!c->g.json)
			mk_out(c, "\n%s\n",
			    _("The recovery sheet opens the vault when every passphrase is lost. "
			      "It is shown this "
			      "once: write it on paper, keep it locked away, never in a file."));
		r = mk_flush(c);
	}
	if (r == 0 && mk_pass_terminal(c) && !c->g.json &&
	    mk_find(reply.body.data, reply.body.len, MK_T_recovery, &sheet))
		r = type_back(c, (const char *)sheet.p, sheet.len);
	mk_msg_free(&reply);
	return r;
}
