/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loader's refusals, each with its line and column, next to the same text without the fault; the safety of files; and the search
 * order of folders.
 */
#include "tests/unit/exchange_kit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/profile/profile.h"

#define HEAD                                                                                       \
	"{ \"profile\": 1, \"id\": \"t\", \"title\": \"t\", \"direction\": \"export\",\n"          \
	"  \"status\": \"partial\", \"consumer\": \"machine\", \"encoding\": \"CP932\",\n"         \
	"  \"repertoire\": \"cp932\", \"row\": \"person\", \"missing\": \"blank\", \"key\": "      \
	"\"employee.no\",\n"
#define DIALECT "  \"dialect\": { \"quoting\": \"never\" },\n"
#define FIELDS "  \"fields\": [ { \"name\": \"名\", \"from\": \"person.name\" } ] }\n"

static int
parse(const char *text, struct mk_profile_error *err)
{
	struct mk_profile *p = NULL;
	int r = mk_profile_parse(text, strlen(text), &p, err);
	assert_true((r == 0) == (p != NULL));
	if (r == 0)
		assert_string_equal(err->text, "");
	mk_profile_free(p);
	return r;
}

static void
good(const char *text)
{
	struct mk_profile_error err;
	if (parse(text, &err) < 0)
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
}

static void
bad(const char *text, int line, int column, const char *words)
{
	struct mk_profile_error err;
	assert_int_equal(parse(text, &err), MK_E_INPUT);
	if (err.line != line || err.column != column || strstr(err.text, words) == NULL)
		fail_msg("got %d:%d: %s; expected %d:%d: %s", err.line, err.column, err.text, line,
		    column, words);
}

static void
the_control(void **state)
{
	(void)state;
	good(HEAD DIALECT FIELDS);
	good(HEAD "  \"note\": \"x\", \"max_bytes\": 4500000, \"filename\": \"SHFD0006.CSV\", "
		  "\"purpose\": \"shakai_hoken\",\n" DIALECT FIELDS);
}

static void
json_faults(void **state)
{
	(void)state;
	struct mk_profile_error err;
	bad("", 1, 0, "end of file");
	bad("[]", 1, 1, "one JSON object");
	assert_int_equal(parse(HEAD "  \"id\": \"u\",\n" DIALECT FIELDS, &err), MK_E_INPUT);
	assert_int_equal(err.line, 4);
	assert_true(err.column >= 6 && err.column <= 8);
	assert_non_null(strstr(err.text, "duplicate"));
	assert_int_equal(parse(HEAD DIALECT "  \"note\": \"\xff\",\n" FIELDS, &err), MK_E_INPUT);
	assert_int_equal(err.line, 5);
	assert_true(err.column > 0);
	assert_non_null(strstr(err.text, "0xff"));
	assert_int_equal(parse(HEAD DIALECT FIELDS "x", &err), MK_E_INPUT); /* left over */
	assert_int_equal(err.line, 6);
	assert_int_equal(parse(HEAD DIALECT "  \"note\": \"\\u0000\",\n" FIELDS, &err), MK_E_INPUT);
}

static void
unknown_words(void **state)
{
	(void)state;
	bad(HEAD DIALECT "  \"include\": \"/etc/passwd\",\n" FIELDS, 5, 3,
	    "unknown key \"include\"");
	bad(HEAD "  \"dialect\": { \"quoting\": \"never\", \"escape\": 1 },\n" FIELDS, 4, 36,
	    "unknown key \"escape\"");
	bad(HEAD DIALECT "  \"fields\": [\n    { \"name\": \"名\", \"frm\": \"x\" } ] }", 6, 20,
	    "unknown key \"frm\"");
	bad(HEAD DIALECT "  \"fields\": [\n    { \"name\": \"名\", \"from\": \"person.x\" } ] }", 6,
	    28, "unknown source \"person.x\"");
	bad(HEAD DIALECT "  \"fields\": [ { \"name\": \"a\", \"const\": \"b\" },\n"
			 "    { \"name\": \"名\", \"from\": \"person.name\", \"fn\": [\"nospace\", "
			 "\"exec\"] } ] }",
	    6, 61, "unknown function \"exec\"");
	bad(HEAD "  \"dialect\": {\n\"quoting\": \"some\" },\n" FIELDS, 5, 12,
	    "\"quoting\" must be one of \"never\", \"minimal\", \"all\"");
	bad(HEAD "  \"dialect\": { \"quoting\": \"never\", \"lineTerminator\": \"\\r\" },\n" FIELDS,
	    4, 54, "\"\\r\\n\", \"\\n\"");
}

