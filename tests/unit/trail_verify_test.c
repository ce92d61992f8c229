/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the verifier says to every kind of edit at several places. With TRAIL_OUT=DIR the trails
 * stay there, each with its verdict, for tests/integration/verify.sh to show to both verifiers.
 */
#include "trail_kit.h"

/* Of tests/vectors/trail/small. */
#define FROZEN_HEAD "97b25030d384a9b5ed1e21097dbc624cf7e541a0411fd83560d613106833b451"
#define FROZEN_SLIP "jys50c6kgjmvbv8y444q"
#define FROZEN_FINGERPRINT "27a458011c44a4623674c6dba1f5832c9bdd695d473aee91d37020fbf5a0ded0"

static char root[256];
static bool keep; /* TRAIL_OUT */
static struct kit_trail base, t;
static char last_head[MK_TRAIL_HEX], fingerprint[MK_TRAIL_HEX];
static unsigned vectors;

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
event(
    struct mk_trail *w, enum mk_event_kind kind, enum mk_action action, int64_t time, uint64_t ref)
{
	static const char *const subjects[] = {"s0123456789abc", "s0123456789abd"};
	struct mk_event e;
	memset(&e, 0, sizeof e);
	e.kind = kind;
	e.action = action;
	e.time = time;
	e.actor = "m0123456789abc";
	e.role = "clerk";
	e.subjects = subjects;
	e.n_subjects = 2;
	e.reason = "年末調整";
	e.ref = ref;
	assert_int_equal(mk_trail_append(w, &e, false, NULL, NULL), 0);
}

static void
checkpoint(struct mk_trail *w, int64_t time)
{
	assert_int_equal(mk_trail_checkpoint(w, time, NULL, 0, -1, NULL, NULL), 0);
}

/* Three months, each with acts between checkpoints; the last ends with four entries after one. */
static void
make_base(const char *dir)
{
	struct mk_trail *w = NULL;
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, KIT_NOW, &w), 0);
	for (int64_t month = 0; month < 3; month++) {
		int64_t time = KIT_NOW + month * 31 * 86400;
		event(w, MK_EV_EVENT, MK_A_start, time, 0);
		checkpoint(w, time + 1);
		for (int i = 0; i < 6; i++) {
			char head[MK_TRAIL_HEX];
			event(w, MK_EV_INTENT, MK_A_reveal, time + 10 + i, 0);
			event(w, MK_EV_OUTCOME, MK_A_reveal, time + 10 + i, mk_trail_head(w, head));
		}
		checkpoint(w, time + 100);
		for (int i = 0; i < 4; i++)
			event(w, MK_EV_EVENT, MK_A_subject_list, time + 200 + i, 0);
	}
	mk_trail_head(w, last_head);
	memcpy(fingerprint, mk_trail_fingerprint(w), sizeof fingerprint);
	assert_int_equal(mk_trail_close(w), 0);
}

