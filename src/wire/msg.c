/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items of a message: putting, walking, checking. */
#include "mynakura/wire/msg.h"

#include <string.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"

struct tag_row {
	const char *name;
	enum mk_type type;
};

static const struct tag_row tags[] = {
#define X(number, name, type) [number] = {#name, MK_TYPE_##type},
    MK_TAG_TABLE(X)
#undef X
};

const char *
mk_tag_name(unsigned tag)
{
	return tag < sizeof tags / sizeof tags[0] ? tags[tag].name : NULL;
}

int
mk_tag_type(unsigned tag)
{
	return mk_tag_name(tag) == NULL ? -1 : (int)tags[tag].type;
}

void
mk_msg_init(struct mk_msg *m, uint16_t type, uint32_t id)
{
	memset(m, 0, sizeof *m);
	m->type = type;
	m->id = id;
	m->refused = false;
	mk_buf_init(&m->body);
	for (size_t i = 0; i < MK_MSG_FDS; i++)
		m->fds[i] = -1;
}

void
mk_msg_free(struct mk_msg *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->nfds = 0;
	mk_buf_free(&m->body);
}

int
mk_msg_take_fd(struct mk_msg *m, size_t i)
{
	if (i >= m->nfds)
		return -1;
	int fd = m->fds[i];
	m->fds[i] = -1;
	return fd;
}

void
mk_put_bytes(struct mk_buf *b, unsigned tag, const void *data, size_t len)
{
	if (len > UINT16_MAX) {
		b->failed = true;
		return;
	}
	mk_buf_put_u16(b, (uint16_t)tag);
	mk_buf_put_u16(b, (uint16_t)len);
	mk_buf_put(b, data, len);
}

void
mk_put_str(struct mk_buf *b, unsigned tag, const char *s)
{
	if (s != NULL)
		mk_put_bytes(b, tag, s, strlen(s));
}

void
mk_put_u64(struct mk_buf *b, unsigned tag, uint64_t v)
{
	mk_buf_put_u16(b, (uint16_t)tag);
	mk_buf_put_u16(b, 8);
	mk_buf_put_u64(b, v);
}

void
mk_put_i64(struct mk_buf *b, unsigned tag, int64_t v)
{
	mk_put_u64(b, tag, (uint64_t)v);
}

void
mk_put_bool(struct mk_buf *b, unsigned tag, bool v)
{
	uint8_t one = v ? 1 : 0;
	mk_put_bytes(b, tag, &one, 1);
}

void
mk_put_rec(struct mk_buf *b, unsigned tag, const struct mk_buf *items)
{
	if (items->failed)
		b->failed = true;
	mk_put_bytes(b, tag, items->data, items->len);
}

static bool
text_ok(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode((const char *)p + i, len - i, &cp);
		if (n == 0 || cp == 0)
			return false;
		i += n;
	}
	return true;
}

static bool
value_ok(int type, const uint8_t *p, size_t len)
{
	switch (type) {
	case MK_TYPE_U64:
	case MK_TYPE_I64:
		return len == 8;
	case MK_TYPE_BOOL:
		return len == 1 && p[0] <= 1;
	case MK_TYPE_STR:
	case MK_TYPE_SECRET:
		return text_ok(p, len);
	default:
		return true;
	}
}

int
mk_item_next(struct mk_rd *rd, struct mk_item *out)
{
	if (rd->failed)
		return MK_E_PROTOCOL;
	if (rd->left == 0)
		return 0;
	unsigned tag = mk_rd_u16(rd);
	size_t len = mk_rd_u16(rd);
	const uint8_t *p = mk_rd_bytes(rd, len);
	int type = mk_tag_type(tag);
	if (p == NULL || type < 0 || !value_ok(type, p, len))
		return MK_E_PROTOCOL;
	out->tag = tag;
	out->type = type;
	out->p = p;
	out->len = len;
	return 1;
}

static int
check_depth(const void *body, size_t len, unsigned depth)
{
	struct mk_rd rd;
	struct mk_item it;
	int r;
	mk_rd_init(&rd, body, len);
	while ((r = mk_item_next(&rd, &it)) > 0) {
		if (it.type == MK_TYPE_REC &&
		    (depth == 0 || check_depth(it.p, it.len, depth - 1) < 0))
			return MK_E_PROTOCOL;
	}
	return r;
}

int
mk_items_check(const void *body, size_t len)
{
	return check_depth(body, len, 4);
}

bool
mk_find(const void *body, size_t len, unsigned tag, struct mk_item *out)
{
	struct mk_rd rd;
	struct mk_item it;
	mk_rd_init(&rd, body, len);
	while (mk_item_next(&rd, &it) > 0) {
		if (it.tag == tag) {
			*out = it;
			return true;
		}
	}
	return false;
}

uint64_t
mk_item_u64(const struct mk_item *it)
{
	struct mk_rd rd;
	mk_rd_init(&rd, it->p, it->len);
	return mk_rd_u64(&rd);
}

uint64_t
mk_get_u64(const void *body, size_t len, unsigned tag, uint64_t missing)
{
	struct mk_item it;
	return mk_find(body, len, tag, &it) ? mk_item_u64(&it) : missing;
}

int64_t
mk_get_i64(const void *body, size_t len, unsigned tag, int64_t missing)
{
	return (int64_t)mk_get_u64(body, len, tag, (uint64_t)missing);
}

bool
mk_get_bool(const void *body, size_t len, unsigned tag, bool missing)
{
	struct mk_item it;
	return mk_find(body, len, tag, &it) ? it.p[0] != 0 : missing;
}

int
mk_get_str(const void *body, size_t len, unsigned tag, char *out, size_t cap)
{
	struct mk_item it;
	out[0] = '\0';
	if (!mk_find(body, len, tag, &it))
		return MK_E_NOT_FOUND;
	if (it.len >= cap)
		return MK_E_TOO_BIG;
	memcpy(out, it.p, it.len);
	out[it.len] = '\0';
	return 0;
}
