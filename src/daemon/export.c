/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Export: many numbers, into a descriptor that the client opened and passed. Everything is checked
 * before the first byte is written; a failure leaves an empty file (decisions.md 12, formats.md 4).
 */
#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/model/number.h"
#include "mynakura/model/table.h"
#include "mynakura/policy/policy.h"
#include "fields_internal.h"
#include "vault_internal.h"

#define REPORT_BYTES 32768 /* of the lists in the answer */
#define CHANGES_SHOWN 100

struct people {
	struct mk_subject *s;
	size_t n, cap;
};

struct export
{
	struct mk_compiled *compiled;
	struct mk_export *run;
	struct people people; /* those that the profile may concern, in order */
	bool *left_out; /* of each: it must not go into this file */
	bool *without; /* of each: the profile leaves it out, as it has no number */
	int fd;
	struct people parents; /* employees of dependents who are exported alone */
	struct mk_buf body; /* reply items: who was left out, who is not confirmed */
	uint64_t skipped;
	bool cut; /* there are more than are listed */
	int r;
};

static void
free_people(struct people *p)
{
	for (size_t i = 0; i < p->n; i++)
		mk_subject_free(&p->s[i]);
	free(p->s);
}

static void
export_free(void *p)
{
	struct export *e = p;
	mk_export_free(e->run);
	mk_compiled_free(e->compiled);
	free_people(&e->people);
	free_people(&e->parents);
	free(e->left_out);
	free(e->without);
	mk_buf_free(&e->body);
	if (e->fd >= 0)
		close(e->fd);
	free(e);
}

/*
 * decisions.md 12: regular, the peer's, 0600, empty, at most one name, on a file system of a disk.
 */
static int
check_fd(struct op *op, int fd)
{
	static const long good[] = {0xef53, 0x58465342, (long)0x9123683e, 0x01021994, 0x794c7630};
	struct stat st;
	struct statfs fs;
	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return MK_E_IO;
	int flags = fcntl(fd, F_GETFL);
	if (!S_ISREG(st.st_mode) || st.st_uid != op->c->uid || (st.st_mode & 077) != 0 ||
	    st.st_size != 0 || st.st_nlink > 1 || flags < 0 || (flags & O_ACCMODE) == O_RDONLY ||
	    (flags & O_APPEND) != 0)
		return mk_op_fail(
		    op, MK_E_INPUT, "the file must be new, empty, one's own and of mode 0600");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if ((long)fs.f_type != good[i])
			continue;
		snprintf(op->ev.detail, sizeof op->ev.detail, "device=%u:%u",
		    (unsigned)(st.st_dev >> 8), (unsigned)(st.st_dev & 0xff));
		return 0;
	}
	return mk_op_fail(op, MK_E_INPUT, "this kind of file system is not allowed for exports");
}

static int
keep(struct people *p, struct mk_subject *s)
{
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 64 : p->cap * 2;
		struct mk_subject *q = reallocarray(NULL, cap, sizeof *q);
		if (q == NULL)
			return MK_E_NOMEM;
		if (p->n > 0)
			memcpy(q, p->s, p->n * sizeof *q);
		free(p->s);
		p->s = q;
		p->cap = cap;
	}
	p->s[p->n++] = *s;
	mk_subject_init(s);
	return 0;
}

static const struct mk_subject *
among(const struct people *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->s[i].id.s, id) == 0)
			return &p->s[i];
	return NULL;
}

static int
copy_subject(const struct mk_subject *from, struct people *p)
{
	struct mk_subject s;
	mk_subject_init(&s);
	s.id = from->id;
	s.state = from->state;
	s.has_number = from->has_number;
	int r = 0;
	for (int f = 0; r == 0 && f < MK_SF_COUNT; f++)
		r = mk_subject_set(&s, f, from->field[f]);
	if (r == 0)
		r = keep(p, &s);
	mk_subject_free(&s);
	return r;
}

