/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reading process answered, checked as if an enemy had written it; and the small things
 * around pictures.
 */
#include "mynakura/wire/read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/time.h"
#include "mynakura/base/utf8.h"
#include "mynakura/model/number.h"
#include "mynakura/wire/chan.h"

static const struct {
	const char *code, *words;
} warnings[] = {
#define X(code, words) {#code, words},
    MK_READ_WARNING_TABLE(X)
#undef X
};

const char *
mk_read_warning_code(unsigned w)
{
	return w < MK_RW_COUNT ? warnings[w].code : NULL;
}

const char *
mk_read_warning_words(unsigned w)
{
	return w < MK_RW_COUNT ? warnings[w].words : NULL;
}

const char *
mk_read_warning_find(const char *warning)
{
	size_t n = strcspn(warning, ":");
	const char *code;
	for (unsigned w = 0; (code = mk_read_warning_code(w)) != NULL; w++)
		if (strlen(code) == n && memcmp(code, warning, n) == 0)
			return mk_read_warning_words(w);
	return NULL;
}

/* Twelve digits, nothing else. */
static bool
take_digits(const struct mk_item *it, char out[13])
{
	if (it->len != MK_NUMBER_LEN)
		return false;
	for (size_t i = 0; i < it->len; i++)
		if (it->p[i] < '0' || it->p[i] > '9')
			return false;
	memcpy(out, it->p, MK_NUMBER_LEN);
	out[MK_NUMBER_LEN] = '\0';
	return true;
}

static bool
take_text(const struct mk_item *it, char *out, size_t cap)
{
	if (it->len >= cap || mk_text_check((const char *)it->p, it->len, NULL) < 0)
		return false;
	memcpy(out, it->p, it->len);
	out[it->len] = '\0';
	return true;
}

static bool
take_box(const void *p, size_t len, uint32_t width, uint32_t height, struct mk_read_box *out)
{
	uint64_t x = mk_get_u64(p, len, MK_T_x, 0), y = mk_get_u64(p, len, MK_T_y, 0);
	uint64_t w = mk_get_u64(p, len, MK_T_width, 0), h = mk_get_u64(p, len, MK_T_height, 0);
	uint64_t right = width != 0 ? width : MK_READ_SIDE_MAX,
		 bottom = height != 0 ? height : MK_READ_SIDE_MAX;
	if (x > right || w > right - x || y > bottom || h > bottom - y || (w == 0) != (h == 0))
		return false;
	*out = (struct mk_read_box){(uint32_t)x, (uint32_t)y, (uint32_t)w, (uint32_t)h};
	return true;
}

static bool
is_layout(const char *s)
{
	static const char *const known[] = {
	    "card-back", "card-front", "tsuchi", "juminhyo", "unknown"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(s, known[i]) == 0)
			return true;
	return false;
}

static struct mk_read_field *
field_named(struct mk_reading *r, const char *name)
{
	const struct {
		const char *name;
		struct mk_read_field *f;
	} rows[] = {{"name", &r->name}, {"kana", &r->kana}, {"address", &r->address},
	    {"birth", &r->birth}, {"sex", &r->sex}, {"expires", &r->expires}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].f;
	return NULL;
}

static bool
value_fits(const struct mk_reading *r, const struct mk_read_field *f)
{
	struct mk_date d;
	if (f == &r->birth || f == &r->expires)
		return mk_date_parse(f->value, &d) == 0;
	if (f == &r->sex)
		return strcmp(f->value, "male") == 0 || strcmp(f->value, "female") == 0;
	return true;
}

static bool
take_field(const struct mk_item *it, uint32_t width, uint32_t height, struct mk_reading *r)
{
	char name[16];
	struct mk_item value;
	if (mk_get_str(it->p, it->len, MK_T_field, name, sizeof name) < 0)
		return false;
	if (strcmp(name, "number") == 0)
		return take_box(it->p, it->len, width, height, &r->number_box);
	struct mk_read_field *f = field_named(r, name);
	uint64_t confidence = mk_get_u64(it->p, it->len, MK_T_confidence, 0);
	if (f == NULL || f->value[0] != '\0' || confidence > 1000 ||
	    !mk_find(it->p, it->len, MK_T_value, &value))
		return false;
	f->confidence = (unsigned)confidence;
	return take_text(&value, f->value, sizeof f->value) && f->value[0] != '\0' &&
	       value_fits(r, f) && take_box(it->p, it->len, width, height, &f->box);
}

