/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The office's limits as one table: how much a member may do before somebody is asked, and how long
 * things are open. Kept as settings "limit.NAME" in main.db; changed with a second person (R9).
 */
#ifndef MK_POLICY_LIMIT_H
#define MK_POLICY_LIMIT_H

#include <stdint.h>

/* X(name, default, least, most, words) */
#define MK_LIMIT_TABLE(X)                                                                          \
	X(reveal_10min, 10, 1, 100, "numbers shown to one member in ten minutes")                  \
	X(reveal_day, 30, 1, 1000, "numbers shown to one member in a day")                         \
	X(export_day, 20, 1, 1000, "exports of one member in a day")                               \
	X(bulk_rows, 30, 1, 100000, "people in an export without a second person")                 \
	X(approval_hours, 24, 1, 168, "hours that a request for a second person is open")          \
	X(delay_hours, 24, 1, 168, "hours to wait in a firm without a second person")              \
	X(idle_seconds, 180, 10, 1800, "seconds until an unused session locks")

enum mk_limit {
#define X(name, standard, least, most, words) MK_LIMIT_##name,
	MK_LIMIT_TABLE(X)
#undef X
	    MK_LIMIT_COUNT
};

const char *mk_limit_name(int limit); /* "reveal_day"; NULL past the end */
const char *mk_limit_words(int limit); /* English msgid */
int mk_limit_find(const char *name); /* enum mk_limit, or MK_E_NOT_FOUND */
unsigned mk_limit_default(int limit);
/* Decimal digits within least and most. MK_E_INPUT. */
int mk_limit_parse(int limit, const char *text, unsigned *out);
void mk_limit_range(int limit, unsigned *least, unsigned *most);

/* The windows of the two reveal limits, in seconds. */
#define MK_WINDOW_SHORT 600
#define MK_WINDOW_DAY 86400

#endif
