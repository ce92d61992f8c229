/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon says in codes and English sentences, in the user's language. Nothing here is
 * escaped: whoever prints it escapes.
 */
#ifndef MK_REPORT_WORDS_H
#define MK_REPORT_WORDS_H

#include <stddef.h>

#include "mynakura/base/buf.h"
#include "mynakura/model/strength.h"

/* One of the daemon's fixed words (own, page, pending, card-back); the word itself when none. */
const char *mk_word(const char *word);
const char *mk_state_word(const char *name); /* a subject's state; the name itself when none */
void mk_class_words(const char *class, struct mk_buf *out); /* a ledger's class */
void mk_roles_words(const char *set, struct mk_buf *out); /* "clerk,chief" */
/*
 * What a request of the wire asks for, where a second person decides it: "export of numbers"; the
 * name itself for others.
 */
const char *mk_request_word(const char *request);
const char *mk_grade_word(enum mk_pass_grade grade); /* of a passphrase's strength */
void mk_purpose_words(const char *purpose, struct mk_buf *out); /* a purpose code */
/*
 * An English sentence of the daemon where the catalogue has it, also when it holds numbers: each
 * run of digits is looked up as %u and each id as %s, put back in their order. A sentence that begins with a field's
 * name is looked up with %s for it; one that the catalogue does not have is tried part by part, at
 * each ": ".
 */
void mk_sentence(const char *words, size_t len, struct mk_buf *out);

#endif