static bool
take_item(const struct mk_item *it, uint32_t width, uint32_t height, struct mk_reading *r)
{
	uint64_t v = it->type == MK_TYPE_U64 ? mk_item_u64(it) : 0;
	switch (it->tag) {
	case MK_T_layout:
		return take_text(it, r->layout, sizeof r->layout) && is_layout(r->layout);
	case MK_T_rotation:
		r->rotation = (unsigned)v;
		return v <= 270 && v % 90 == 0;
	case MK_T_number:
		return take_digits(it, r->number);
	case MK_T_qr:
		return take_digits(it, r->qr);
	case MK_T_ocr:
		return take_digits(it, r->ocr);
	case MK_T_certain:
		r->certain = it->p[0] != 0;
		return true;
	case MK_T_check:
		r->check = it->p[0] != 0;
		return true;
	case MK_T_confidence:
		r->confidence = (unsigned)v;
		return v <= 1000;
	case MK_T_candidate:
		return r->candidate_count < MK_READ_CANDIDATES &&
		       take_digits(it, r->candidates[r->candidate_count++]);
	case MK_T_warning:
		return r->warning_count < MK_READ_WARNINGS &&
		       take_text(it, r->warnings[r->warning_count], sizeof r->warnings[0]) &&
		       r->warning_count++ < SIZE_MAX;
	case MK_T_item:
		return take_field(it, width, height, r);
	case MK_T_x:
	case MK_T_y:
	case MK_T_width:
	case MK_T_height:
		return true; /* together, as a box */
	default:
		return false;
	}
}

/* What the fields say of each other: `certain` and `check` are derived again, never believed. */
static bool
consistent(const struct mk_reading *r)
{
	bool check = r->number[0] != '\0' && mk_number_valid(r->number);
	bool qr = r->qr[0] == '\0' || strcmp(r->qr, r->number) == 0;
	bool ocr = strcmp(r->ocr, r->number) == 0;
	return r->layout[0] != '\0' && r->check == check && (!r->certain || (check && qr && ocr));
}

int
mk_reading_parse(
    const void *record, size_t len, uint32_t width, uint32_t height, struct mk_reading *out)
{
	struct mk_rd rd;
	struct mk_item it;
	int n;
	bool good = mk_items_check(record, len) == 0;
	memset(out, 0, sizeof *out);
	mk_rd_init(&rd, record, len);
	while (good && (n = mk_item_next(&rd, &it)) != 0)
		good = n > 0 && take_item(&it, width, height, out);
	if (good && take_box(record, len, width, height, &out->card) && consistent(out))
		return 0;
	mk_reading_wipe(out);
	return MK_E_READER;
}

void
mk_reading_wipe(struct mk_reading *r)
{
	mk_wipe(r, sizeof *r);
}

void
mk_readings_free(struct mk_readings *r)
{
	for (size_t i = 0; r->records != NULL && i < r->count; i++)
		mk_buf_free(&r->records[i]);
	if (r->items != NULL)
		mk_wipe(r->items, MK_READ_ITEMS * sizeof *r->items);
	free(r->items);
	free(r->records);
	memset(r, 0, sizeof *r);
}

void
mk_raster_free(struct mk_raster *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

int
mk_raster_copy(const struct mk_raster *r, struct mk_read_box box, struct mk_buf *out)
{
	const void *map;
	size_t len;
	if (box.width == 0)
		box = (struct mk_read_box){0, 0, r->width, r->height};
	if (box.x > r->width || box.width > r->width - box.x || box.y > r->height ||
	    box.height > r->height - box.y)
		return MK_E_INPUT;
	int e = mk_memfd_map(r->fd, MK_RASTER_MAX, &map, &len);
	if (e < 0)
		return e;
	if (len != (size_t)r->width * r->height)
		e = MK_E_PROTOCOL;
	for (uint32_t y = 0; e == 0 && y < box.height; y++)
		mk_buf_put(
		    out, (const uint8_t *)map + (size_t)(box.y + y) * r->width + box.x, box.width);
	munmap((void *)(uintptr_t)map, len);
	return e < 0 ? e : mk_buf_error(out);
}
