/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The prompts of a login conversation (request auth, decisions.md 6): one record on the wire is
 * {kind, text}. Used by the process that runs PAM, by the vault, and by the client's command line
 * and screens, which ask what an answer to auth holds and send back one MK_T_answer for each prompt
 * that asks, in its order.
 */
#ifndef MK_WIRE_PROMPT_H
#define MK_WIRE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/wire/msg.h"

#define MK_PROMPT_TEXT 512 /* bytes of one text */
#define MK_PROMPTS_MAX 32 /* in one whole conversation */
#define MK_ANSWER_MAX 512 /* bytes of one answer */

/* X(name on the wire, asks): ECHO and HIDDEN want an answer, HIDDEN is typed without echo. */
#define MK_PROMPT_TABLE(X)                                                                         \
	X(info, false)                                                                             \
	X(error, false)                                                                            \
	X(echo, true)                                                                              \
	X(hidden, true)

enum mk_prompt_kind {
#define X(name, asks) MK_PROMPT_##name,
	MK_PROMPT_TABLE(X)
#undef X
};

struct mk_prompt {
	enum mk_prompt_kind kind;
	char text[MK_PROMPT_TEXT + 1]; /* passes mk_text_check; may be empty */
};

struct mk_prompts {
	bool passed; /* nothing more is asked: log in */
	size_t count, asks; /* prompts below, and how many of them want an answer */
	struct mk_prompt at[MK_PROMPTS_MAX];
};

bool mk_prompt_asks(enum mk_prompt_kind kind);
/* Appends one MK_T_prompt. */
void mk_prompt_put(struct mk_buf *b, enum mk_prompt_kind kind, const char *text);
/* One MK_T_prompt item. MK_E_PROTOCOL: no such kind, a text that is too long or not allowed (R15). */
int mk_prompt_get(const struct mk_item *it, struct mk_prompt *out);
/*
 * Everything an answer to auth holds. MK_E_PROTOCOL as mk_prompt_get, for too many, and for an
 * answer that neither passes nor shows anything. With passed there may be prompts that tell.
 */
int mk_prompts_parse(const void *body, size_t len, struct mk_prompts *out);

#endif