static int
setup_all(void **state)
{
	char dir[300];
	const char *out = getenv("TRAIL_OUT"), *tmp = getenv("TMPDIR");
	(void)state;
	keep = out != NULL && out[0] != '\0';
	if (keep)
		snprintf(root, sizeof root, "%s", out);
	else
		snprintf(root, sizeof root, "%s/mk-verify-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (!keep && mkdtemp(root) == NULL)
		return -1;
	snprintf(dir, sizeof dir, "%s/base.trail", root);
	make_base(dir);
	kit_read(&base, dir);
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int
teardown_all(void **state)
{
	(void)state;
	kit_clear(&base);
	kit_clear(&t);
	return keep ? 0 : nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes the edited trail out, asks the verifier, and compares. bad 0: the trail is whole. */
static void
expect_written(const char *dir, const char *why, uint64_t bad, const char *head, const char *key)
{
	struct mk_verify_options opt = {head, key};
	struct mk_verify_result r;
	char text[600];
	assert_int_equal(mk_trail_verify(dir, &opt, &r), 0);
	if (strcmp(mk_why_code(r.why), why) != 0 || r.bad != bad)
		print_error("%s: %s at %" PRIu64 ", wanted %s at %" PRIu64 "\n", dir,
		    mk_why_code(r.why), r.bad, why, bad);
	assert_string_equal(mk_why_code(r.why), why);
	assert_int_equal(r.bad, bad);
	assert_int_equal(mk_verify_error(&r), r.why == MK_WHY_ok     ? 0
					      : r.why == MK_WHY_torn ? MK_E_TORN
								     : MK_E_TAMPERED);
	if (bad != 0)
		assert_int_equal(r.entries, bad - 1);
	vectors++;
	snprintf(text, sizeof text, "%s\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t%s\n", why, bad,
	    r.entries, r.head, head == NULL ? "" : head, key == NULL ? "" : key);
	char name[600];
	snprintf(name, sizeof name, "%s.expect", strrchr(dir, '/') + 1);
	kit_write_file(root, name, text, strlen(text), O_TRUNC);
}

static void
expect_with(const char *name, const char *why, uint64_t bad, const char *head, const char *key)
{
	char dir[512];
	snprintf(dir, sizeof dir, "%s/%s", root, name);
	kit_write(&t, dir);
	expect_written(dir, why, bad, head, key);
}

static void
expect_at(const char *name, size_t at, const char *why, uint64_t bad)
{
	char full[128];
	snprintf(full, sizeof full, "%s-%zu", name, at + 1);
	expect_with(full, why, bad, NULL, NULL);
}

/* First, second, the end of the first segment and around, a checkpoint, the middle, the end. */
static size_t
places(size_t out[16])
{
	size_t n = 0, second = 0;
	while (base.line[second].segment == 0)
		second++;
	const size_t all[] = {0, 1, 2, 7, second - 1, second, second + 1, base.n / 2,
	    kit_find(&base, base.n / 2, "\"checkpoint\""), base.n - 5, base.n - 2, base.n - 1};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		out[n++] = all[i];
	return n;
}

static void
test_whole(void **state)
{
	(void)state;
	char slip[MK_TRAIL_SLIP_MAX], odd[64], mid[MK_TRAIL_HEX], key[MK_TRAIL_HEX];
	struct mk_line l;
	struct mk_genesis g;
	assert_int_equal(base.n, 60);
	assert_int_equal(base.segments, 3);
	kit_copy(&t, &base);
	expect_with("whole", "ok", 0, NULL, NULL);
	expect_with("whole-head", "ok", 0, last_head, fingerprint);
	kit_head(&base, base.n / 2, mid);
	expect_with("whole-head-middle", "ok", 0, mid, NULL);
	kit_head(&base, 0, mid);
	expect_with("whole-head-first", "ok", 0, mid, NULL);
	assert_int_equal(mk_trail_slip(last_head, slip), 0);
	assert_int_equal(strlen(slip), MK_SLIP_LETTERS);
	expect_with("whole-slip", "ok", 0, slip, NULL);
	snprintf(odd, sizeof odd, "%.5s-%.5s %.5s-%.5s", slip, slip + 5, slip + 10, slip + 15);
	for (char *p = odd; *p != '\0'; p++)
		*p = *p == '1'                ? 'I'
		     : *p == '0'              ? 'o'
		     : *p >= 'a' && *p <= 'z' ? (char)(*p - 32)
					      : *p;
	expect_with("whole-slip-by-hand", "ok", 0, odd, NULL);
	kit_parse(&base, 0, &l);
	assert_int_equal(mk_genesis_parse(l.body, l.body_len, &g), 0);
	mk_hex(g.key, sizeof g.key, key);
	expect_with("whole-public-key", "ok", 0, NULL, key);
	assert_int_equal(mk_trail_slip(fingerprint, slip), 0);
	expect_with("whole-key-slip", "ok", 0, NULL, slip);
	memcpy(key, fingerprint, sizeof key);
	key[5] = key[5] == '0' ? '1' : '0';
	expect_with("other-key", "key", 1, NULL, key);
	mid[63] = mid[63] == '0' ? '1' : '0';
	expect_with("other-head", "head", base.n + 1, mid, NULL);
}

static void
test_changed(void **state)
{
	(void)state;
	size_t at[16], n = places(at);
	for (size_t i = 0; i < n; i++) {
		kit_copy(&t, &base);
		kit_digit(&t, at[i], "+09:00", -8); /* in the time */
		expect_at("body", at[i], "leaf", at[i] + 1);
		kit_copy(&t, &base);
		kit_digit(&t, at[i], "\"salt\":\"", (ptrdiff_t)i);
		expect_at("salt", at[i], "leaf", at[i] + 1);
		kit_copy(&t, &base);
		kit_digit(&t, at[i], "\"leaf\":\"", (ptrdiff_t)(2 * i));
		expect_at("leaf", at[i], "leaf", at[i] + 1);
		kit_copy(&t, &base);
		kit_digit(&t, at[i], "\"link\":\"", 63 - (ptrdiff_t)i);
		expect_at("link", at[i], "link", at[i] + 1);
	}
}

static void
test_moved(void **state)
{
	(void)state;
	size_t at[16], n = places(at);
	for (size_t i = 0; i < n; i++) {
		bool last = at[i] + 1 == base.n;
		kit_copy(&t, &base);
		kit_remove(&t, at[i], 1);
		expect_at("removed", at[i], last ? "ok" : "seq", last ? 0 : at[i] + 1);
		kit_copy(&t, &base);
		kit_insert(&t, at[i] + 1, base.line[at[i]].text, base.line[at[i]].len);
		expect_at("doubled", at[i], "seq", at[i] + 2);
		if (last)
			continue;
		kit_copy(&t, &base);
		struct kit_line x = t.line[at[i]];
		t.line[at[i]] = t.line[at[i] + 1];
		t.line[at[i] + 1] = x;
		t.line[at[i] + 1].segment = t.line[at[i]].segment;
		t.line[at[i]].segment = x.segment;
		expect_at("swapped", at[i], "seq", at[i] + 1);
		/* A forged entry that fits the one before, without touching what follows. */
		kit_copy(&t, &base);
		kit_insert(&t, at[i] + 1, base.line[1].text, base.line[1].len);
		kit_rehash(&t, at[i] + 1);
		for (size_t j = at[i] + 2; j < t.n; j++)
			kit_set(&t.line[j], base.line[j - 1].text, base.line[j - 1].len);
		expect_at("inserted", at[i], "seq", at[i] + 3);
	}
}

static void
test_cut(void **state)
{
	(void)state;
	size_t at[16], n = places(at);
	for (size_t i = 1; i < n; i++) {
		char name[64], head[MK_TRAIL_HEX];
		kit_copy(&t, &base);
		kit_remove(&t, at[i], t.n - at[i]);
		snprintf(name, sizeof name, "cut-%zu", at[i] + 1);
		expect_with(name, "head", at[i] + 1, last_head, NULL);
		/* What nothing but a kept head can show: documented, and so tested. */
		snprintf(name, sizeof name, "cut-unseen-%zu", at[i] + 1);
		expect_with(name, "ok", 0, NULL, NULL);
		kit_head(&base, at[i] - 1, head);
		snprintf(name, sizeof name, "cut-older-head-%zu", at[i] + 1);
		expect_with(name, "ok", 0, head, NULL);
	}
	kit_copy(&t, &base);
	kit_remove(&t, 0, t.n);
	expect_with("cut-all", "genesis", 1, NULL, NULL);
	expect_with("cut-all-head", "head", 1, last_head, NULL);
}

static void
test_segments(void **state)
{
	(void)state;
	size_t first[3] = {0, 0, 0};
	for (unsigned s = 1; s < 3; s++)
		while (base.line[first[s]].segment != s)
			first[s]++;
	for (unsigned s = 0; s < 3; s++) {
		char name[64];
		kit_copy(&t, &base);
		t.segment[s][0] = '\0';
		snprintf(name, sizeof name, "segment-gone-%u", s);
		expect_with(name, s == 2 ? "head" : "seq", first[s] + 1, last_head, NULL);
		kit_copy(&t, &base);
		for (size_t i = t.n; i-- > 0;)
			if (t.line[i].segment == s)
				kit_remove(&t, i, 1);
		snprintf(name, sizeof name, "segment-emptied-%u", s);
		expect_with(name, s == 2 ? "head" : "seq", first[s] + 1, last_head, NULL);
	}
	kit_copy(&t, &base);
	memcpy(t.segment[1], base.segment[2], MK_SEGMENT_MAX);
	memcpy(t.segment[2], base.segment[1], MK_SEGMENT_MAX);
	expect_with("segments-swapped", "seq", first[1] + 1, NULL, NULL);
	kit_copy(&t, &base);
	memcpy(t.segment[0], "2026-13.jsonl", 14);
	expect_with("segment-renamed", "seq", 1, NULL, NULL);
	kit_copy(&t, &base);
	memcpy(t.segment[3], "extra.jsonl", 12);
	t.segments = 4;
	expect_with("segment-foreign", "segment", base.n + 1, NULL, NULL);
	memcpy(t.segment[3], "2027-02.jsonl", 14);
	expect_with("segment-empty-last", "ok", 0, last_head, NULL);
	memcpy(t.segment[3], "extra.txt", 10);
	expect_with("segment-other-file", "ok", 0, last_head, NULL);
}

/* Without the key: everything fits again, but for the next signature. */
static void
test_rehashed(void **state)
{
	(void)state;
	size_t at[16], n = places(at);
	for (size_t i = 0; i < n; i++) {
		char name[64];
		size_t next = kit_find(&base, at[i], "\"checkpoint\"");
		kit_copy(&t, &base);
		kit_digit(&t, at[i], "+09:00", -8);
		kit_rehash(&t, at[i]);
		snprintf(name, sizeof name, "rehashed-%zu", at[i] + 1);
		/* After the last checkpoint only the kept head shows it. */
		if (next == base.n)
			expect_with(name, "head", base.n + 1, last_head, NULL);
		else
			expect_with(name, "signature", next + 1, last_head, NULL);
		if (at[i] == 0 || kit_is(&base, at[i], "\"checkpoint\""))
			continue;
		kit_copy(&t, &base);
		kit_remove(&t, at[i], 1);
		kit_rehash(&t, at[i]);
		snprintf(name, sizeof name, "removed-rehashed-%zu", at[i] + 1);
		if (next == base.n)
			expect_with(name, "head", base.n, last_head, NULL);
		else
			expect_with(name, "signature", next, NULL, NULL);
	}
}

static void
test_checkpoints(void **state)
{
	(void)state;
	size_t c = kit_find(&base, 0, "\"checkpoint\""),
	       d = kit_find(&base, c + 1, "\"checkpoint\"");
	size_t e = kit_find(&base, d + 1, "\"checkpoint\"");
	static const struct {
		const char *name, *from, *to, *why;
	} edits[] = {
	    {"checkpoint-commits", "\"commits\":{}", "\"commits\":{\"main\":1}", "signature"},
	    {"checkpoint-lost", "\"lost\":null", "\"lost\":0", "signature"},
	    {"checkpoint-more", "\"lost\":null", "\"lost\":null,\"x\":[{}]", "signature"},
	    {"checkpoint-bare", "\"commits\":{},\"lost\":null,", "", "signature"},
	    {"checkpoint-index", "\"index\":1", "\"index\":2", "checkpoint"},
	    {"checkpoint-index-zero", "\"index\":1", "\"index\":01", "checkpoint"},
	    {"checkpoint-index-text", "\"index\":1", "\"index\":\"1\"", "checkpoint"},
	    {"checkpoint-month", "\"time\":\"2026-11", "\"time\":\"2026-13", "checkpoint"},
	    {"checkpoint-zone", "+09:00\",\"index", "+15:00\",\"index", "checkpoint"},
	    {"checkpoint-unsigned", ",\"sig\":\"", ",\"gis\":\"", "checkpoint"},
	    {"checkpoint-next-name", ",\"next\":\"", ",\"nxet\":\"", "checkpoint"},
	    {"checkpoint-kind", "\"kind\":\"checkpoint\"", "\"kind\":\"checkpoint\",\"a\":1",
		"checkpoint"},
	    {"checkpoint-disguised", "\"kind\":\"checkpoint\"", "\"kind\":\"event\"", NULL},
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		kit_copy(&t, &base);
		kit_replace(&t, d, edits[i].from, edits[i].to);
		kit_rehash(&t, d);
		if (edits[i].why != NULL)
			expect_with(edits[i].name, edits[i].why, d + 1, NULL, NULL);
		else /* the next one's index is not in its turn */
			expect_with(edits[i].name, "checkpoint", e + 1, NULL, NULL);
	}
	kit_copy(&t, &base);
	kit_digit(&t, d, "\"next\":\"", 7);
	kit_rehash(&t, d);
	expect_with("checkpoint-next", "signature", d + 1, NULL, NULL);
	kit_copy(&t, &base);
	kit_digit(&t, d, "\"sig\":\"", 70);
	kit_rehash(&t, d);
	expect_with("checkpoint-sig-s", "signature", d + 1, NULL, NULL);
	kit_copy(&t, &base);
	kit_digit(&t, d, "\"sig\":\"", 0);
	kit_rehash(&t, d);
	expect_with("checkpoint-sig-r", "signature", d + 1, NULL, NULL);
	kit_copy(&t, &base); /* the salt is signed too: the link of a checkpoint has one form */
	kit_digit(&t, d, "\"salt\":\"", 3);
	kit_rehash(&t, d);
	expect_with("checkpoint-salt", "signature", d + 1, NULL, NULL);
	kit_copy(&t, &base);
	kit_remove(&t, d, 1);
	kit_rehash(&t, d);
	expect_with("checkpoint-removed", "checkpoint", e, NULL, NULL);
	kit_copy(&t, &base);
	kit_insert(&t, d + 1, base.line[d].text, base.line[d].len);
	kit_rehash(&t, d + 1);
	expect_with("checkpoint-doubled", "checkpoint", d + 2, NULL, NULL);
}

/* S + L: verifies by the bare equation; no verifier may take it. */
static void
test_malleable_signature(void **state)
{
	(void)state;
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
	    0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	size_t d = kit_find(&base, 0, "\"checkpoint\"");
	struct mk_line l;
	struct mk_checkpoint c;
	char was[2 * MK_SIGN_LEN + 1], now[2 * MK_SIGN_LEN + 1];
	kit_parse(&base, d, &l);
	assert_int_equal(mk_checkpoint_parse(l.body, l.body_len, &c), 0);
	mk_hex(c.sig, sizeof c.sig, was);
	unsigned carry = 0;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)c.sig[32 + i] + order[i];
		c.sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	mk_hex(c.sig, sizeof c.sig, now);
	kit_copy(&t, &base);
	kit_replace(&t, d, was, now);
	kit_rehash(&t, d);
	expect_with("checkpoint-malleable", "signature", d + 1, NULL, NULL);
}

/* A thief's own key in the place of the next one, and his own checkpoints from there on. */
static void
test_own_key(void **state)
{
	(void)state;
	size_t d = kit_find(&base, 20, "\"checkpoint\"");
	struct mk_secret *own = NULL;
	struct mk_buf body = MK_BUF_INIT, msg = MK_BUF_INIT;
	struct mk_line l, before;
	struct mk_checkpoint c;
	uint8_t pub[MK_SIGN_PUB], sig[MK_SIGN_LEN];
	char hex[2 * MK_SIGN_LEN + 1], was[2 * MK_SIGN_PUB + 1], next[2 * MK_SIGN_PUB + 1];
	assert_int_equal(mk_seed_new(&own), 0);
	assert_int_equal(mk_sign_public(own, pub), 0);
	kit_copy(&t, &base);
	kit_parse(&t, d, &l);
	assert_int_equal(mk_checkpoint_parse(l.body, l.body_len, &c), 0);
	mk_hex(c.next, sizeof c.next, was);
	mk_hex(pub, sizeof pub, next);
	kit_replace(&t, d, was, next);
	kit_parse(&t, d, &l);
	kit_parse(&t, d - 1, &before);
	assert_int_equal(
	    mk_checkpoint_message(KIT_VAULT, d + 1, before.link, l.salt, l.body, c.head_len, &msg),
	    0);
	assert_int_equal(mk_sign(own, msg.data, msg.len, sig), 0);
	mk_buf_put(&body, l.body, c.head_len);
	mk_hex(sig, sizeof sig, hex);
	mk_buf_printf(&body, ",\"sig\":\"%s\"}", hex);
	kit_body(&t, d, body.data, body.len);
	kit_rehash(&t, d);
	expect_with("checkpoint-own-key", "signature", d + 1, NULL, NULL);
	mk_secret_free(own);
	mk_buf_free(&body);
	mk_buf_free(&msg);
}

/* A whole trail of another key: consistent in itself, shown up by the key or a kept head. */
static void
test_other_trail(void **state)
{
	(void)state;
	char dir[512], was[2][MK_TRAIL_HEX];
	memcpy(was[0], last_head, MK_TRAIL_HEX);
	memcpy(was[1], fingerprint, MK_TRAIL_HEX);
	snprintf(dir, sizeof dir, "%s/other.trail", root);
	make_base(dir);
	kit_read(&t, dir);
	memcpy(last_head, was[0], MK_TRAIL_HEX);
	memcpy(fingerprint, was[1], MK_TRAIL_HEX);
	expect_with("other-trail", "ok", 0, NULL, NULL);
	expect_with("other-trail-key", "key", 1, last_head, fingerprint);
	expect_with("other-trail-head", "head", base.n + 1, last_head, NULL);
	/* The first segment of ours, the rest of theirs. */
	size_t second = 0;
	while (t.line[second].segment == 0) {
		kit_set(&t.line[second], base.line[second].text, base.line[second].len);
		second++;
	}
	expect_with("other-trail-grafted", "link", second + 1, NULL, NULL);
	kit_rehash(&t, second);
	expect_with("other-trail-grafted-rehashed", "signature", second + 1, NULL, NULL);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
test_torn(void **state)
{
	(void)state;
	static const size_t left[] = {1, 8, 40, 200};
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
		kit_copy(&t, &base);
		t.line[t.n - 1].len = left[i];
		expect_at("torn", left[i] - 1, "torn", base.n);
		expect_with(i == 0   ? "torn-head"
			    : i == 1 ? "torn-head-2"
			    : i == 2 ? "torn-head-3"
				     : "torn-head-4",
		    "head", base.n, last_head, NULL);
	}
	kit_copy(&t, &base);
	t.line[t.n - 1].len--;
	expect_with("torn-newline", "torn", base.n, NULL, NULL);
	kit_copy(&t, &base);
	size_t i = 0;
	while (t.line[i + 1].segment == 0)
		i++;
	t.line[i].len -= 10;
	expect_with("torn-first-segment", "syntax", i + 1, NULL, NULL);
	kit_copy(&t, &base);
	t.line[30].len -= 10;
	expect_with("torn-middle", "leaf", 31, NULL, NULL);
	static char junk[70000];
	memset(junk, 'a', sizeof junk);
	kit_copy(&t, &base);
	kit_insert(&t, t.n, junk, 65535);
	expect_with("torn-longest", "torn", base.n + 1, NULL, NULL);
	kit_set(&t.line[t.n - 1], junk, 65536);
	expect_with("torn-too-long", "syntax", base.n + 1, NULL, NULL);
	junk[sizeof junk - 1] = '\n';
	kit_set(&t.line[t.n - 1], junk, sizeof junk);
	expect_with("line-too-long", "syntax", base.n + 1, NULL, NULL);
}

static void
test_syntax(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *to, *why;
	} edits[] = {
	    {"blank", "{\"seq\":", "{\"seq\": ", "syntax"},
	    {"zero", "\"seq\":", "\"seq\":0", "syntax"},
	    {"minus", "\"seq\":", "\"seq\":-", "syntax"},
	    {"huge", "\"seq\":", "\"seq\":99999999999999999999", "syntax"},
	    {"big", "\"seq\":30,", "\"seq\":9223372036854775808,", "syntax"},
	    {"biggest", "\"seq\":30,", "\"seq\":9223372036854775807,", "seq"},
	    {"earlier", "\"seq\":30,", "\"seq\":29,", "seq"},
	    {"no-seq", "\"seq\":30,", "", "syntax"},
	    {"order", "\"salt\":\"", "\"tlas\":\"", "syntax"},
	    {"short-salt", "\"salt\":\"", "\"salt\":\"\",\"s\":\"", "syntax"},
	    {"return", "}}\n", "}}\r\n", "syntax"},
	    {"trailing", "}}\n", "}} \n", "syntax"},
	    {"no-brace", "}}\n", "}\n", "syntax"},
	    {"more-brace", "}}\n", "}}}\n", "leaf"},
	    {"empty-line", "{\"seq\":30", "\n{\"seq\":30", "syntax"},
	    {"control", "\"kind\":\"", "\"kind\":\"\x01", "syntax"},
	    {"tab", ",\"body\":{", ",\"body\":{\t", "syntax"},
	    {"del", "\"kind\":\"", "\"kind\":\"\x7f", "leaf"},
	    {"body-list", ",\"body\":{", ",\"body\":[", "syntax"},
	    {"no-body", ",\"body\":{", ",\"bdoy\":{", "syntax"},
	    {"body-blank", ",\"body\":{", ",\"body\":{ ", "leaf"},
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		char name[64];
		kit_copy(&t, &base);
		kit_replace(&t, 29, edits[i].from, edits[i].to);
		snprintf(name, sizeof name, "syntax-%s", edits[i].name);
		expect_with(name, edits[i].why, 30, NULL, NULL);
	}
	kit_copy(&t, &base);
	char *p = memmem(t.line[29].text, t.line[29].len, "\"body\":{", 8);
	p[10] = '\0';
	expect_with("syntax-nul", "syntax", 30, NULL, NULL);
	kit_copy(&t, &base);
	p = memmem(t.line[29].text, t.line[29].len, "\"leaf\":\"", 8);
	for (p += 8; *p != '"' && !(*p >= 'a' && *p <= 'f'); p++)
		;
	*p = (char)(*p - 32);
	expect_with("syntax-upper-case", "syntax", 30, NULL, NULL);
	kit_copy(&t, &base);
	kit_set(&t.line[29], "\n", 1);
	expect_with("syntax-empty", "syntax", 30, NULL, NULL);
	kit_set(&t.line[29], "{}\n", 3);
	expect_with("syntax-braces", "syntax", 30, NULL, NULL);
}

static void
purge(size_t at)
{
	struct mk_line l;
	struct mk_buf out = MK_BUF_INIT;
	kit_parse(&t, at, &l);
	l.purged = true;
	mk_line_format(&l, &out);
	kit_set(&t.line[at], out.data, out.len);
	mk_buf_free(&out);
}

static void
test_purged(void **state)
{
	(void)state;
	size_t c = kit_find(&base, 1, "\"checkpoint\""),
	       d = kit_find(&base, c + 1, "\"checkpoint\"");
	struct mk_verify_result r;
	char dir[512];
	kit_copy(&t, &base);
	purge(4);
	expect_with("purged-one", "ok", 0, last_head, NULL);
	for (size_t i = 1; i < t.n; i++)
		if (i != 4 && !kit_is(&t, i, "\"checkpoint\""))
			purge(i);
	expect_with("purged-all", "ok", 0, last_head, fingerprint);
	snprintf(dir, sizeof dir, "%s/purged-all", root);
	assert_int_equal(mk_trail_verify(dir, NULL, &r), 0);
	assert_int_equal(r.purged, base.n - 1 - r.checkpoints);
	kit_digit(&t, 10, "\"leaf\":\"", 5);
	expect_with("purged-leaf", "link", 11, NULL, NULL);
	kit_copy(&t, &base);
	purge(0);
	expect_with("purged-genesis", "genesis", 1, NULL, NULL);
	kit_copy(&t, &base);
	purge(c);
	expect_with("purged-checkpoint", "checkpoint", d + 1, NULL, NULL);
	kit_copy(&t, &base);
	purge(6);
	kit_replace(&t, 6, "\"}", "\",\"body\":{}}");
	expect_with("purged-with-body", "syntax", 7, NULL, NULL);
}

static void
purge_to(size_t end)
{
	for (size_t i = 1; i < end; i++)
		if (!kit_is(&t, i, "\"checkpoint\""))
			purge(i);
}

/* What the program's purge leaves, a beginning without bodies, and a hand in it. */
static void
test_purged_beginning(void **state)
{
	(void)state;
	static const size_t ends[] = {2, 5, 18, 20, 22, 30, 40, 41, 50, 56};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t last = ends[i] - 1; /* the last one that may have fallen */
		kit_copy(&t, &base);
		purge_to(ends[i]);
		expect_at("purged-to", ends[i], "ok", 0);
		char name[64];
		snprintf(name, sizeof name, "purged-to-head-%zu", ends[i]);
		expect_with(name, "ok", 0, last_head, fingerprint);
		while (kit_is(&t, last, "\"checkpoint\""))
			last--;
		if (last == 0)
			continue;
		kit_digit(&t, last, "\"link\":\"", 9);
		expect_at("purged-to-link", ends[i], "link", last + 1);
		kit_copy(&t, &base);
		purge_to(ends[i]);
		kit_remove(&t, last, 1);
		expect_at("purged-to-removed", ends[i], "seq", last + 1);
		kit_copy(&t, &base);
		purge_to(ends[i]);
		kit_insert(&t, last, t.line[last].text, t.line[last].len);
		expect_at("purged-to-doubled", ends[i], "seq", last + 2);
		/* Another leaf, and links made to fit: the next checkpoint was signed over the old. */
		kit_copy(&t, &base);
		purge_to(ends[i]);
		kit_digit(&t, last, "\"leaf\":\"", 4);
		kit_rehash(&t, last);
		size_t next = kit_find(&t, last, "\"checkpoint\"");
		expect_at("purged-to-rehashed", ends[i], "signature", next + 1);
	}
	/* A body that is put back: the right one is whole, another is not. */
	kit_copy(&t, &base);
	purge_to(30);
	kit_set(&t.line[10], base.line[10].text, base.line[10].len);
	expect_with("purged-back", "ok", 0, last_head, NULL);
	kit_digit(&t, 10, "+09:00", -8);
	expect_with("purged-back-other", "leaf", 11, NULL, NULL);
	kit_copy(&t, &base);
	purge_to(30);
	kit_replace(&t, 10, ",\"leaf\"", ",\"salt\":\"00112233445566778899aabbccddeeff\",\"leaf\"");
	expect_with("purged-salt", "syntax", 11, NULL, NULL);
	kit_copy(&t, &base);
	purge_to(base.n);
	kit_remove(&t, t.n - 2, 2);
	expect_with("purged-cut", "head", base.n - 1, last_head, NULL);
	expect_with("purged-cut-unseen", "ok", 0, NULL, NULL);
}

