/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kept checkpoints: the verdict of each kind. The files of a trail are copied, both go on, and each
 * is shown what was signed by the other.
 */
#include <sys/wait.h>

#include "trail_kit.h"

static char root[256], dir[300], copy[300];

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	(void)state;
	snprintf(root, sizeof root, "%s/mk-witness-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(dir, sizeof dir, "%s/trail", root);
	snprintf(copy, sizeof copy, "%s/copy", root);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Some acts, then a checkpoint; they differ by `words`. */
static void
work(struct mk_trail *t, int acts, const char *words)
{
	static int64_t clock;
	for (int i = 0; i < acts; i++) {
		struct mk_event e;
		memset(&e, 0, sizeof e);
		e.kind = MK_EV_EVENT;
		e.action = MK_A_subject_list;
		e.time = KIT_NOW + ++clock;
		e.reason = words;
		assert_int_equal(mk_trail_append(t, &e, false, NULL, NULL), 0);
	}
	assert_int_equal(mk_trail_checkpoint(t, KIT_NOW + ++clock, NULL, 0, -1, NULL, NULL), 0);
}

static struct mk_trail *
create(const char *where, const char *vault)
{
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_create(where, vault, KIT_NOW, &t), 0);
	return t;
}

static struct mk_trail *
reopen(const char *where)
{
	struct mk_trail *t = NULL;
	assert_int_equal(mk_trail_open(where, NULL, KIT_NOW + 50000, &t, NULL), 0);
	return t;
}

/* All its files as they are now, seed included. */
static void
put_aside(void)
{
	pid_t p = fork();
	int status = 1;
	if (p == 0) {
		execlp("cp", "cp", "-a", dir, copy, (char *)NULL);
		_exit(70);
	}
	assert_int_equal(waitpid(p, &status, 0), p);
	assert_int_equal(status, 0);
}

static void
newest(struct mk_trail *t, struct mk_buf *out)
{
	mk_buf_reset(out);
	assert_int_equal(mk_trail_newest(t, out), 0);
}

static int
show(struct mk_trail *t, const struct mk_buf *kept)
{
	uint64_t seq = 0;
	return mk_trail_witness(t, kept->data, kept->len, &seq);
}

static size_t
first_line(const struct mk_buf *kept)
{
	const char *nl = memchr(kept->data, '\n', kept->len);
	assert_non_null(nl);
	return (size_t)(nl - (const char *)kept->data);
}

static void
test_own(void **state)
{
	(void)state;
	struct mk_buf kept[4] = {MK_BUF_INIT, MK_BUF_INIT, MK_BUF_INIT, MK_BUF_INIT};
	struct mk_trail *t = create(dir, KIT_VAULT);
	assert_int_equal(mk_trail_newest(t, &kept[0]), MK_E_NOT_FOUND);
	for (size_t i = 0; i < 4; i++) {
		work(t, 3, "a");
		newest(t, &kept[i]);
		/* two lines: the checkpoint's and, bare, the one before it */
		size_t n = first_line(&kept[i]);
		struct mk_line l, before;
		assert_int_equal(mk_line_parse((const char *)kept[i].data, n, &l), 0);
		assert_int_equal(
		    mk_line_parse((const char *)kept[i].data + n + 1, kept[i].len - n - 2, &before),
		    0);
		assert_true(before.purged);
		assert_int_equal(before.seq + 1, l.seq);
	}
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < 4; i++) {
			uint64_t seq = 0;
			assert_int_equal(show(t, &kept[i]), 0);
			/* also without its last newline, and its first line alone */
			assert_int_equal(
			    mk_trail_witness(t, kept[i].data, kept[i].len - 1, &seq), 0);
			assert_int_equal(
			    mk_trail_witness(t, kept[i].data, first_line(&kept[i]), &seq), 0);
			assert_int_equal(seq, 5 + 4 * i);
		}
		assert_int_equal(mk_trail_close(t), 0);
		t = reopen(dir);
	}
	struct mk_buf now = MK_BUF_INIT;
	newest(t, &now); /* the same after a new start */
	assert_int_equal(now.len, kept[3].len);
	assert_memory_equal(now.data, kept[3].data, now.len);
	assert_int_equal(mk_trail_close(t), 0);
	mk_buf_free(&now);
	for (size_t i = 0; i < 4; i++)
		mk_buf_free(&kept[i]);
}

