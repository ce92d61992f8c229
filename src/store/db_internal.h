/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open database, shared by db.c and db_stmt.c. */
#ifndef MK_STORE_DB_INTERNAL_H
#define MK_STORE_DB_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct mk_vfs;

struct mk_db_cached {
	const char *sql; /* the pointer is the key; NULL: free */
	sqlite3_stmt *st;
};

struct mk_db {
	sqlite3 *sql;
	struct mk_vfs *vfs;
	bool keep_wal;
	struct mk_db_cached *cache; /* open addressing; cap is 0 or a power of two */
	size_t cached, cap;
};

void mk_stmt_drop_all(struct mk_db *db);

#endif
