/* SPDX-License-Identifier: GPL-3.0-or-later */
/* man/mynakura-profile.5 names every source, function, class and word of the tables, and its example is a profile. Runs from the project's root. */
#include "tests/unit/exchange_kit.h"

#include <fcntl.h>
#include <unistd.h>

#include "mynakura/profile/profile.h"

static struct mk_buf page;

static int
read_page(void **state)
{
	(void)state;
	int fd = open("man/mynakura-profile.5", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(mk_buf_read_fd(&page, fd, 1 << 20), 0);
	close(fd);
	return 0;
}

static int
drop_page(void **state)
{
	(void)state;
	mk_buf_free(&page);
	return 0;
}

static bool
word_char(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || (c >= '0' && c <= '9');
}

static bool
named(const char *word)
{
	const char *text = mk_buf_str(&page);
	size_t n = strlen(word);
	for (const char *p = text; (p = strstr(p, word)) != NULL; p++)
		if (p > text && !word_char(p[-1]) && !word_char(p[n]))
			return true;
	return false;
}

static void
names_every_word(void **state)
{
	(void)state;
	static const char *const words[] = {
#define X(id, word) word,
	    MK_ENCODING_TABLE(X) MK_REPERTOIRE_TABLE(X) MK_QUOTING_TABLE(X) MK_HEADER_TABLE(X)
		MK_CONSUMER_TABLE(X) MK_ROWKIND_TABLE(X) MK_MISSING_TABLE(X) MK_STATUS_TABLE(X)
		    MK_CLASS_TABLE(X)
#undef X
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!named(words[i]))
			fail_msg("%s is not in the page", words[i]);
	for (unsigned i = 1; i < MK_SRC_COUNT; i++)
		if (!named(mk_source_name(i)))
			fail_msg("%s is not in the page", mk_source_name(i));
	for (unsigned i = 1; i < MK_FN_COUNT; i++)
		if (!named(mk_fn_name(i)))
			fail_msg("%s is not in the page", mk_fn_name(i));
	assert_false(named("person.secret"));
	assert_false(named("zip5"));
}

static void
example_is_a_profile(void **state)
{
	(void)state;
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	const char *from = strstr(mk_buf_str(&page), ".Bd -literal\n{");
	assert_non_null(from);
	from += strlen(".Bd -literal\n");
	const char *to = strstr(from, ".Ed");
	assert_non_null(to);
	if (mk_profile_parse(from, (size_t)(to - from), &p, &err) < 0)
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	assert_string_equal(mk_profile_id(p), "kyuyo");
	mk_profile_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_every_word),
	    cmocka_unit_test(example_is_a_profile),
	};
	return cmocka_run_group_tests(tests, read_page, drop_page);
}
