/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line by its synopses: what is taken, what is refused and named, and the splitting of batch lines. */
#include "tests/lib/mk_cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli_internal.h"

#define MAX_WORDS 24

struct line {
	struct mk_cli_global g;
	struct mk_cli_args a;
	struct mk_buf what;
	int r;
	char text[512];
	char **words;
};

/* Parses words as a batch line is split, which also tests the splitting. */
static void
parse(struct line *l, const char *text)
{
	int n = 0;
	memset(l, 0, sizeof *l);
	l->g.pass_fd = -1;
	snprintf(l->text, sizeof l->text, "%s", text);
	assert_int_equal(mk_line_split(l->text, &l->words, &n), 0);
	l->r = mk_args_parse(n, l->words, &l->g, &l->a, &l->what);
}

static void
end(struct line *l)
{
	mk_args_free(&l->a);
	mk_buf_free(&l->what);
	free(l->words);
}

static void
refused(const char *text, const char *named)
{
	struct line l;
	parse(&l, text);
	if (l.r != MK_E_USAGE || strstr(mk_buf_str(&l.what), named) == NULL)
		fail_msg("'%s': %d '%s', wanted '%s'", text, l.r, mk_buf_str(&l.what), named);
	end(&l);
}

static void
options_before_and_after(void **state)
{
	static const char *const lines[] = {
	    "--dir D --user U --purpose gensen --json --passphrase-fd 7 subject list --ledger L",
	    "subject --dir D list --ledger L --user U --purpose=gensen --json --passphrase-fd=7",
	    "subject list --ledger=L --dir=D --user=U --purpose gensen --json --passphrase-fd 7"};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct line l;
		parse(&l, lines[i]);
		assert_int_equal(l.r, 0);
		assert_string_equal(l.g.dir, "D");
		assert_string_equal(l.g.user, "U");
		assert_string_equal(l.g.purpose, "gensen");
		assert_int_equal(l.g.pass_fd, 7);
		assert_true(l.g.json);
		assert_string_equal(l.a.verb->name, "subject");
		assert_string_equal(l.a.verb->sub, "list");
		assert_int_equal(l.a.nopts, 1);
		assert_string_equal(l.a.opts[0].name, "ledger");
		assert_string_equal(l.a.opts[0].value, "L");
		end(&l);
	}
}

static void
repeated_and_greedy(void **state)
{
	struct line l;
	(void)state;
	parse(&l, "review accept R --set name='山田 太郎' --set number=- --retype");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.nopts, 3);
	assert_string_equal(l.a.opts[0].value, "name=山田 太郎");
	assert_null(l.a.opts[2].value);
	assert_int_equal(l.a.npos, 1);
	end(&l);
	parse(&l, "capture --file a.png b.png --ledger L --file c.png");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.npos, 0);
	assert_int_equal(l.a.nopts, 4);
	assert_string_equal(l.a.opts[1].name, "file");
	assert_string_equal(l.a.opts[1].value, "b.png");
	end(&l);
	parse(&l, "read a b c --layout auto");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.npos, 3);
	end(&l);
	parse(&l, "read -- --json -x");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.npos, 2);
	assert_false(l.g.json);
	end(&l);
	parse(&l, "export --profile P --ledger L --subject a --subject b -o out.csv");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.nopts, 5);
	assert_string_equal(l.a.opts[4].name, "o");
	end(&l);
}

static void
verbs_of_second_persons(void **state)
{
	struct line l;
	(void)state;
	parse(&l, "transcribe --subject A B C --ledger L --document gensen --subject D");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.npos, 0);
	assert_int_equal(l.a.nopts, 6);
	assert_string_equal(l.a.opts[2].name, "subject");
	assert_string_equal(l.a.opts[2].value, "C");
	assert_string_equal(l.a.opts[5].value, "D");
	end(&l);
	parse(&l, "approval deny a1 --reason 'not this month'");
	assert_int_equal(l.r, 0);
	assert_string_equal(l.a.opts[0].value, "not this month");
	end(&l);
	parse(&l, "member set suzuki roles=clerk,chief until=2027-03-31");
	assert_int_equal(l.r, 0);
	assert_int_equal(l.a.npos, 3);
	end(&l);
	parse(&l, "audit list --newest --session s1 --json");
	assert_int_equal(l.r, 0);
	assert_null(l.a.opts[0].value);
	end(&l);
	refused("approval", "list show grant deny");
	refused("approval deny a1", "reason");
	refused("approval grant", "APPROVAL");
	refused("transcribe --subject A", "document");
	refused("transcribe --document gensen", "subject");
	refused("member set suzuki", "FIELD=VALUE");
	refused("clock", "status confirm");
	refused("clock status now", "'now'");
	refused("key rotate", "'rotate'");
	refused("status --healthy", "'--healthy'");
	refused("lock now", "'now'");
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	refused("frobnicate", "'frobnicate'");
	refused("ledger", "list add grant revoke");
	refused("ledger frob", "'frob'");
	refused("ledger grant L", "MEMBER");
	refused("ledger grant L M N", "'N'");
	refused("subject show", "SUBJECT");
	refused("read", "IMAGE");
	refused("subject list --frob", "'--frob'");
	refused("subject list --frob=1", "'--frob=1'");
	refused("--ledger L subject list", "'--ledger'");
	refused("subject list --ledger", "'--ledger'");
	refused("--dir", "--dir");
	refused("--dir= status", "--dir");
	refused("status --json=yes", "--json");
	refused("review accept R --retype=1", "--retype");
	refused("reveal S", "--reason");
	refused("init --office O", "--chief");
	refused("--passphrase-fd x status", "'x'");
	refused("--passphrase-fd -1 status", "'-1'");
	refused("--passphrase-fd 4294967299 status", "'4294967299'");
	refused("--now yesterday status", "'yesterday'");
	refused("--averyverylongoptionname status", "--averyverylongoptionname");
}

