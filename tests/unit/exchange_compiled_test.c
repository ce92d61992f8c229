/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The compiled profile as an untrusted client may send it: what was encoded comes back the same; every truncation is refused; every
 * changed byte is refused or gives another profile that keeps all rules; and each rule has a case that breaks it alone.
 */
#include "tests/unit/exchange_kit.h"

static struct mk_layout *
rich(void)
{
	struct mk_layout *l = kit_layout();
	kit_text(&l->purpose, "shakai_hoken");
	kit_text(&l->filename, "SHFD0006.CSV");
	kit_cp932(l, MK_REP_JISX0208);
	l->max_bytes = 4500000;
	l->maps = calloc(1, sizeof *l->maps);
	assert_non_null(l->maps);
	l->nmaps = 1;
	l->maps[0].from = calloc(1, sizeof(char *));
	l->maps[0].to = calloc(1, sizeof(char *));
	assert_true(l->maps[0].from != NULL && l->maps[0].to != NULL);
	l->maps[0].from[0] = strdup("male");
	l->maps[0].to[0] = strdup("1");
	l->maps[0].n = 1;
	l->preamble = calloc(1, sizeof *l->preamble);
	assert_non_null(l->preamble);
	l->npreamble = 1;
	l->preamble[0].cells = calloc(1, sizeof *l->preamble[0].cells);
	assert_non_null(l->preamble[0].cells);
	l->preamble[0].ncells = 1;
	kit_text(&l->preamble[0].cells[0].name, "");
	kit_text(&l->preamble[0].cells[0].constant, "[kanri]");
	kit_const(l, "様式コード", "2200700");
	struct mk_cell *c = kit_field(l, "氏名カナ", MK_SRC_PERSON_KANA);
	c->fns[0].fn = MK_FN_HALFKANA;
	c->fns[1].fn = MK_FN_SPACE_HALF;
	c->nfns = 2;
	c->required = true;
	c->max_bytes = 25;
	c = kit_field(l, "性別", MK_SRC_PERSON_SEX);
	c->fns[0].fn = MK_FN_ENUM;
	c->nfns = 1;
	c = kit_field(l, "整理番号", MK_SRC_EMPLOYEE_NO);
	c->fns[0] = (struct mk_fn_call){MK_FN_PAD, 6};
	c->nfns = 1;
	kit_field(l, "個人番号", MK_SRC_PERSON_NUMBER);
	c = kit_field(l, "郵便番号親", MK_SRC_PERSON_ZIP);
	c->fns[0].fn = MK_FN_ZIP3;
	c->nfns = 1;
	c->blank_if = MK_SRC_PERSON_NUMBER;
	c->req_ifnot = MK_SRC_PERSON_NUMBER;
	return l;
}

static void
encode(const struct mk_layout *l, struct mk_buf *out)
{
	mk_buf_reset(out);
	assert_int_equal(mk_layout_encode(l, out), 0);
}

