/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The encrypted database as the SQL modules see it: open, settings, statements, errors, and what is refused. */
#include "tests/unit/store_vfs_lib.h"

static void
round_trip(void **state)
{
	(void)state;
	struct mk_db *db = t_open("a.db", true);
	struct stat st;
	assert_int_equal(stat(t_path("a.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	t_exec(db, t_tables);
	t_fill(db, 500);
	assert_int_equal(mk_db_close(db), 0);
	assert_int_equal(access(t_path("a.db-wal"), F_OK), -1);
	assert_int_equal(access(t_path("a.db-shm"), F_OK), -1);
	db = t_open("a.db", false);
	assert_int_equal(t_int(db, "SELECT count(*) FROM person"), 500);
	assert_int_equal(t_int(db, "SELECT id FROM person WHERE name = '" NEEDLE "-77'"), 77);
	assert_int_equal(t_int(db, "SELECT length(photo) FROM person WHERE id = 100"), 9 * 4500);
	assert_true(t_integrity(db));
	assert_int_equal(mk_db_close(db), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(round_trip, t_setup),
	};
	return cmocka_run_group_tests(tests, t_setup_all, t_teardown_all);
}