static int
collect_row(const struct mk_subject *s, const char *cursor, void *arg)
{
	struct export *e = arg;
	(void)cursor;
	e->r = copy_subject(s, &e->people);
	return e->r < 0;
}

/* The named subjects, or all of the ledger. */
static int
collect(struct op *op, struct export *e)
{
	struct mk_rd rd;
	struct mk_item it;
	bool named = false;
	mk_rd_init(&rd, op->req.body.data, op->req.body.len);
	while (mk_item_next(&rd, &it) > 0) {
		char key[MK_NAME_MAX];
		struct mk_subject s;
		if (it.tag != MK_T_subject)
			continue;
		named = true;
		if (it.len >= sizeof key)
			return MK_E_NOT_FOUND;
		memcpy(key, it.p, it.len);
		key[it.len] = '\0';
		mk_subject_init(&s);
		int r = mk_ledger_subject_get(op->ledger, key, &s);
		if (r == 0 && among(&e->people, s.id.s) == NULL) /* named twice is meant once */
			r = keep(&e->people, &s);
		mk_subject_free(&s);
		if (r == MK_E_NOT_FOUND)
			return mk_op_fail(op, r, "no such subject in this ledger: %.40s",
			    mk_id_valid(key, 's') ? key : "(name or code)");
		if (r < 0)
			return r == MK_E_EXISTS
				   ? mk_op_fail(op, MK_E_INPUT,
					 "several people have this name: use the code or the id")
				   : r;
	}
	if (named)
		return 0;
	int r = mk_ledger_subjects(op->ledger, NULL, "", SIZE_MAX, collect_row, e);
	return r < 0 ? r : e->r;
}

static bool
is_dependent(const struct mk_subject *s)
{
	return s->field[MK_SF_parent] != NULL && s->field[MK_SF_parent][0] != '\0';
}

static const struct mk_subject *
parent_of(const struct export *e, const struct mk_subject *s)
{
	if (!is_dependent(s))
		return NULL;
	const struct mk_subject *p = among(&e->people, s->field[MK_SF_parent]);
	return p != NULL ? p : among(&e->parents, s->field[MK_SF_parent]);
}

/* A dependent's row names the employee, also when the employee is not in this file. */
static int
fetch_parents(struct op *op, struct export *e)
{
	for (size_t i = 0; i < e->people.n; i++) {
		const struct mk_subject *s = &e->people.s[i];
		struct mk_subject p;
		if (!is_dependent(s) || parent_of(e, s) != NULL)
			continue;
		mk_subject_init(&p);
		int r = mk_ledger_subject_get(op->ledger, s->field[MK_SF_parent], &p);
		if (r == 0)
			r = keep(&e->parents, &p);
		mk_subject_free(&p);
		if (r < 0 && r != MK_E_NOT_FOUND)
			return r;
	}
	return 0;
}

static void
fill_row(const struct export *e, const struct mk_subject *s, struct mk_export_row *row)
{
	const struct mk_subject *p = parent_of(e, s);
	const struct mk_subject *employee = p != NULL ? p : s;
	const char *relation = s->field[MK_SF_relationship];
	memset(row, 0, sizeof *row);
	row->text[MK_SRC_EMPLOYEE_NO] = employee->field[MK_SF_code];
	row->text[MK_SRC_EMPLOYEE_NAME] = employee->field[MK_SF_name];
	row->text[MK_SRC_EMPLOYEE_KANA] = employee->field[MK_SF_kana];
	row->text[MK_SRC_PERSON_RELATIONSHIP] = p != NULL ? relation : "本人";
	row->text[MK_SRC_PERSON_NAME] = s->field[MK_SF_name];
	row->text[MK_SRC_PERSON_KANA] = s->field[MK_SF_kana];
	row->text[MK_SRC_PERSON_BIRTH] = s->field[MK_SF_birth];
	row->text[MK_SRC_PERSON_SEX] = s->field[MK_SF_sex];
	row->text[MK_SRC_PERSON_ADDRESS] = s->field[MK_SF_address];
	row->has_number = s->has_number && mk_state_has_number(s->state);
}

