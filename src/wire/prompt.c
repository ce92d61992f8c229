/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts of a login conversation as records, and back, checked. */
#include "mynakura/wire/prompt.h"

#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

static const struct {
	const char *name;
	bool asks;
} kinds[] = {
#define X(name, asks) {#name, asks},
    MK_PROMPT_TABLE(X)
#undef X
};
#define KINDS (sizeof kinds / sizeof kinds[0])

bool
mk_prompt_asks(enum mk_prompt_kind kind)
{
	return (size_t)kind < KINDS && kinds[kind].asks;
}

void
mk_prompt_put(struct mk_buf *b, enum mk_prompt_kind kind, const char *text)
{
	struct mk_buf rec = MK_BUF_INIT;
	mk_put_str(&rec, MK_T_kind, kinds[kind].name);
	mk_put_str(&rec, MK_T_text, text);
	mk_put_rec(b, MK_T_prompt, &rec);
	mk_buf_free(&rec);
}

int
mk_prompt_get(const struct mk_item *it, struct mk_prompt *out)
{
	char kind[16];
	if (mk_get_str(it->p, it->len, MK_T_kind, kind, sizeof kind) < 0 ||
	    mk_get_str(it->p, it->len, MK_T_text, out->text, sizeof out->text) < 0 ||
	    mk_text_check(out->text, strlen(out->text), NULL) < 0)
		return MK_E_PROTOCOL;
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kind, kinds[i].name) == 0) {
			out->kind = (enum mk_prompt_kind)i;
			return 0;
		}
	}
	return MK_E_PROTOCOL;
}

int
mk_prompts_parse(const void *body, size_t len, struct mk_prompts *out)
{
	struct mk_rd rd;
	struct mk_item it;
	int r;
	memset(out, 0, sizeof *out);
	out->passed = mk_get_bool(body, len, MK_T_ok, false);
	mk_rd_init(&rd, body, len);
	while ((r = mk_item_next(&rd, &it)) > 0) {
		if (it.tag != MK_T_prompt)
			continue;
		if (out->count == MK_PROMPTS_MAX)
			return MK_E_PROTOCOL;
		struct mk_prompt *p = &out->at[out->count++];
		r = mk_prompt_get(&it, p);
		if (r < 0)
			return r;
		out->asks += mk_prompt_asks(p->kind) ? 1 : 0;
	}
	if (r < 0 || (out->count == 0 && !out->passed) || (out->asks > 0 && out->passed))
		return MK_E_PROTOCOL;
	return 0;
}
