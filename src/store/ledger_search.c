/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search while typing: the folded names, kana and codes of a ledger in list order, in one buffer in
 * memory, so that an answer costs a walk over a few megabytes and not the decoding of every row.
 * It lives and dies with the open ledger (the page cache holds the same text), is made at the first
 * search and again after a commit, and is wiped.
 */
#include "ledger_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/store/db.h"

static const char sql_search_all[] = "SELECT id, find FROM subject ORDER BY sort, name, id";

struct mk_ledger_search {
	uint64_t commits; /* of the ledger when it was made */
	struct mk_buf text; /* each row's text and a NUL */
	struct mk_buf rows; /* struct place, in list order */
};

struct place {
	char id[MK_ID_LEN];
	uint32_t at; /* offset in text */
};

void
mk_search_free(struct mk_ledger_search *s)
{
	if (s == NULL)
		return;
	mk_buf_free(&s->text);
	mk_buf_free(&s->rows);
	free(s);
}

static size_t
count_of(const struct mk_ledger_search *s)
{
	return s->rows.len / sizeof(struct place);
}

static const struct place *
place_at(const struct mk_ledger_search *s, size_t i)
{
	return (const struct place *)(const void *)s->rows.data + i;
}

static int
add_row(struct mk_ledger_search *s, const char *id, const char *find)
{
	struct place p = {.at = (uint32_t)s->text.len};
	if (strlen(id) != MK_ID_LEN)
		return MK_E_DAMAGED;
	if (s->text.len > UINT32_MAX - MK_FIND_MAX)
		return MK_E_TOO_BIG;
	memcpy(p.id, id, MK_ID_LEN);
	mk_buf_put(&s->text, find, strlen(find) + 1);
	mk_buf_put(&s->rows, &p, sizeof p);
	return 0;
}

static int
fill(struct mk_ledger *l, struct mk_ledger_search *s)
{
	struct sqlite3_stmt *st = NULL;
	int r = mk_stmt(l->db, sql_search_all, &st);
	while (r == 0 && (r = mk_step(l->db, st)) == 1)
		r = add_row(s, mk_col_text(st, 0), mk_col_text(st, 1));
	mk_stmt_reset(st);
	if (r == 0)
		r = mk_buf_error(&s->text);
	return r == 0 ? mk_buf_error(&s->rows) : r;
}

int
mk_search_ready(struct mk_ledger *l)
{
	if (l->search != NULL && l->search->commits == l->commits && !l->writing)
		return 0;
	mk_search_free(l->search);
	l->search = NULL;
	struct mk_ledger_search *s = calloc(1, sizeof *s);
	if (s == NULL)
		return MK_E_NOMEM;
	mk_buf_init(&s->text);
	mk_buf_init(&s->rows);
	/* What is read inside a transaction may be rolled back. */
	s->commits = l->writing ? UINT64_MAX : l->commits;
	int r = fill(l, s);
	if (r < 0)
		mk_search_free(s);
	else
		l->search = s;
	return r;
}

/* The row that holds an offset of the text. */
static size_t
row_of(const struct mk_ledger_search *s, size_t at)
{
	size_t low = 0, high = count_of(s);
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;
		if (place_at(s, mid)->at <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool
row_has_all(const struct mk_ledger_search *s, size_t row, const struct mk_ledger_words *w)
{
	const char *text = (const char *)s->text.data + place_at(s, row)->at;
	size_t len = strlen(text);
	for (size_t i = 0; i < w->n; i++)
		if (memmem(text, len, w->word[i].data, w->word[i].len) == NULL)
			return false;
	return true;
}

/* The longest word is the rarest. */
static const struct mk_buf *
rarest(const struct mk_ledger_words *w)
{
	const struct mk_buf *best = &w->word[0];
	for (size_t i = 1; i < w->n; i++)
		if (w->word[i].len > best->len)
			best = &w->word[i];
	return best;
}

size_t
mk_search_next(struct mk_ledger *l, const struct mk_ledger_words *w, size_t from)
{
	const struct mk_ledger_search *s = l->search;
	const struct mk_buf *word = rarest(w);
	while (from < count_of(s)) {
		const uint8_t *start = s->text.data + place_at(s, from)->at;
		const uint8_t *hit = memmem(
		    start, s->text.len - (size_t)(start - s->text.data), word->data, word->len);
		if (hit == NULL)
			break;
		from = row_of(s, (size_t)(hit - s->text.data));
		if (row_has_all(s, from, w))
			return from;
		from++;
	}
	return MK_SEARCH_END;
}

void
mk_search_id(const struct mk_ledger *l, size_t row, struct mk_id *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->s, place_at(l->search, row)->id, MK_ID_LEN);
}

size_t
mk_search_after(const struct mk_ledger *l, const char *id)
{
	size_t n = count_of(l->search);
	for (size_t i = 0; *id != '\0' && i < n; i++)
		if (memcmp(place_at(l->search, i)->id, id, MK_ID_LEN) == 0)
			return i + 1;
	return *id == '\0' ? 0 : MK_SEARCH_END;
}
