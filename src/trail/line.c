/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line: its only accepted form, its leaf and its link. There is no canonical JSON; the body is
 * the bytes between `"body":` and the line's last brace.
 */
#include <gcrypt.h>
#include <inttypes.h>
#include <string.h>

#include "chain_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/str.h"

struct cursor {
	const char *p;
	size_t left;
};

static bool
take(struct cursor *c, const char *literal)
{
	size_t n = strlen(literal);
	if (c->left < n || memcmp(c->p, literal, n) != 0)
		return false;
	c->p += n;
	c->left -= n;
	return true;
}

/* One more than a digit's value; 0 for none. Lower-case only: one line has one form. */
static const uint8_t digit[256] = {['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    ['a'] = 11,
    ['b'] = 12,
    ['c'] = 13,
    ['d'] = 14,
    ['e'] = 15,
    ['f'] = 16};

/* Without a branch per digit: this loop is most of a verifier's work beside the hashing. */
static bool
take_hex(struct cursor *c, uint8_t *out, size_t len)
{
	bool bad = false;
	if (c->left < 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned h = digit[(unsigned char)c->p[2 * i]];
		unsigned l = digit[(unsigned char)c->p[2 * i + 1]];
		bad |= (h == 0) | (l == 0);
		out[i] = (uint8_t)((h - 1) << 4 | ((l - 1) & 15));
	}
	c->p += 2 * len;
	c->left -= 2 * len;
	return !bad;
}

/* 1..INT64_MAX (0 too when zero is true), no leading zero. */
static bool
take_number(struct cursor *c, bool zero, uint64_t *out)
{
	uint64_t v = 0;
	size_t n = 0;
	while (n < c->left && n < 19 && c->p[n] >= '0' && c->p[n] <= '9')
		v = v * 10 + (uint64_t)(c->p[n++] - '0');
	if (n == 0 || (c->p[0] == '0' && (n > 1 || !zero)) || v > INT64_MAX)
		return false;
	c->p += n;
	c->left -= n;
	*out = v;
	return true;
}

static bool
plain_bytes(const char *s, size_t len)
{
	bool bad = false;
	for (size_t i = 0; i < len; i++)
		bad |= (unsigned char)s[i] < 0x20;
	return !bad;
}

int
mk_line_parse(const char *s, size_t len, struct mk_line *out)
{
	struct cursor c = {s, len};
	struct mk_line l;
	memset(&l, 0, sizeof l);
	if (len + 1 > MK_LINE_MAX || !take(&c, "{\"seq\":") || !take_number(&c, false, &l.seq))
		return MK_E_INPUT;
	l.purged = !take(&c, ",\"salt\":\"");
	if (!l.purged && (!take_hex(&c, l.salt, sizeof l.salt) || !take(&c, "\"")))
		return MK_E_INPUT;
	if (!take(&c, ",\"leaf\":\"") || !take_hex(&c, l.leaf, sizeof l.leaf) ||
	    !take(&c, "\",\"link\":\"") || !take_hex(&c, l.link, sizeof l.link) || !take(&c, "\""))
		return MK_E_INPUT;
	if (!l.purged) {
		if (!take(&c, ",\"body\":") || c.left < 3)
			return MK_E_INPUT;
		l.body = c.p;
		l.body_len = c.left - 1;
		if (l.body[0] != '{' || l.body[l.body_len - 1] != '}' ||
		    !plain_bytes(l.body, l.body_len))
			return MK_E_INPUT;
		c.p += l.body_len;
		c.left = 1;
	}
	if (!take(&c, "}") || c.left != 0)
		return MK_E_INPUT;
	*out = l;
	return 0;
}

void
mk_line_format(const struct mk_line *l, struct mk_buf *out)
{
	char hex[2 * MK_HASH_LEN + 1];
	mk_buf_printf(out, "{\"seq\":%" PRIu64, l->seq);
	if (!l->purged) {
		mk_hex(l->salt, sizeof l->salt, hex);
		mk_buf_printf(out, ",\"salt\":\"%s\"", hex);
	}
	mk_hex(l->leaf, sizeof l->leaf, hex);
	mk_buf_printf(out, ",\"leaf\":\"%s\"", hex);
	mk_hex(l->link, sizeof l->link, hex);
	mk_buf_printf(out, ",\"link\":\"%s\"", hex);
	if (!l->purged) {
		mk_buf_puts(out, ",\"body\":");
		mk_buf_put(out, l->body, l->body_len);
	}
	mk_buf_puts(out, "}\n");
}

int
mk_line_leaf(const struct mk_line *l, uint8_t out[MK_HASH_LEN])
{
	static const uint8_t tag = 0x00;
	gcry_buffer_t part[3];
	memset(part, 0, sizeof part);
	part[0].data = (void *)(uintptr_t)&tag;
	part[0].len = 1;
	part[1].data = (void *)(uintptr_t)l->salt;
	part[1].len = sizeof l->salt;
	part[2].data = (void *)(uintptr_t)l->body;
	part[2].len = l->body_len;
	return gcry_md_hash_buffers(GCRY_MD_SHA256, 0, out, part, 3) == 0 ? 0 : MK_E_CRYPTO;
}

int
mk_line_link(const uint8_t prev[MK_HASH_LEN], uint64_t seq, const uint8_t leaf[MK_HASH_LEN],
    uint8_t out[MK_HASH_LEN])
{
	uint8_t in[1 + MK_HASH_LEN + 8 + MK_HASH_LEN];
	in[0] = 0x02;
	memcpy(in + 1, prev, MK_HASH_LEN);
	for (size_t i = 0; i < 8; i++)
		in[1 + MK_HASH_LEN + i] = (uint8_t)(seq >> (56 - 8 * i));
	memcpy(in + 1 + MK_HASH_LEN + 8, leaf, MK_HASH_LEN);
	gcry_md_hash_buffer(GCRY_MD_SHA256, out, in, sizeof in);
	return 0;
}

int
mk_line_check(const struct mk_line *l, const uint8_t prev[MK_HASH_LEN], bool *leaf)
{
	uint8_t want[MK_HASH_LEN];
	*leaf = false;
	if (!l->purged) {
		if (mk_line_leaf(l, want) < 0)
			return MK_E_CRYPTO;
		*leaf = memcmp(want, l->leaf, sizeof want) != 0;
	}
	if (*leaf)
		return MK_E_TAMPERED;
	mk_line_link(prev, l->seq, l->leaf, want);
	return memcmp(want, l->link, sizeof want) == 0 ? 0 : MK_E_TAMPERED;
}

#define GENESIS_HEAD "{\"kind\":\"genesis\",\"time\":\""
#define CHECKPOINT_HEAD "{\"kind\":\"checkpoint\",\"time\":\""
#define TIME_LEN (MK_TIME_MAX - 1)

enum mk_body_kind
mk_body_kind(const char *body, size_t len)
{
	struct cursor c = {body, len};
	if (take(&c, "{\"kind\":\"genesis\""))
		return MK_BODY_GENESIS;
	return take(&c, "{\"kind\":\"checkpoint\"") ? MK_BODY_CHECKPOINT : MK_BODY_OTHER;
}

static bool
take_time(struct cursor *c, char out[MK_TIME_MAX])
{
	int64_t t;
	if (c->left < TIME_LEN)
		return false;
	memcpy(out, c->p, TIME_LEN);
	out[TIME_LEN] = '\0';
	c->p += TIME_LEN;
	c->left -= TIME_LEN;
	return mk_time_parse(out, &t) == 0;
}

bool
mk_body_time(const char *body, size_t len, char out[MK_TIME_MAX])
{
	struct cursor c = {body, len};
	char time[MK_TIME_MAX];
	if (!take(&c, "{\"kind\":\""))
		return false;
	while (c.left > 0 && *c.p >= 'a' && *c.p <= 'z') {
		c.p++;
		c.left--;
	}
	if (!take(&c, "\",\"time\":\"") || !take_time(&c, time) || !take(&c, "\""))
		return false;
	memcpy(out, time, sizeof time);
	return true;
}

bool
mk_vault_valid(const char *vault)
{
	size_t n = strspn(vault, "0123456789abcdefghijklmnopqrstuvwxyz-");
	return n > 0 && n < MK_TRAIL_VAULT_MAX && vault[n] == '\0';
}

int
mk_genesis_parse(const char *body, size_t len, struct mk_genesis *out)
{
	struct cursor c = {body, len};
	char time[MK_TIME_MAX];
	struct mk_genesis g;
	memset(&g, 0, sizeof g);
	if (!take(&c, GENESIS_HEAD) || !take_time(&c, time) ||
	    !take(&c, "\",\"format\":1,\"vault\":\""))
		return MK_E_INPUT;
	size_t n = 0;
	while (n < c.left && c.p[n] != '"')
		n++;
	if (n >= sizeof g.vault)
		return MK_E_INPUT;
	memcpy(g.vault, c.p, n);
	c.p += n;
	c.left -= n;
	if (!mk_vault_valid(g.vault) || !take(&c, "\",\"key\":\"") ||
	    !take_hex(&c, g.key, sizeof g.key) || !take(&c, "\"}") || c.left != 0)
		return MK_E_INPUT;
	*out = g;
	return 0;
}

void
mk_genesis_format(const struct mk_genesis *g, int64_t now, struct mk_buf *out)
{
	char time[MK_TIME_MAX], hex[2 * MK_SIGN_PUB + 1];
	mk_time_format(now, time);
	mk_hex(g->key, sizeof g->key, hex);
	mk_buf_printf(out, GENESIS_HEAD "%s\",\"format\":1,\"vault\":\"%s\",\"key\":\"%s\"}", time,
	    g->vault, hex);
}

int
mk_genesis_fingerprint(const uint8_t key[MK_SIGN_PUB], char out[MK_TRAIL_HEX])
{
	static const char label[] = "mynakura genesis";
	uint8_t in[sizeof label - 1 + MK_SIGN_PUB], digest[MK_HASH_LEN];
	memcpy(in, label, sizeof label - 1);
	memcpy(in + sizeof label - 1, key, MK_SIGN_PUB);
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, in, sizeof in);
	mk_hex(digest, sizeof digest, out);
	return 0;
}