/* Entries are ordered by number: over months, a month without any, and a clock that goes back. */
static void
test_months(void **state)
{
	(void)state;
	static const int64_t days[] = {0, 1, 31, 33, 2, 95, 96, 40, 97, 400};
	char dir[512], head[MK_TRAIL_HEX];
	struct mk_trail *w = NULL;
	snprintf(dir, sizeof dir, "%s/months.trail", root);
	assert_int_equal(mk_trail_create(dir, KIT_VAULT, KIT_NOW, &w), 0);
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		int64_t time = KIT_NOW + days[i] * 86400;
		for (int k = 0; k < 3; k++)
			event(w, MK_EV_EVENT, MK_A_subject_list, time + k, 0);
		if (i % 3 == 1)
			checkpoint(w, time + 4);
	}
	mk_trail_head(w, head);
	assert_int_equal(mk_trail_close(w), 0);
	kit_read(&t, dir);
	assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(t.segments, 5); /* 2026-11, 12, 2027-01, 03, 2028-01 */
	size_t n = t.n, border = 0;
	while (t.line[border].segment == 0)
		border++;
	static struct kit_trail months;
	kit_copy(&months, &t);
	expect_with("months", "ok", 0, head, NULL);
	/* The name says nothing of an entry's time, so a line may stand on either side. */
	t.line[border].segment = 0;
	expect_with("months-border-back", "ok", 0, head, NULL);
	kit_copy(&t, &months);
	t.line[border - 1].segment = 1;
	expect_with("months-border-on", "ok", 0, head, NULL);
	kit_copy(&t, &months);
	t.line[border - 2].segment = 1; /* and behind what follows it: out of its place */
	struct kit_line x = t.line[border - 2];
	t.line[border - 2] = t.line[border - 1];
	t.line[border - 1] = x;
	expect_with("months-border-order", "seq", border - 1, NULL, NULL);
	for (unsigned s = 0; s < 5; s++) {
		char name[64];
		size_t first = 0;
		while (months.line[first].segment != s)
			first++;
		kit_copy(&t, &months);
		memcpy(t.segment[s], s == 0 ? "2030-01.jsonl" : "2000-01.jsonl", 14);
		snprintf(name, sizeof name, "months-renamed-%u", s);
		expect_with(name, "seq", 1, NULL, NULL);
		kit_copy(&t, &months);
		t.segment[s][0] = '\0';
		snprintf(name, sizeof name, "months-gone-%u", s);
		expect_with(name, s == 4 ? "head" : "seq", first + 1, head, NULL);
	}
	kit_copy(&t, &months);
	purge_to(border + 4);
	expect_with("months-purged", "ok", 0, head, NULL);
	kit_copy(&t, &months);
	purge_to(n);
	expect_with("months-purged-all", "ok", 0, head, NULL);
	kit_clear(&months);
}