static void
put_skipped(struct export *e, const struct mk_subject *s, const char *why)
{
	struct mk_buf rec = MK_BUF_INIT;
	e->skipped++;
	if (e->body.len > REPORT_BYTES) {
		e->cut = true;
		return;
	}
	mk_put_str(&rec, MK_T_subject, s->id.s);
	mk_put_str(&rec, MK_T_why, why);
	mk_put_rec(&e->body, MK_T_skipped, &rec);
	mk_buf_free(&rec);
}

static void
put_unconfirmed(struct export *e, const struct mk_subject *s)
{
	if (e->body.len > REPORT_BYTES)
		e->cut = true;
	else
		mk_put_str(&e->body, MK_T_id, s->id.s);
}

/* Why this person's number must not go into a file for this purpose; NULL when it may. */
static const char *
reason_to_skip(const struct op *op, const struct export *e, const struct mk_subject *s)
{
	if (is_dependent(s) && parent_of(e, s) == NULL)
		return "parent";
	if (mk_compiled_row_kind(e->compiled) == MK_ROW_EMPLOYEE && is_dependent(s))
		return "dependent";
	if (!mk_purpose_allowed(s, op->ev.purpose))
		return "purpose";
	return NULL;
}

static int
first_pass(struct op *op, struct export *e)
{
	e->left_out = calloc(e->people.n + 1, sizeof *e->left_out);
	e->without = calloc(e->people.n + 1, sizeof *e->without);
	if (e->left_out == NULL || e->without == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < e->people.n; i++) {
		struct mk_export_row row;
		const struct mk_subject *s = &e->people.s[i];
		const char *why = reason_to_skip(op, e, s);
		e->left_out[i] = why != NULL;
		if (why != NULL) {
			put_skipped(e, s, why);
			continue;
		}
		fill_row(e, s, &row);
		int r = mk_export_check(e->run, &row);
		if (r < 0)
			return r;
		if (r == 0) {
			put_skipped(e, s, "no_number");
			e->without[i] = true;
		} else if (s->state != MK_STATE_confirmed && row.has_number)
			/* written, but marked (cli.md): nobody has checked the identity yet */
			put_unconfirmed(e, s);
	}
	int r = mk_export_ready(e->run);
	if (r < 0 && mk_export_problem_count(e->run) > 0) {
		struct mk_buf text = MK_BUF_INIT;
		mk_problem_text(mk_export_problem(e->run, 0), &text);
		(void)mk_op_fail(op, r, "nothing was written: %s", mk_buf_str(&text));
		mk_buf_free(&text);
	}
	return r;
}

static int
take_profile(struct op *op, struct export *e)
{
	struct mk_item it;
	if (!mk_find(op->req.body.data, op->req.body.len, MK_T_profile, &it))
		return mk_op_fail(op, MK_E_USAGE, "the profile is missing");
	int r = mk_compiled_parse(it.p, it.len, &e->compiled);
	const char *id = r == 0 ? mk_compiled_id(e->compiled) : "";
	if (mk_number_in_text(id, strlen(id))) /* it stands on the trail */
		return mk_op_fail(
		    op, MK_E_INPUT, "the profile's id holds what looks like an Individual Number");
	if (r == 0)
		r = mk_export_new(op->v->exchange, e->compiled, &e->run);
	return r;
}

/* The profile's purpose, where it has one, is the export's; else the session's. */
static int
take_purpose(struct op *op, const struct export *e)
{
	const char *p = mk_compiled_purpose(e->compiled);
	if (p[0] == '\0')
		return mk_op_purpose(op);
	if (!mk_purposes_contain(op->ledger_meta.purposes, p))
		return mk_op_fail(
		    op, MK_E_INPUT, "the profile's purpose is not one of this ledger");
	return mk_str_copy(op->ev.purpose, sizeof op->ev.purpose, p);
}