static void
values(void **state)
{
	(void)state;
	bad("{ }", 1, 1, "\"profile\": 1 is missing");
	bad("{ \"profile\": 2 }", 1, 14, "\"profile\" must be");
	bad("{ \"profile\": true }", 1, 14, "\"profile\" must be");
	bad(HEAD FIELDS, 1, 1, "\"dialect\" is missing");
	bad(HEAD "  \"dialect\": { },\n" FIELDS, 4, 14, "\"quoting\" is missing");
	bad(HEAD DIALECT "  \"note\": \"x\" }", 1, 1, "\"fields\" is missing");
	bad(HEAD DIALECT "  \"fields\": [] }", 5, 13, "1 to 512");
	bad(HEAD DIALECT "  \"fields\": [ { \"name\": \"a\" } ] }", 5, 15,
	    "either \"const\" or \"from\"");
	bad(HEAD DIALECT "  \"bom\": true,\n" FIELDS, 5, 10, "byte order mark");
	bad(HEAD DIALECT "  \"bom\": 1,\n" FIELDS, 5, 10, "true or false");
	bad(HEAD DIALECT "  \"max_bytes\": 0,\n" FIELDS, 5, 16, "whole number");
	bad(HEAD DIALECT "  \"filename\": \"../x\",\n" FIELDS, 5, 15, "filename");
	bad(HEAD DIALECT "  \"filename\": 7,\n" FIELDS, 5, 15, "must be a string");
	bad(HEAD DIALECT
	    "  \"fields\": [ { \"name\": \"番号\",\n \"from\": \"person.number\" } ] }",
	    5, 15, "secret");
	bad(HEAD DIALECT "  \"preamble\": [ [\"a\"],\n [\"x\", \"{person.name}\"] ],\n" FIELDS, 6,
	    8, "office and the run");
	bad(HEAD DIALECT "  \"preamble\": [ [\"a\"],\n [\"x\", \"{office.nam}\"] ],\n" FIELDS, 6, 8,
	    "unknown source");
	bad(HEAD DIALECT "  \"preamble\": [ [\"a{office.name}\"] ],\n" FIELDS, 5, 18,
	    "whole {source}");
	bad(HEAD DIALECT "  \"enum\": { \"a\": { \"x\": 1 } },\n" FIELDS, 5, 25,
	    "must be a string");
	bad(HEAD DIALECT "  \"enum\": { \"a\": { \"\": \"1\" } },\n" FIELDS, 5, 18,
	    "words of a map");
	bad(HEAD DIALECT "  \"fields\": [ { \"name\": \"a\", \"from\": \"person.sex\", \"fn\": "
			 "[\"enum:s\"] } ] }",
	    5, 59, "no such enum");
	bad(HEAD DIALECT
	    "  \"fields\": [ { \"name\": \"a\", \"from\": \"person.sex\", \"fn\": [\"pad\"] } ] }",
	    5, 59, "needs a width");
	bad(HEAD DIALECT "  \"fields\": [ { \"name\": \"a\", \"from\": \"person.sex\", \"fn\": "
			 "[\"nospace:1\"] } ] }",
	    5, 59, "unknown function");
}

static void
documented_needs_a_source(void **state)
{
	(void)state;
	static const char text[] =
	    "{ \"profile\": 1, \"id\": \"t\", \"title\": \"t\", \"direction\": \"export\",\n"
	    "  \"status\": \"documented\",%s \"consumer\": \"machine\", \"encoding\": \"UTF-8\",\n"
	    "  \"repertoire\": \"utf8\", \"row\": \"person\", \"missing\": \"blank\",\n"
	    "  \"key\": \"employee.no\",\n%s%s";
	char with[2048], without[2048];
	snprintf(with, sizeof with, text, " \"source\": \"https://example.jp/\",", DIALECT, FIELDS);
	snprintf(without, sizeof without, text, "", DIALECT, FIELDS);
	good(with);
	bad(without, 1, 1, "names its \"source\"");
}