static void
test_genesis(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *to;
	} edits[] = {
	    {"genesis-format", "\"format\":1", "\"format\":2"},
	    {"genesis-vault", "\"vault\":\"" KIT_VAULT, "\"vault\":\"A"},
	    {"genesis-no-vault", KIT_VAULT, ""},
	    {"genesis-more", "\"format\":1", "\"format\":1,\"x\":1"},
	    {"genesis-kind", "\"kind\":\"genesis\"", "\"kind\":\"event\""},
	    {"genesis-day", "\"time\":\"2026-11-29", "\"time\":\"2026-11-31"},
	    {"genesis-utc", "+09:00", "Z"},
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		kit_copy(&t, &base);
		kit_replace(&t, 0, edits[i].from, edits[i].to);
		kit_rehash(&t, 0);
		expect_with(edits[i].name, "genesis", 1, NULL, NULL);
	}
	kit_copy(&t, &base);
	kit_replace(&t, 0, KIT_VAULT, "another-vault");
	kit_rehash(&t, 0);
	expect_with("genesis-other-vault", "signature", kit_find(&base, 0, "\"checkpoint\"") + 1,
	    NULL, NULL);
	kit_copy(&t, &base);
	kit_digit(&t, 0, "\"key\":\"", 1);
	kit_rehash(&t, 0);
	expect_with(
	    "genesis-key", "signature", kit_find(&base, 0, "\"checkpoint\"") + 1, NULL, NULL);
	expect_with("genesis-key-given", "key", 1, NULL, fingerprint);
	kit_copy(&t, &base);
	kit_insert(&t, t.n, base.line[0].text, base.line[0].len);
	kit_rehash(&t, t.n - 1);
	expect_with("genesis-twice", "genesis", base.n + 1, NULL, NULL);
}

