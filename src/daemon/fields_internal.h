/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What adding a subject and accepting a review item share. */
#ifndef MK_DAEMON_FIELDS_INTERNAL_H
#define MK_DAEMON_FIELDS_INTERNAL_H

#include <stdbool.h>

#include "mynakura/store/main.h"

struct op;
struct mk_subject;
struct mk_secret;

/*
 * Applies the request's {field, value} records to s; "subject" goes to subject[] where that is not
 * NULL.
 */
int mk_fields_apply(struct op *op, struct mk_subject *s, char subject[MK_NAME_MAX]);
/* Name there, purposes of the ledger (all of them by default). */
int mk_fields_complete(struct op *op, struct mk_subject *s);
/*
 * The number typed with the request: parsed, *twice when a second one equals it. NOT_FOUND when
 * none was typed; the caller frees *out.
 */
int mk_typed_number(struct op *op, struct mk_secret **out, bool *twice);
/*
 * Seals the number for op->subject inside the open transaction; a duplicate names the other
 * subject.
 */
int mk_store_number(struct op *op, const struct mk_secret *number, const char *source);
/* A reason as free text: the text rule, and no number in it (decisions.md 13). */
int mk_reason_check(struct op *op);

/* Was this person's number collected for the purpose? */
bool mk_purpose_allowed(const struct mk_subject *s, const char *purpose);
/* One unit of the row's budget (R8), unless a second person agreed to the act. MK_E_BUDGET. */
int mk_spend(struct op *op);
/* A second look at a review's number, as a reveal. MK_E_BUDGET. */
int mk_spend_reveal(struct op *op);
/* export.c's handler. */
int mk_export_check_request(struct op *op);
int mk_export_act_request(struct op *op);

#endif