#define NEXT_LITERAL ",\"next\":\""
#define SIG_LITERAL ",\"sig\":\""
#define SIG_MEMBER (sizeof SIG_LITERAL - 1 + 2 * MK_SIGN_LEN + 1)
#define NEXT_MEMBER (sizeof NEXT_LITERAL - 1 + 2 * MK_SIGN_PUB + 1)

int
mk_checkpoint_parse(const char *body, size_t len, struct mk_checkpoint *out)
{
	struct cursor c = {body, len};
	struct mk_checkpoint k;
	char time[MK_TIME_MAX];
	memset(&k, 0, sizeof k);
	if (!take(&c, CHECKPOINT_HEAD) || !take_time(&c, time) || !take(&c, "\",\"index\":") ||
	    !take_number(&c, true, &k.index) || c.left < NEXT_MEMBER + SIG_MEMBER + 1 ||
	    *c.p != ',')
		return MK_E_INPUT;
	c.p = body + len - (NEXT_MEMBER + SIG_MEMBER + 1);
	c.left = NEXT_MEMBER + SIG_MEMBER + 1;
	if (!take(&c, NEXT_LITERAL) || !take_hex(&c, k.next, sizeof k.next) || !take(&c, "\""))
		return MK_E_INPUT;
	k.head_len = (size_t)(c.p - body);
	if (!take(&c, SIG_LITERAL) || !take_hex(&c, k.sig, sizeof k.sig) || !take(&c, "\"}"))
		return MK_E_INPUT;
	*out = k;
	return 0;
}