/* More than 4,096 entries after a checkpoint: no writer of ours leaves such a tail. */
static void
test_unsigned(void **state)
{
	(void)state;
	size_t after = 4; /* entries after the base's last checkpoint */
	kit_copy(&t, &base);
	for (size_t i = after; i < MK_TRAIL_CHECKPOINT_EVERY; i++)
		kit_insert(&t, t.n, base.line[base.n - 1].text, base.line[base.n - 1].len);
	kit_rehash(&t, base.n);
	expect_with("unsigned-4096", "ok", 0, NULL, NULL);
	kit_insert(&t, t.n, base.line[base.n - 1].text, base.line[base.n - 1].len);
	kit_rehash(&t, t.n - 1);
	expect_with("unsigned-4097", "unsigned", t.n, NULL, NULL);
}

static void
test_no_trail(void **state)
{
	(void)state;
	char dir[512];
	struct mk_verify_result r;
	struct mk_verify_options bad = {"nothex", NULL};
	snprintf(dir, sizeof dir, "%s/nothing.here", root);
	assert_int_equal(mk_trail_verify(dir, NULL, &r), MK_E_NOT_FOUND);
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(mk_trail_verify(dir, NULL, &r), MK_E_NOT_FOUND);
	assert_int_equal(mk_trail_verify(dir, &bad, &r), MK_E_INPUT);
	bad.head = "0123456789abcdefghju"; /* u is no letter */
	assert_int_equal(mk_trail_verify(dir, &bad, &r), MK_E_INPUT);
	bad.head = "0123456789abcdefghj"; /* 19 */
	assert_int_equal(mk_trail_verify(dir, &bad, &r), MK_E_INPUT);
	bad.head = NULL;
	bad.key = "";
	assert_int_equal(mk_trail_verify(dir, &bad, &r), MK_E_INPUT);
	rmdir(dir);
}

