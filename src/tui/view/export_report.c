/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an export did, in words: for whom, who was left out, and what to do with the file. */
#include "view/export_internal.h"

#include <string.h>

#include "mynakura/report/words.h"

const char *
mk_export_status(const char *status)
{
	return strcmp(status, "documented") == 0 ? _("documented layout")
	       : strcmp(status, "partial") == 0
		   ? _("partly documented layout: try the file at the target first")
		   : _("unverified layout: try the file at the target first");
}

/* Code and name of a person, as far as they are known; else the id. */
static void
put_person(const struct mk_export_done *d, const char *id, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, d->names->data, d->names->len);
	while (mk_item_next(&rd, &it) > 0) {
		char known[MK_ID_MAX], code[128], name[512];
		if (it.tag != MK_T_item)
			continue;
		mk_item_str(&it, MK_T_id, known, sizeof known);
		if (strcmp(known, id) != 0)
			continue;
		mk_item_str(&it, MK_T_code, code, sizeof code);
		mk_item_str(&it, MK_T_name, name, sizeof name);
		mk_buf_printf(out, "%s%s%s", code, code[0] != '\0' ? "  " : "", name);
		return;
	}
	mk_buf_puts(out, id);
}

static const struct {
	const char *code, *words;
} reasons[] = {
    {"no_number", N_("no number is kept")},
    {"purpose", N_("the number was not collected for this purpose")},
    {"dependent", N_("a dependent: this file has one row an employee")},
    {"parent", N_("the employee of this dependent is not in the ledger")},
};

static void
put_skipped(const struct mk_export_done *d, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, d->answer->data, d->answer->len);
	while (mk_item_next(&rd, &it) > 0) {
		char id[MK_ID_MAX], why[32];
		const char *words = why;
		if (it.tag != MK_T_skipped)
			continue;
		mk_item_str(&it, MK_T_subject, id, sizeof id);
		mk_item_str(&it, MK_T_why, why, sizeof why);
		for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
			if (strcmp(reasons[i].code, why) == 0)
				words = _(reasons[i].words);
		put_person(d, id, out);
		mk_buf_printf(out, ": %s\n", words);
	}
}

/* Each item of a tag on a line of its own; returns how many there are. */
static size_t
put_each(const struct mk_export_done *d, unsigned tag, struct mk_buf *out)
{
	struct mk_rd rd;
	struct mk_item it;
	size_t n = 0;
	mk_rd_init(&rd, d->answer->data, d->answer->len);
	while (mk_item_next(&rd, &it) > 0) {
		char id[MK_ID_MAX];
		if (it.tag != tag)
			continue;
		n++;
		if (tag != MK_T_id) {
			mk_sentence((const char *)it.p, it.len, out);
		} else if (it.len < sizeof id) {
			memcpy(id, it.p, it.len);
			id[it.len] = '\0';
			put_person(d, id, out);
		}
		mk_buf_puts(out, "\n");
	}
	return n;
}

static void
put_section(const struct mk_export_done *d, unsigned tag, const char *title, struct mk_buf *out)
{
	struct mk_buf lines = MK_BUF_INIT;
	size_t n = put_each(d, tag, &lines);
	if (n > 0)
		mk_buf_printf(out, "\n# %s: %zu\n%s", title, n, mk_buf_str(&lines));
	mk_buf_free(&lines);
}

void
mk_export_report(const struct mk_export_done *d, struct mk_buf *out)
{
	const void *b = d->answer->data;
	size_t len = d->answer->len;
	uint64_t left_out = mk_get_u64(b, len, MK_T_count, 0);
	char sha256[80] = "";
	(void)mk_get_str(b, len, MK_T_sha256, sha256, sizeof sha256);
	mk_buf_printf(out, "# %s\n%s\n", _("The file is written"), d->path);
	mk_buf_printf(out, _("Rows: %llu\n"), (unsigned long long)mk_get_u64(b, len, MK_T_rows, 0));
	mk_buf_printf(out, "%s\n", mk_export_status(d->status));
	mk_buf_printf(out, "SHA-256\n%s\n", sha256);
	mk_buf_printf(out, "\n# %s\n%s\n", _("Not to be forgotten"),
	    _("The file holds Individual Numbers that anybody who has it can read. Hand it over "
	      "at once and destroy it then, also in the folder it was copied to."));
	if (left_out > 0) {
		mk_buf_printf(out, "\n# %s: %llu\n", _("Left out"), (unsigned long long)left_out);
		put_skipped(d, out);
	}
	put_section(d, MK_T_id, _("Written, but nobody has confirmed the identity yet"), out);
	put_section(d, MK_T_changed, _("Texts that were changed to fit the target"), out);
	put_section(d, MK_T_warning, _("Warning"), out);
}