/* An older copy of all files, with its seed: nothing inside shows it. */
static void
test_rolled_back(void **state)
{
	(void)state;
	struct mk_buf first = MK_BUF_INIT, kept = MK_BUF_INIT, far = MK_BUF_INIT;
	struct mk_verify_result r;
	struct mk_trail *t = create(dir, KIT_VAULT);
	work(t, 3, "a");
	newest(t, &first);
	put_aside();
	work(t, 5, "a");
	newest(t, &kept);
	for (int i = 0; i < 300; i++)
		work(t, 1, "a");
	newest(t, &far);
	assert_int_equal(mk_trail_close(t), 0);
	assert_int_equal(mk_trail_verify(copy, NULL, &r), 0);
	assert_int_equal(r.why, MK_WHY_ok); /* control: the copy is whole in itself */
	t = reopen(copy);
	assert_int_equal(show(t, &first), 0);
	assert_int_equal(show(t, &kept), MK_E_ROLLED_BACK);
	assert_int_equal(show(t, &far), MK_E_ROLLED_BACK);
	/* The checkpoint's line alone: nobody can tell, as the link before it is not known. */
	assert_int_equal(mk_trail_witness(t, kept.data, first_line(&kept), NULL), MK_E_INPUT);
	/* The copy is worked on: it has an entry at that place, and it is another one. */
	work(t, 3, "b");
	work(t, 5, "b");
	assert_int_equal(show(t, &kept), MK_E_TAMPERED);
	assert_int_equal(show(t, &far), MK_E_ROLLED_BACK);
	assert_int_equal(mk_trail_close(t), 0);
	mk_buf_free(&first);
	mk_buf_free(&kept);
	mk_buf_free(&far);
}

/* Both sides of a fork went on: each shows up at the other. */
static void
test_fork(void **state)
{
	(void)state;
	struct mk_buf ours = MK_BUF_INIT, theirs = MK_BUF_INIT, both = MK_BUF_INIT;
	struct mk_trail *t = create(dir, KIT_VAULT);
	work(t, 4, "a");
	newest(t, &both);
	put_aside();
	work(t, 4, "a");
	newest(t, &ours);
	work(t, 2, "a");
	struct mk_trail *u = reopen(copy);
	work(u, 4, "b");
	newest(u, &theirs);
	work(u, 9, "b");
	assert_int_equal(show(t, &theirs), MK_E_TAMPERED);
	assert_int_equal(show(u, &ours), MK_E_TAMPERED);
	assert_int_equal(show(t, &both), 0);
	assert_int_equal(show(u, &both), 0);
	assert_int_equal(show(t, &ours), 0);
	/* An index that we have, at a place that we do not have yet. */
	work(u, 1, "b");
	for (int i = 0; i < 40; i++)
		work(t, 0, "a");
	assert_int_equal(mk_trail_close(u), 0);
	u = reopen(copy);
	newest(u, &theirs);
	assert_int_equal(show(t, &theirs), MK_E_TAMPERED);
	assert_int_equal(mk_trail_close(t), 0);
	assert_int_equal(mk_trail_close(u), 0);
	mk_buf_free(&ours);
	mk_buf_free(&theirs);
	mk_buf_free(&both);
}