struct dir {
	char path[64];
};

static void
dir_new(struct dir *d)
{
	snprintf(d->path, sizeof d->path, "/tmp/mk-profile-XXXXXX");
	assert_non_null(mkdtemp(d->path));
}

static void
file_path(const struct dir *d, const char *name, char out[128])
{
	int n = snprintf(out, 128, "%s/%s", d->path, name);
	assert_true(n > 0 && n < 128);
}

static void
file_put(const struct dir *d, const char *name, const char *text, size_t len, mode_t mode)
{
	char path[128];
	file_path(d, name, path);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
file_drop(const struct dir *d, const char *name)
{
	char path[128];
	file_path(d, name, path);
	assert_int_equal(unlink(path), 0);
}

static int
load(const struct dir *d, const char *name, struct mk_profile_error *err)
{
	char path[128];
	struct mk_profile *p = NULL;
	file_path(d, name, path);
	int r = mk_profile_load(path, &p, err);
	mk_profile_free(p);
	return r;
}

static const char whole[] = HEAD DIALECT FIELDS;

static void
files(void **state)
{
	(void)state;
	struct dir d;
	struct mk_profile_error err;
	char from[128], to[128];
	dir_new(&d);
	file_put(&d, "t.json", whole, sizeof whole - 1, 0644);
	assert_int_equal(load(&d, "t.json", &err), 0);

	assert_int_equal(load(&d, "none.json", &err), MK_E_NOT_FOUND);
	file_put(&d, "world.json", whole, sizeof whole - 1, 0646);
	assert_int_equal(load(&d, "world.json", &err), MK_E_DENIED);
	assert_non_null(strstr(err.text, "chmod go-w"));
	file_put(&d, "group.json", whole, sizeof whole - 1, 0664);
	assert_int_equal(load(&d, "group.json", &err), MK_E_DENIED);
	file_path(&d, "t.json", from);
	file_path(&d, "link.json", to);
	assert_int_equal(symlink(from, to), 0);
	assert_int_equal(load(&d, "link.json", &err), MK_E_DENIED);
	assert_non_null(strstr(err.text, "symbolic link"));
	file_path(&d, "fifo.json", to);
	assert_int_equal(mkfifo(to, 0600), 0);
	assert_int_equal(load(&d, "fifo.json", &err), MK_E_DENIED);
	assert_int_equal(mk_profile_load(d.path, &(struct mk_profile *){NULL}, &err), MK_E_DENIED);

	static const char *const names[] = {
	    "t.json", "world.json", "group.json", "link.json", "fifo.json"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		file_drop(&d, names[i]);
	assert_int_equal(rmdir(d.path), 0);
}

static void
other_owner(void **state)
{
	(void)state;
	struct dir d;
	struct mk_profile_error err;
	char path[128];
	if (geteuid() != 0) {
		print_message("skipped: only root can give a file away\n");
		skip();
	}
	dir_new(&d);
	file_put(&d, "t.json", whole, sizeof whole - 1, 0644);
	file_path(&d, "t.json", path);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_int_equal(load(&d, "t.json", &err), MK_E_DENIED);
	assert_non_null(strstr(err.text, "another user"));
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(load(&d, "t.json", &err), 0);
	file_drop(&d, "t.json");
	assert_int_equal(rmdir(d.path), 0);
}

/* The same profile with blanks behind it, at the limit and one byte over. */
static void
size_limit(void **state)
{
	(void)state;
	struct dir d;
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	char *text = malloc(300 * 1024);
	assert_non_null(text);
	memset(text, ' ', 300 * 1024);
	memcpy(text, whole, sizeof whole - 1);
	dir_new(&d);
	file_put(&d, "t.json", text, MK_PROFILE_SIZE, 0600);
	assert_int_equal(load(&d, "t.json", &err), 0);
	file_put(&d, "t.json", text, MK_PROFILE_SIZE + 1, 0600);
	assert_int_equal(load(&d, "t.json", &err), MK_E_TOO_BIG);
	file_put(&d, "t.json", text, 300 * 1024, 0600);
	assert_int_equal(load(&d, "t.json", &err), MK_E_TOO_BIG);
	assert_non_null(strstr(err.text, "256 KiB"));
	assert_int_equal(mk_profile_parse(text, 300 * 1024, &p, &err), MK_E_TOO_BIG);
	file_drop(&d, "t.json");
	assert_int_equal(rmdir(d.path), 0);
	free(text);
}

struct seen {
	char ids[8][MK_PROFILE_ID];
	bool faulty[8];
	size_t n;
};

static int
note(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err)
{
	struct seen *s = ctx;
	assert_true(s->n < 8);
	assert_non_null(strstr(path, id));
	assert_true((p == NULL) == (err != NULL));
	snprintf(s->ids[s->n], MK_PROFILE_ID, "%s", id);
	s->faulty[s->n++] = p == NULL;
	return 0;
}

static void
found_in_order(void **state)
{
	(void)state;
	struct dir sys, own;
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	struct seen seen = {.n = 0};
	char u[sizeof whole + 8], none[] = "/nonexistent/mynakura";
	dir_new(&sys);
	dir_new(&own);
	struct mk_profile_dirs dirs = {{none, sys.path, own.path}, 3};
	snprintf(u, sizeof u, "%s", whole);
	memcpy(strstr(u, "\"id\": \"t\"") + 7, "u", 1);
	file_put(&own, "u.json", u, strlen(u), 0600);
	file_put(&own, "t.json", "{", 1, 0600); /* hidden by the system's */
	file_put(&sys, "t.json", whole, sizeof whole - 1, 0644);
	file_put(&sys, "v.json", whole, sizeof whole - 1, 0644); /* holds another id */
	file_put(&sys, "README.json", "x", 1, 0644); /* no name of a profile */

	assert_int_equal(mk_profile_find("t", &dirs, &p, &err), 0);
	mk_profile_free(p);
	assert_int_equal(mk_profile_find("u", &dirs, &p, &err), 0);
	assert_string_equal(mk_profile_id(p), "u");
	mk_profile_free(p);
	p = NULL;
	assert_int_equal(mk_profile_find("v", &dirs, &p, &err), MK_E_INPUT);
	assert_int_equal(mk_profile_find("w", &dirs, &p, &err), MK_E_NOT_FOUND);
	assert_int_equal(mk_profile_find("../t", &dirs, &p, &err), MK_E_NOT_FOUND);
	assert_int_equal(mk_profile_find("", &dirs, &p, &err), MK_E_NOT_FOUND);
	assert_null(p);

	assert_int_equal(mk_profile_list(&dirs, note, &seen), 0);
	assert_int_equal(seen.n, 3);
	assert_string_equal(seen.ids[0], "t");
	assert_false(seen.faulty[0]);
	assert_string_equal(seen.ids[1], "u");
	assert_false(seen.faulty[1]);
	assert_string_equal(seen.ids[2], "v");
	assert_true(seen.faulty[2]);

	file_drop(&own, "u.json");
	file_drop(&own, "t.json");
	file_drop(&sys, "t.json");
	file_drop(&sys, "v.json");
	file_drop(&sys, "README.json");
	assert_int_equal(rmdir(sys.path), 0);
	assert_int_equal(rmdir(own.path), 0);
}

static void
default_folders(void **state)
{
	(void)state;
	struct mk_profile_dirs d;
	assert_int_equal(setenv("HOME", "/home/someone", 1), 0);
	assert_int_equal(mk_profile_dirs_default(&d), 0);
	assert_true(d.n >= 3);
	assert_string_equal(d.path[0], MK_DATADIR "/profiles");
	assert_non_null(strstr(d.path[1], "/../../contrib/profiles"));
	assert_string_equal(d.path[d.n - 1], "/home/someone/.config/mynakura/profiles");
	mk_profile_dirs_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_control),
	    cmocka_unit_test(json_faults),
	    cmocka_unit_test(unknown_words),
	    cmocka_unit_test(values),
	    cmocka_unit_test(documented_needs_a_source),
	    cmocka_unit_test(files),
	    cmocka_unit_test(other_owner),
	    cmocka_unit_test(size_limit),
	    cmocka_unit_test(found_in_order),
	    cmocka_unit_test(default_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