int
mk_checkpoint_message(const char *vault, uint64_t seq, const uint8_t prev[MK_HASH_LEN],
    const uint8_t salt[MK_SALT_LEN], const char *head, size_t head_len, struct mk_buf *out)
{
	static const char label[] = "mynakura checkpoint";
	uint8_t digest[MK_HASH_LEN];
	gcry_buffer_t part[2];
	memset(part, 0, sizeof part);
	part[0].data = (void *)(uintptr_t)salt;
	part[0].len = MK_SALT_LEN;
	part[1].data = (void *)(uintptr_t)head;
	part[1].len = head_len;
	if (gcry_md_hash_buffers(GCRY_MD_SHA256, 0, digest, part, 2) != 0)
		return MK_E_CRYPTO;
	mk_buf_put(out, label, sizeof label); /* with its NUL */
	mk_buf_put(out, vault, strlen(vault) + 1);
	mk_buf_put_u64(out, seq);
	mk_buf_put(out, prev, MK_HASH_LEN);
	mk_buf_put(out, digest, sizeof digest);
	return mk_buf_error(out);
}

int
mk_checkpoint_verify(const struct mk_line *l, const struct mk_checkpoint *c, const char *vault,
    const uint8_t prev[MK_HASH_LEN], const uint8_t key[MK_SIGN_PUB])
{
	struct mk_buf msg = MK_BUF_INIT;
	int r = mk_checkpoint_message(vault, l->seq, prev, l->salt, l->body, c->head_len, &msg);
	if (r == 0)
		r = mk_sign_verify(key, msg.data, msg.len, c->sig);
	mk_buf_free(&msg);
	return r;
}