/* What anybody can write down proves nothing, and is no reason to stop. */
static void
test_proves_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *name, *from, *to;
	} edits[] = {
	    {"signature", "\"sig\":\"", NULL},
	    {"leaf", "\"leaf\":\"", NULL},
	    {"link", "\"link\":\"", NULL},
	    {"salt", "\"salt\":\"", NULL},
	    {"next key", "\"next\":\"", NULL},
	    {"index", "\"index\":", "\"index\":1"},
	    {"index beyond all", "\"index\":", "\"index\":99999999999999999"},
	    {"seq", "{\"seq\":", "{\"seq\":1"},
	    {"kind", "\"kind\":\"checkpoint\"", "\"kind\":\"event\""},
	    {"time", "\"time\":\"2026", "\"time\":\"2027"},
	};
	struct mk_buf kept = MK_BUF_INIT, other = MK_BUF_INIT, bad = MK_BUF_INIT;
	struct mk_trail *t = create(dir, KIT_VAULT);
	work(t, 3, "a");
	put_aside();
	work(t, 3, "a");
	newest(t, &kept);
	assert_int_equal(mk_trail_close(t), 0);
	t = reopen(copy);
	assert_int_equal(show(t, &kept), MK_E_ROLLED_BACK); /* control */
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		const char *text = mk_buf_str(&kept);
		const char *at = strstr(text, edits[i].from);
		size_t skip = strlen(edits[i].from);
		assert_non_null(at);
		mk_buf_reset(&bad);
		mk_buf_put(&bad, text, (size_t)(at - text));
		if (edits[i].to != NULL) {
			mk_buf_puts(&bad, edits[i].to);
		} else {
			mk_buf_put(&bad, at, skip);
			mk_buf_puts(&bad, at[skip] == '0' ? "1" : "0");
			skip++;
		}
		mk_buf_puts(&bad, at + skip);
		int r = show(t, &bad);
		if (r != MK_E_INPUT)
			print_error("%s: %d\n", edits[i].name, r);
		assert_int_equal(r, MK_E_INPUT);
	}
	/* Another trail's, of the same vault's name; one of another vault. */
	char path[400];
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/other%d", root, i);
		struct mk_trail *o = create(path, i == 0 ? KIT_VAULT : "another-vault");
		work(o, 3, "a");
		work(o, 9, "a");
		newest(o, &other);
		assert_int_equal(show(o, &other), 0);
		assert_int_equal(show(t, &other), MK_E_INPUT);
		assert_int_equal(mk_trail_close(o), 0);
	}
	/* The line before of another place; entries that are no checkpoints; no lines at all. */
	struct kit_trail *k = calloc(1, sizeof *k);
	kit_read(k, copy);
	for (size_t i = 0; i < k->n; i++) {
		mk_buf_reset(&bad);
		mk_buf_put(&bad, kept.data, first_line(&kept) + 1);
		mk_buf_put(&bad, k->line[i].text, k->line[i].len);
		assert_int_equal(show(t, &bad), MK_E_INPUT);
		if (!kit_is(k, i, "\"checkpoint\""))
			assert_int_equal(
			    mk_trail_witness(t, k->line[i].text, k->line[i].len, NULL), MK_E_INPUT);
	}
	kit_clear(k);
	free(k);
	static const char *const junk[] = {"", "\n", "{}", "head", "{\"seq\":5", "\n\n\n\n"};
	for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++)
		assert_int_equal(mk_trail_witness(t, junk[i], strlen(junk[i]), NULL), MK_E_INPUT);
	for (size_t n = 0; n < kept.len; n += 7) /* cut anywhere */
		assert_true(n == first_line(&kept) + 1 || n >= kept.len - 1 ||
			    mk_trail_witness(t, kept.data, n, NULL) == MK_E_INPUT);
	/*
	 * Any byte another: nothing is believed, nothing breaks. The leaf of the line before is not
	 * bound by anything here: its link is what is signed.
	 */
	unsigned rng = 1;
	const char *before =
	    memmem(kept.data + first_line(&kept), kept.len - first_line(&kept), "\"leaf\":\"", 8);
	assert_non_null(before);
	size_t free_from = (size_t)(before + 8 - (const char *)kept.data);
	for (int i = 0; i < 20000; i++) {
		rng = rng * 1103515245 + 12345;
		size_t at = (rng >> 8) % (kept.len - 1);
		uint8_t was = kept.data[at];
		rng = rng * 1103515245 + 12345;
		kept.data[at] = (uint8_t)(rng >> 16);
		bool unbound = at >= free_from && at < free_from + 64;
		if (kept.data[at] != was && !unbound && show(t, &kept) != MK_E_INPUT)
			fail_msg("byte %zu: %02x for %02x is believed", at, kept.data[at], was);
		kept.data[at] = was;
	}
	assert_int_equal(show(t, &kept), MK_E_ROLLED_BACK);
	assert_int_equal(mk_trail_close(t), 0);
	mk_buf_free(&kept);
	mk_buf_free(&other);
	mk_buf_free(&bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rolled_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_fork, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_proves_nothing, setup, teardown),
	};
	if (mk_base_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