/* Whom the file names, for the trail. */
static int
name_people(struct op *op, const struct export *e)
{
	op->ids = calloc(1, sizeof *op->ids + e->people.n * sizeof op->ids->id[0]);
	if (op->ids == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < e->people.n; i++)
		if (!e->left_out[i] && !e->without[i])
			op->ids->id[op->ids->n++] = e->people.s[i].id;
	return 0;
}

/* Every field of every row, so that a change after the agreement is another act. */
static void
hash_rows(const struct export *e, char out[65])
{
	gcry_md_hd_t md;
	out[0] = '\0';
	if (gcry_md_open(&md, GCRY_MD_SHA256, 0) != 0)
		return;
	for (size_t i = 0; i < e->people.n; i++) {
		const struct mk_subject *s = &e->people.s[i];
		const char flags[3] = {(char)s->state, (char)s->has_number, (char)e->left_out[i]};
		gcry_md_write(md, s->id.s, strlen(s->id.s) + 1);
		gcry_md_write(md, flags, sizeof flags);
		for (int f = 0; f < MK_SF_COUNT; f++) {
			const char *v = s->field[f] == NULL ? "" : s->field[f];
			gcry_md_write(md, v, strlen(v) + 1);
		}
	}
	mk_hex(gcry_md_read(md, GCRY_MD_SHA256), 32, out);
	gcry_md_close(md);
}

/* The act as the second person is shown it (R9): ids, fields and destination, exactly. */
static int
describe(struct op *op, const struct export *e, struct mk_buf *content)
{
	struct mk_item it;
	uint8_t raw[32];
	char hex[65];
	mk_act_line(content, "profile", mk_compiled_id(e->compiled));
	if (mk_find(op->req.body.data, op->req.body.len, MK_T_profile, &it)) {
		gcry_md_hash_buffer(GCRY_MD_SHA256, raw, it.p, it.len);
		mk_hex(raw, sizeof raw, hex);
		mk_act_line(content, "profile sha256", hex);
	}
	mk_act_line(content, "purpose", op->ev.purpose);
	mk_act_line(content, "destination", op->ev.reason);
	mk_act_line(content, "disk", op->ev.detail);
	hash_rows(e, hex);
	if (hex[0] == '\0')
		return MK_E_CRYPTO;
	mk_act_line(content, "rows sha256", hex);
	for (size_t i = 0; i < e->people.n; i++)
		if (!e->left_out[i])
			mk_act_subject(content, e->people.s[i].id.s);
	return mk_buf_error(content);
}

static int
second_person(struct op *op, const struct export *e, size_t rows)
{
	struct mk_buf content = MK_BUF_INIT;
	int r = describe(op, e, &content);
	if (r == 0)
		r = mk_op_second(op, rows, &content);
	mk_buf_free(&content);
	return r == MK_E_BUDGET ? mk_op_fail(op, r, "more than %u exports in a day",
				      op->v->limits[MK_LIMIT_export_day])
				: r;
}

int
mk_export_check_request(struct op *op)
{
	struct export *e = calloc(1, sizeof *e);
	if (e == NULL)
		return MK_E_NOMEM;
	op->state = e;
	op->state_free = export_free;
	e->fd = mk_msg_take_fd(&op->req, 0);
	if (e->fd < 0 && op->req.refused)
		return mk_op_fail(
		    op, MK_E_INPUT, "this kind of file system is not allowed for exports");
	if (e->fd < 0)
		return mk_op_fail(op, MK_E_USAGE, "the file is missing");
	int r = mk_op_ledger(op);
	if (r == 0)
		r = check_fd(op, e->fd);
	if (r == 0 && mk_op_has(op, MK_T_destination)) {
		r = mk_op_str(op, MK_T_destination, op->ev.reason, sizeof op->ev.reason);
		r = r < 0 ? r : mk_reason_check(op);
	}
	if (r == 0)
		r = take_profile(op, e);
	if (r == 0)
		r = take_purpose(op, e);
	if (r == 0)
		r = collect(op, e);
	if (r == 0)
		r = fetch_parents(op, e);
	if (r == 0)
		r = first_pass(op, e);
	if (r == 0)
		r = name_people(op, e);
	if (r < 0)
		return r;
	size_t rows = mk_export_rows(e->run);
	op->ev.count = rows;
	if (rows == 0)
		return mk_op_fail(op, MK_E_INPUT, "nobody to export: no number for this purpose");
	r = second_person(op, e, rows);
	return r < 0 ? r : mk_op_prove(op);
}

