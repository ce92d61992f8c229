/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between approval.c, task.c and what needs a reason checked. */
#ifndef MK_DAEMON_APPROVAL_INTERNAL_H
#define MK_DAEMON_APPROVAL_INTERNAL_H

#include "fields_internal.h"
#include "mynakura/store/approval.h"

struct op;
struct mk_member;

/*
 * A new row that waits; a->digest is set by the caller. delayed: no other member could agree, so it is
 * open for the delay as well.
 */
int mk_approval_new(struct op *op, const struct mk_buf *content, uint64_t people, bool delayed,
    struct mk_approval_row *a);
/* Who could agree to this row's acts (for tasks, which wait by themselves). */
int mk_approval_seconds(struct op *op, unsigned approvers, bool *off, bool *some);
bool mk_approval_delay_over(const struct op *op, const struct mk_approval_row *a);
/*
 * Member `was` (as it was before) has been shut out, has begun anew or has other roles: what it
 * asked for, what it agreed to, and what nobody else could decide is void.
 */
int mk_approval_changed(struct op *op, const struct mk_member *was);
int mk_approval_digest(const struct op *op, const struct mk_buf *content, char out[65]);

#endif
