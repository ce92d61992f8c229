/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of verbs against the request table and the tags: no option of a plain verb is dropped on the way, what may wait for a second
 * person has words; and what is said of a request that waits.
 */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "src/cli/cli_internal.h"

/* Options that the verb's function takes for itself. */
static bool
own_option(const struct mk_verb *v, const char *name)
{
	if (v->run == mk_run_audit_export)
		return strcmp(name, "o") == 0;
	return v->run != mk_run_list && v->run != mk_run_act && v->run != mk_run_item;
}

/* The i-th option of a synopsis, without dashes; false past the end. */
static bool
option_at(const char *args, size_t i, char *out, size_t cap)
{
	for (const char *p = args; (p = strchr(p, '-')) != NULL;) {
		size_t dashes = strspn(p, "-"), n = strcspn(p + dashes, " ][|.");
		bool starts = p == args || p[-1] == ' ' || p[-1] == '[';
		if (starts && n > 0 && i-- == 0) {
			assert_true(n < cap);
			memcpy(out, p + dashes, n);
			out[n] = '\0';
			return true;
		}
		p += dashes + n;
	}
	return false;
}

static unsigned
dropped(const struct mk_verb *v, char *named, size_t cap)
{
	char name[32];
	unsigned n = 0;
	for (size_t i = 0; option_at(v->args, i, name, sizeof name); i++) {
		bool value = mk_synopsis_option(v->args, name) != MK_OPT_SWITCH;
		assert_int_not_equal(mk_synopsis_option(v->args, name), MK_OPT_UNKNOWN);
		if (own_option(v, name) ||
		    mk_option_tag(name, value ? MK_TYPE_STR : MK_TYPE_BOOL) != 0)
			continue;
		snprintf(named, cap, "%s %s --%s", v->name, v->sub != NULL ? v->sub : "", name);
		n++;
	}
	return n;
}

static void
no_option_is_dropped(void **state)
{
	const struct mk_verb *v;
	char named[128] = "";
	(void)state;
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++)
		if (dropped(v, named, sizeof named) != 0)
			fail_msg("%s goes nowhere", named);
	/* The control: an option without a tag, a switch whose tag is a text, a value for a bool. */
	static const char *const planted[] = {
	    "[--frob TEXT]", "X [--ledger]", "[--all N] [--to T]"};
	for (size_t i = 0; i < sizeof planted / sizeof planted[0]; i++) {
		struct mk_verb bad = {.name = "bad", .args = planted[i], .run = mk_run_list};
		assert_int_equal(dropped(&bad, named, sizeof named), 1);
	}
}

static void
every_request_is_known(void **state)
{
	const struct mk_verb *v;
	(void)state;
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++) {
		if (v->request != 0)
			assert_non_null(mk_request_find(v->request));
		for (size_t k = 0; k < 2 && v->tags[k] != 0; k++)
			assert_non_null(mk_tag_name(v->tags[k]));
	}
}

static void
what_may_wait_has_words(void **state)
{
	const struct mk_request_row *row;
	unsigned n = 0;
	(void)state;
	for (unsigned i = 0; (row = mk_request_at(i)) != NULL; i++) {
		if (row->approvers == 0)
			continue;
		n++;
		if (strcmp(mk_request_word(row->name), row->name) == 0)
			fail_msg("%s has no words", row->name);
	}
	assert_true(n >= 8);
	assert_string_equal(mk_request_word("reveal"), "reveal"); /* never waits */
}

struct said {
	struct mk_cli c;
	struct mk_msg reply;
};

static void
say(struct said *s, uint16_t request, const char *daemon, const char *roles, int64_t deadline)
{
	memset(s, 0, sizeof *s);
	mk_msg_init(&s->reply, request, 1);
	mk_put_str(&s->reply.body, MK_T_approval, "a0123456789abc");
	mk_put_str(&s->reply.body, MK_T_roles, roles);
	if (deadline != 0)
		mk_put_i64(&s->reply.body, MK_T_deadline, deadline);
	if (daemon != NULL)
		mk_buf_puts(&s->c.why, daemon);
	mk_waits(&s->c, request, &s->reply);
	assert_string_equal(s->c.approval, "a0123456789abc");
}

static void
unsay(struct said *s)
{
	mk_buf_free(&s->c.why);
	mk_msg_free(&s->reply);
}

static void
who_and_until_when(void **state)
{
	struct said s;
	(void)state;
	say(&s, MK_REQ_export, "the daemon's words", "chief", 1800000000);
	const char *why = mk_buf_str(&s.c.why);
	assert_ptr_equal(strstr(why, "the daemon's words; "), why);
	assert_non_null(strstr(why, "another member ("));
	assert_non_null(strstr(why, "2027-01-15T"));
	assert_null(strstr(why, "--task"));
	unsay(&s);
	/* Nobody else is there: only the delay counts. */
	say(&s, MK_REQ_limit_set, "the daemon's words", NULL, 1800000000);
	assert_null(strstr(mk_buf_str(&s.c.why), "another member"));
	assert_non_null(strstr(mk_buf_str(&s.c.why), "open until 2027-01-15T"));
	unsay(&s);
	/* A task says how it goes on; without a sentence of the daemon the id is said here. */
	say(&s, MK_REQ_transcribe, NULL, "chief", 0);
	why = mk_buf_str(&s.c.why);
	assert_ptr_equal(strstr(why, "it waits as a0123456789abc; "), why);
	assert_non_null(strstr(why, "--task a0123456789abc'"));
	unsay(&s);
}

static void
no_id_no_words(void **state)
{
	struct mk_cli c;
	struct mk_msg reply;
	(void)state;
	memset(&c, 0, sizeof c);
	mk_msg_init(&reply, MK_REQ_export, 1);
	mk_waits(&c, MK_REQ_export, &reply);
	assert_int_equal(c.why.len, 0);
	assert_string_equal(c.approval, "");
	mk_msg_free(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_option_is_dropped),
	    cmocka_unit_test(every_request_is_known),
	    cmocka_unit_test(what_may_wait_has_words),
	    cmocka_unit_test(who_and_until_when),
	    cmocka_unit_test(no_id_no_words),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