static int
write_row(struct op *op, struct export *e, size_t i, struct mk_buf *out)
{
	struct mk_export_row row;
	struct mk_secret *number = NULL;
	fill_row(e, &e->people.s[i], &row);
	int r = 0;
	if (row.has_number && mk_compiled_has_number(e->compiled))
		r = mk_ledger_number_get(op->ledger, &op->number_key, e->people.s[i].id.s, &number);
	row.number = number;
	if (r == 0)
		r = mk_export_row(e->run, &row, out);
	mk_secret_free(number);
	return r < 0 ? r : 0;
}

static int
flush_rows(struct export *e, gcry_md_hd_t md, struct mk_buf *out)
{
	int r = mk_buf_error(out);
	if (r == 0)
		r = mk_write_all(e->fd, out->data, out->len);
	gcry_md_write(md, out->data, out->len);
	mk_buf_reset(out);
	return r;
}

static int
write_file(struct op *op, struct export *e, char sha256[65])
{
	struct mk_buf out = MK_BUF_INIT;
	gcry_md_hd_t md;
	if (gcry_md_open(&md, GCRY_MD_SHA256, 0) != 0)
		return MK_E_CRYPTO;
	int r = mk_export_begin(e->run, &out);
	if (r == 0)
		r = flush_rows(e, md, &out);
	for (size_t i = 0; r == 0 && i < e->people.n; i++) {
		if (e->left_out[i])
			continue;
		r = write_row(op, e, i, &out);
		if (r == 0)
			r = flush_rows(e, md, &out);
	}
	if (r == 0)
		r = mk_export_end(e->run, &out);
	if (r == 0)
		r = flush_rows(e, md, &out);
	if (r == 0 && fsync(e->fd) < 0)
		r = mk_err_from_errno(errno);
	mk_hex(gcry_md_read(md, GCRY_MD_SHA256), 32, sha256);
	gcry_md_close(md);
	mk_buf_free(&out);
	return r;
}

int
mk_export_act_request(struct op *op)
{
	struct export *e = op->state;
	char sha256[65];
	int r = mk_spend(op);
	if (r == 0)
		r = write_file(op, e, sha256);
	if (r < 0) { /* nothing or all: what was written is cut away, the client removes the name */
		if (ftruncate(e->fd, 0) < 0)
			return MK_E_IO;
		return r;
	}
	mk_put_u64(&op->reply.body, MK_T_rows, mk_export_rows(e->run));
	mk_put_str(&op->reply.body, MK_T_sha256, sha256);
	memcpy(op->ev.sha256, sha256, sizeof op->ev.sha256);
	for (size_t i = 0; i < mk_export_change_count(e->run) && i < CHANGES_SHOWN &&
			   mk_export_change(e->run, i) != NULL;
	     i++) {
		struct mk_buf text = MK_BUF_INIT;
		mk_change_text(mk_export_change(e->run, i), &text);
		mk_put_str(&op->reply.body, MK_T_changed, mk_buf_str(&text));
		mk_buf_free(&text);
	}
	mk_buf_put(&op->reply.body, e->body.data, e->body.len);
	mk_put_u64(&op->reply.body, MK_T_count, e->skipped);
	if (e->cut)
		mk_put_str(&op->reply.body, MK_T_warning, "there are more than are listed here");
	char detail[MK_DETAIL];
	snprintf(detail, sizeof detail, "profile=%.64s %.40s", mk_compiled_id(e->compiled),
	    op->ev.detail);
	memcpy(op->ev.detail, detail, sizeof detail);
	return mk_buf_error(&op->reply.body);
}