static void
round_trip(void **state)
{
	(void)state;
	struct mk_buf a = MK_BUF_INIT, b = MK_BUF_INIT;
	struct mk_layout *l = rich(), *back = NULL;
	struct mk_compiled *c = NULL;
	encode(l, &a);
	assert_int_equal(mk_layout_decode(a.data, a.len, &back), 0);
	encode(back, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_string_equal(back->fields[1].name, "氏名カナ");
	assert_int_equal(mk_compiled_parse(a.data, a.len, &c), 0);
	assert_string_equal(mk_compiled_id(c), "kit");
	assert_string_equal(mk_compiled_purpose(c), "shakai_hoken");
	assert_int_equal(mk_compiled_row_kind(c), MK_ROW_PERSON);
	assert_true(mk_compiled_has_number(c));
	assert_int_equal(mk_compiled_columns(c), 6);
	assert_string_equal(mk_compiled_column(c, 4), "個人番号");
	assert_string_equal(mk_compiled_column(c, 6), "");
	mk_compiled_free(c);
	mk_layout_free(back);
	mk_layout_free(l);
	mk_buf_free(&a);
	mk_buf_free(&b);
}

static void
every_truncation_is_refused(void **state)
{
	(void)state;
	struct mk_buf a = MK_BUF_INIT;
	struct mk_layout *l = rich();
	encode(l, &a);
	for (size_t n = 0; n < a.len; n++) {
		struct mk_compiled *c = NULL;
		uint8_t *exact =
		    malloc(n + 1); /* so that a read past the end is seen by the sanitizer */
		assert_non_null(exact);
		uint8_t *cut = realloc(exact, n > 0 ? n : 1);
		memcpy(cut, a.data, n);
		assert_int_equal(mk_compiled_parse(cut, n, &c), MK_E_INPUT);
		assert_null(c);
		free(cut);
	}
	mk_buf_put_u8(&a, 0);
	struct mk_compiled *c = NULL;
	assert_int_equal(mk_compiled_parse(a.data, a.len, &c), MK_E_INPUT); /* a byte too many */
	mk_layout_free(l);
	mk_buf_free(&a);
}

/* What a changed byte may lead to: a refusal, or a profile that can be run to an end. */
static void
use(struct mk_exchange *x, const struct mk_compiled *c)
{
	struct mk_export *e = NULL;
	struct mk_buf out = MK_BUF_INIT;
	struct mk_secret *number = mk_secret_from(GOOD_NUMBER, 12);
	struct mk_export_row row = {.has_number = true, .number = number};
	for (size_t i = 1; i < MK_SRC_COUNT; i++)
		row.text[i] = mk_source_type((unsigned)i) == MK_SRCTYPE_DATE  ? "1989-01-08"
			      : mk_source_type((unsigned)i) == MK_SRCTYPE_ZIP ? "106-0041"
									      : "male";
	assert_int_equal(mk_export_new(x, c, &e), 0);
	assert_true(mk_export_check(e, &row) >= 0);
	if (mk_export_ready(e) == 0) {
		assert_int_equal(mk_export_begin(e, &out), 0);
		assert_true(mk_export_row(e, &row, &out) >= 0);
		assert_int_equal(mk_export_end(e, &out), 0);
		assert_int_equal(out.len, mk_export_bytes(e));
	}
	mk_export_free(e);
	mk_secret_free(number);
	mk_buf_free(&out);
}

static void
every_changed_byte_is_harmless(void **state)
{
	(void)state;
	static const uint8_t flips[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
	struct mk_buf a = MK_BUF_INIT;
	struct mk_layout *l = rich();
	struct mk_exchange *x = kit_exchange();
	size_t refused = 0, taken = 0;
	encode(l, &a);
	for (size_t i = 0; i < a.len; i++)
		for (size_t k = 0; k < sizeof flips; k++) {
			struct mk_compiled *c = NULL;
			a.data[i] ^= flips[k];
			int r = mk_compiled_parse(a.data, a.len, &c);
			assert_true(r == 0 || r == MK_E_INPUT);
			r == 0 ? taken++ : refused++;
			if (r == 0)
				use(x, c);
			mk_compiled_free(c);
			a.data[i] ^= flips[k];
		}
	assert_true(refused > 0 && taken > 0); /* both ways were walked */
	mk_exchange_free(x);
	mk_layout_free(l);
	mk_buf_free(&a);
}

/* A NUL inside a string would hide what follows it from every later check. */
static void
nul_in_a_string_is_refused(void **state)
{
	(void)state;
	struct mk_buf a = MK_BUF_INIT;
	struct mk_compiled *c = NULL;
	struct mk_layout *l = rich();
	encode(l, &a);
	uint8_t *at = memmem(a.data, a.len, "2200700", 7);
	assert_non_null(at);
	at[3] = 'x';
	assert_int_equal(mk_compiled_parse(a.data, a.len, &c), 0);
	mk_compiled_free(c);
	c = NULL;
	at[3] = 0;
	assert_int_equal(mk_compiled_parse(a.data, a.len, &c), MK_E_INPUT);
	assert_null(c);
	mk_layout_free(l);
	mk_buf_free(&a);
}

static void
size_bounds(void **state)
{
	(void)state;
	struct mk_compiled *c = NULL;
	struct mk_buf a = MK_BUF_INIT;
	uint8_t *big = calloc(1, MK_COMPILED_MAX + 1);
	assert_non_null(big);
	assert_int_equal(mk_compiled_parse(big, MK_COMPILED_MAX + 1, &c), MK_E_TOO_BIG);
	assert_int_equal(mk_compiled_parse(big, MK_COMPILED_MAX, &c), MK_E_INPUT);
	free(big);
	struct mk_layout *l = kit_layout();
	char text[MK_LAYOUT_TEXT + 1];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (size_t i = 0; i < 48; i++)
		kit_const(l, "x", text);
	assert_int_equal(mk_layout_encode(l, &a), MK_E_TOO_BIG);
	assert_int_equal(a.len, 0);
	kit_text(&l->fields[0].constant, "");
	kit_text(&l->fields[1].constant, "");
	assert_int_equal(mk_layout_encode(l, &a), 0); /* and just below it fits */
	mk_layout_free(l);
	mk_buf_free(&a);
}

typedef void breaker(struct mk_layout *l);

static void
b_id(struct mk_layout *l)
{
	kit_text(&l->id, "../x");
}
static void
b_title(struct mk_layout *l)
{
	kit_text(&l->title, "");
}
static void
b_purpose(struct mk_layout *l)
{
	kit_text(&l->purpose, "a b");
}
static void
b_filename(struct mk_layout *l)
{
	kit_text(&l->filename, "a/b");
}
static void
b_dotfile(struct mk_layout *l)
{
	kit_text(&l->filename, "..");
}
static void
b_quoting(struct mk_layout *l)
{
	l->quoting = MK_QUOTE_COUNT;
}
static void
b_delimiter(struct mk_layout *l)
{
	l->delimiter = '"';
}
static void
b_no_delimiter(struct mk_layout *l)
{
	l->delimiter = '\0';
}
static void
b_repertoire(struct mk_layout *l)
{
	l->repertoire = MK_REP_UTF8;
}
static void
b_bom(struct mk_layout *l)
{
	l->bom = true;
}
static void
b_human(struct mk_layout *l)
{
	l->consumer = MK_CONSUMER_HUMAN;
}
static void
b_key_number(struct mk_layout *l)
{
	l->key = MK_SRC_PERSON_NUMBER;
}
static void
b_key_run(struct mk_layout *l)
{
	l->key = MK_SRC_OFFICE_NAME;
}
static void
b_source(struct mk_layout *l)
{
	l->fields[1].source = MK_SRC_COUNT;
}
static void
b_blank_if(struct mk_layout *l)
{
	l->fields[1].blank_if = 999;
}
static void
b_fn(struct mk_layout *l)
{
	l->fields[1].fns[0].fn = MK_FN_COUNT;
}
static void
b_fn_none(struct mk_layout *l)
{
	l->fields[1].fns[0].fn = MK_FN_NONE;
}
static void
b_fn_arg(struct mk_layout *l)
{
	l->fields[1].fns[0].arg = 1;
}
static void
b_pad(struct mk_layout *l)
{
	l->fields[3].fns[0].arg = 0;
}
static void
b_pad_wide(struct mk_layout *l)
{
	l->fields[3].fns[0].arg = MK_PAD_MAX + 1;
}
static void
b_map(struct mk_layout *l)
{
	l->fields[2].fns[0].arg = 1;
}
static void
b_date_on_text(struct mk_layout *l)
{
	l->fields[1].fns[0].fn = MK_FN_YMD8;
}
static void
b_zip_second(struct mk_layout *l)
{
	l->fields[5].fns[0].fn = MK_FN_NOSPACE;
	l->fields[5].fns[1].fn = MK_FN_ZIP3;
	l->fields[5].nfns = 2;
}
static void
b_fn_on_const(struct mk_layout *l)
{
	l->fields[0].fns[0].fn = MK_FN_NOSPACE;
	l->fields[0].nfns = 1;
}
static void
b_class(struct mk_layout *l)
{
	l->fields[1].char_class = MK_CLASS_COUNT;
}
static void
b_long(struct mk_layout *l)
{
	l->fields[1].max_bytes = MK_CELL_BYTES + 1;
}
static void
b_both(struct mk_layout *l)
{
	kit_text(&l->fields[1].constant, "x");
}
static void
b_both_lengths(struct mk_layout *l)
{
	l->fields[1].length = 3;
}
static void
b_not_secret(struct mk_layout *l)
{
	l->fields[4].secret = false;
}
static void
b_secret_name(struct mk_layout *l)
{
	l->fields[1].secret = true;
}
static void
b_number_fn(struct mk_layout *l)
{
	l->fields[4].fns[0].fn = MK_FN_FULLWIDTH;
	l->fields[4].nfns = 1;
}
static void
b_number_short(struct mk_layout *l)
{
	l->fields[4].length = 4;
}
static void
b_formula_const(struct mk_layout *l)
{
	kit_text(&l->fields[0].constant, "=cmd");
}
static void
b_formula_name(struct mk_layout *l)
{
	kit_text(&l->fields[0].name, "＝x");
}
static void
b_const_comma(struct mk_layout *l)
{
	kit_text(&l->fields[0].constant, "a,b");
}
static void
b_const_control(struct mk_layout *l)
{
	kit_text(&l->fields[0].constant, "a\nb");
}
static void
b_preamble_row(struct mk_layout *l)
{
	kit_text(&l->preamble[0].cells[0].constant, "");
	l->preamble[0].cells[0].source = MK_SRC_PERSON_NAME;
}
static void
b_preamble_number(struct mk_layout *l)
{
	l->preamble[0].cells[0].req_if = MK_SRC_PERSON_NUMBER;
}
static void
b_map_word(struct mk_layout *l)
{
	kit_text(&l->maps[0].from[0], "");
}

static void
every_rule_refuses(void **state)
{
	(void)state;
	static breaker *const breakers[] = {b_id, b_title, b_purpose, b_filename, b_dotfile,
	    b_quoting, b_delimiter, b_no_delimiter, b_repertoire, b_bom, b_human, b_key_number,
	    b_key_run, b_source, b_blank_if, b_fn, b_fn_none, b_fn_arg, b_pad, b_pad_wide, b_map,
	    b_date_on_text, b_zip_second, b_fn_on_const, b_class, b_long, b_both, b_both_lengths,
	    b_not_secret, b_secret_name, b_number_fn, b_number_short, b_formula_const,
	    b_formula_name, b_const_comma, b_const_control, b_preamble_row, b_preamble_number,
	    b_map_word};
	for (size_t i = 0; i < sizeof breakers / sizeof breakers[0]; i++) {
		struct mk_buf out = MK_BUF_INIT;
		struct mk_layout_fault fault = {.why = NULL};
		struct mk_layout *l = rich();
		assert_int_equal(
		    mk_layout_check(l, &fault), 0); /* the control: it is good before */
		breakers[i](l);
		if (mk_layout_check(l, &fault) != MK_E_INPUT)
			fail_msg("breaker %zu was not noticed", i);
		assert_non_null(fault.why);
		assert_int_equal(mk_layout_encode(l, &out), MK_E_INPUT);
		assert_int_equal(out.len, 0);
		mk_layout_free(l);
	}
}

/* The byte in which two encodings differ: where a value stands on the wire. */
static size_t
place_of(struct mk_buf *a, const struct mk_buf *b)
{
	size_t at = 0;
	assert_int_equal(a->len, b->len);
	while (at < a->len && a->data[at] == b->data[at])
		at++;
	assert_true(at < a->len);
	return at;
}

static void
o_fn(struct mk_layout *l)
{
	l->fields[1].fns[0].fn = MK_FN_FULLKANA;
}
static void
o_source(struct mk_layout *l)
{
	l->fields[1].source = MK_SRC_PERSON_NAME;
}
static void
o_class(struct mk_layout *l)
{
	l->fields[1].char_class = MK_CLASS_LATIN;
}
static void
o_map(struct mk_layout *l)
{
	l->fields[2].fns[0].arg = 0;
	l->fields[3].fns[0].arg = 7;
}
static void
o_flags(struct mk_layout *l)
{
	l->fields[1].required = false;
}
static void
o_encoding(struct mk_layout *l)
{
	l->final_newline = false;
}

/* The vault's own look: good bytes with one value put out of its list after encoding. */
static void
decoder_checks_values(void **state)
{
	(void)state;
	static breaker *const others[] = {o_fn, o_source, o_class, o_map, o_flags, o_encoding};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct mk_buf a = MK_BUF_INIT, b = MK_BUF_INIT;
		struct mk_compiled *c = NULL;
		struct mk_layout *l = rich();
		encode(l, &a);
		others[i](l);
		encode(l, &b);
		assert_int_equal(mk_compiled_parse(b.data, b.len, &c), 0);
		mk_compiled_free(c);
		c = NULL;
		b.data[place_of(&b, &a)] = 0xee;
		assert_int_equal(mk_compiled_parse(b.data, b.len, &c), MK_E_INPUT);
		assert_null(c);
		mk_layout_free(l);
		mk_buf_free(&a);
		mk_buf_free(&b);
	}
}

static void
tables_are_whole(void **state)
{
	(void)state;
	for (unsigned i = 1; i < MK_SRC_COUNT; i++)
		assert_int_equal(mk_source_find(mk_source_name(i)), i);
	for (unsigned i = 1; i < MK_FN_COUNT; i++)
		assert_int_equal(mk_fn_find(mk_fn_name(i)), i);
	assert_int_equal(mk_source_find("person.secret"), MK_SRC_NONE);
	assert_int_equal(mk_fn_find("exec"), MK_FN_NONE);
	assert_null(mk_source_name(MK_SRC_COUNT));
	assert_null(mk_fn_name(MK_FN_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(every_truncation_is_refused),
	    cmocka_unit_test(every_changed_byte_is_harmless),
	    cmocka_unit_test(nul_in_a_string_is_refused),
	    cmocka_unit_test(size_bounds),
	    cmocka_unit_test(every_rule_refuses),
	    cmocka_unit_test(decoder_checks_values),
	    cmocka_unit_test(tables_are_whole),
	};
	return mk_base_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