static void
help_needs_no_arguments(void **state)
{
	struct line l;
	(void)state;
	parse(&l, "ledger grant --help");
	assert_int_equal(l.r, 0);
	assert_true(l.g.help);
	end(&l);
	parse(&l, "--version");
	assert_int_equal(l.r, 0);
	assert_true(l.g.version);
	assert_null(l.a.group);
	end(&l);
	parse(&l, "--now 2026-11-24T12:00:00+09:00 status");
	assert_int_equal(l.r, 0);
	assert_true(l.g.has_now);
	assert_int_equal(l.g.now, 1795489200);
	end(&l);
}

/* Each row of the table can be read by the parser, and by no other reading. */
static void
every_synopsis_is_sound(void **state)
{
	const struct mk_verb *v;
	size_t rows = 0;
	(void)state;
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++, rows++) {
		char word[64];
		bool required = false, repeated = false, after_repeated = false;
		int depth = 0;
		for (const char *p = v->args; *p != '\0'; p++)
			depth += *p == '[' ? 1 : *p == ']' ? -1 : 0;
		assert_int_equal(depth, 0);
		for (size_t k = 0;
		     mk_synopsis_word(v->args, k, word, sizeof word, &required, &repeated); k++) {
			/* Nothing could follow a word that takes all. */
			assert_false(after_repeated);
			after_repeated = repeated;
			assert_true(word[0] >= 'A' && word[0] <= 'Z');
		}
		for (size_t k = 0; mk_synopsis_required(v->args, k, word, sizeof word); k++)
			assert_int_not_equal(mk_synopsis_option(v->args, word), MK_OPT_UNKNOWN);
		assert_non_null(v->run);
		assert_non_null(v->help);
		assert_true(v->run != mk_run_list || v->cols != NULL);
		assert_true((v->request != 0) == (v->run == mk_run_list || v->run == mk_run_act ||
						     v->run == mk_run_item ||
						     mk_request_find(v->request) != NULL));
		const struct mk_verb *other;
		for (size_t k = 0; (other = mk_verb_at(k)) != NULL; k++)
			assert_true(k == i || strcmp(v->name, other->name) != 0 ||
				    (v->sub != NULL && other->sub != NULL &&
					strcmp(v->sub, other->sub) != 0));
	}
	assert_true(rows > 40);
	assert_int_equal(
	    mk_synopsis_option("--a [--b] [--c VALUE] -d WORD... | --e", "b"), MK_OPT_SWITCH);
	assert_int_equal(
	    mk_synopsis_option("--a [--b] [--c VALUE] -d WORD... | --e", "c"), MK_OPT_VALUE);
	assert_int_equal(
	    mk_synopsis_option("--a [--b] [--c VALUE] -d WORD... | --e", "d"), MK_OPT_GREEDY);
	assert_int_equal(
	    mk_synopsis_option("--a [--b] [--c VALUE] -d WORD... | --e", "e"), MK_OPT_SWITCH);
	assert_int_equal(
	    mk_synopsis_option("--a [--b] [--c VALUE] -d WORD... | --e", "VALUE"), MK_OPT_UNKNOWN);
}

static void
split_as(const char *text, int n, const char *const *words)
{
	char line[256];
	char **got = NULL;
	int count = -1;
	snprintf(line, sizeof line, "%s", text);
	assert_int_equal(mk_line_split(line, &got, &count), 0);
	assert_int_equal(count, n);
	for (int i = 0; i < n; i++)
		assert_string_equal(got[i], words[i]);
	free(got);
}

static void
lines_are_split_like_a_shell(void **state)
{
	char open[] = "subject add 'x", open2[] = "a \"b\\\"";
	char **words = NULL;
	int n = 0;
	(void)state;
	split_as("", 0, NULL);
	split_as("  \t ", 0, NULL);
	split_as("a b  c\td ", 4, (const char *const[]){"a", "b", "c", "d"});
	split_as("'a b' \"c d\" e\\ f", 3, (const char *const[]){"a b", "c d", "e f"});
	split_as("x'y z'\"'\"w", 1, (const char *const[]){"xy z'w"});
	split_as("'' \"\"", 2, (const char *const[]){"", ""});
	split_as("\"a\\\"b\\\\c\\d\" '\\'", 2, (const char *const[]){"a\"b\\c\\d", "\\"});
	split_as("$HOME `id` $(id) *", 4, (const char *const[]){"$HOME", "`id`", "$(id)", "*"});
	split_as("a\\", 1, (const char *const[]){"a\\"});
	assert_int_equal(mk_line_split(open, &words, &n), MK_E_INPUT);
	assert_int_equal(mk_line_split(open2, &words, &n), MK_E_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_before_and_after),
	    cmocka_unit_test(repeated_and_greedy),
	    cmocka_unit_test(verbs_of_second_persons),
	    cmocka_unit_test(what_is_wrong_is_named),
	    cmocka_unit_test(help_needs_no_arguments),
	    cmocka_unit_test(every_synopsis_is_sound),
	    cmocka_unit_test(lines_are_split_like_a_shell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
