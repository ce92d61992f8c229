/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbered schemas of main.db and of a ledger, and the runner that brings a file up to the
 * newest. A step that was ever released is never edited: a change is a new step. Version 1 is the
 * first fixture (decisions.md g).
 */
#ifndef MK_STORE_SCHEMA_INTERNAL_H
#define MK_STORE_SCHEMA_INTERNAL_H

#include <stddef.h>

struct mk_db;

/* Step i brings a file from version i to version i + 1; its text ends by setting user_version. */
struct mk_schema {
	const char *name; /* for the log */
	const char *const *step;
	size_t steps;
};

extern const struct mk_schema mk_schema_main;
extern const struct mk_schema mk_schema_ledger;

/*
 * Runs the missing steps in one transaction: all of them or none. 0; MK_E_MODE when the file was
 * made by a newer program (it is left untouched); MK_E_DAMAGED when a file of version 0 holds
 * tables; else what the database says.
 */
int mk_migrate(struct mk_db *db, const struct mk_schema *schema);
/* The version of an open file. */
int mk_schema_version(struct mk_db *db, size_t *out);

#endif