/* tests/vectors/trail: written once, never again; its head and letters stand here. */
static void
test_frozen(void **state)
{
	(void)state;
	struct mk_verify_result r;
	char slip[MK_TRAIL_SLIP_MAX];
	struct mk_verify_options opt = {FROZEN_SLIP, FROZEN_FINGERPRINT};
	assert_int_equal(mk_trail_verify("tests/vectors/trail/small", &opt, &r), 0);
	assert_int_equal(r.why, MK_WHY_ok);
	assert_int_equal(r.entries, 60);
	assert_int_equal(r.head_seq, 60);
	assert_true(r.origin);
	assert_string_equal(r.head, FROZEN_HEAD);
	assert_string_equal(r.fingerprint, FROZEN_FINGERPRINT);
	assert_string_equal(r.from, "2026-11-29T09:00:00+09:00");
	assert_int_equal(mk_trail_slip(r.head, slip), 0);
	assert_string_equal(slip, FROZEN_SLIP);
}

static void
test_count(void **state)
{
	(void)state;
	print_message("%u vectors\n", vectors);
	assert_true(vectors >= 320);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),
	    cmocka_unit_test(test_changed),
	    cmocka_unit_test(test_moved),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_segments),
	    cmocka_unit_test(test_rehashed),
	    cmocka_unit_test(test_checkpoints),
	    cmocka_unit_test(test_malleable_signature),
	    cmocka_unit_test(test_own_key),
	    cmocka_unit_test(test_other_trail),
	    cmocka_unit_test(test_torn),
	    cmocka_unit_test(test_syntax),
	    cmocka_unit_test(test_purged),
	    cmocka_unit_test(test_purged_beginning),
	    cmocka_unit_test(test_months),
	    cmocka_unit_test(test_genesis),
	    cmocka_unit_test(test_unsigned),
	    cmocka_unit_test(test_no_trail),
	    cmocka_unit_test(test_frozen),
	    cmocka_unit_test(test_count),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
