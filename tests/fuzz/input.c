/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz target: what a terminal sends, into keys, into a line of each kind. The first byte chooses the
 * room of the lines and where the bytes are cut. What must always hold: no paste is a command, a
 * number holds digits, a name what the daemon would take, the cursor is on a character, what was
 * taken out is wiped, and after a silence nothing is left in the reader.
 */
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/secret.h"
#include "mynakura/base/utf8.h"
#include "mynakura/base/width.h"
#include "action_internal.h"
#include "input_internal.h"
#include "widget/edit_internal.h"

#define KINDS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

static void
check(const struct mk_edit *e)
{
	const struct mk_secret *t = e->text;
	struct mk_cluster c;
	size_t at = 0;
	require(t->len <= t->cap && e->cursor <= t->len);
	require(e->kind != MK_EDIT_NUMBER || t->cap == 12);
	for (size_t i = 0; e->kind == MK_EDIT_NUMBER && i < t->len; i++)
		require(t->data[i] >= '0' && t->data[i] <= '9');
	require(mk_text_check((const char *)t->data, t->len, NULL) == 0);
	for (size_t i = t->len; i < t->cap; i++)
		require(t->data[i] == 0);
	while (at < e->cursor && mk_cluster_next((const char *)t->data + at, t->len - at, &c))
		at += c.used;
	require(at == e->cursor);
}

static void
press(void *arg, const struct mk_key *key)
{
	struct mk_edit *lines = arg;
	char name[16];
	bool pasted = (key->mods & MK_MOD_PASTED) != 0;
	mk_key_name(key, name);
	require(memchr(name, 0, sizeof name) != NULL);
	require(!pasted || (key->code == MK_KEY_CHAR && key->mods == MK_MOD_PASTED));
	require(!pasted || mk_act_find(key, ~0U) == MK_ACT_NONE);
	require(key->code != MK_KEY_CHAR || (key->ch <= 0x10ffff && key->ch >= 0x20));
	for (int k = 0; k < KINDS; k++) {
		uint32_t stamp = lines[k].stamp;
		size_t had = lines[k].text->len;
		(void)mk_edit_key(&lines[k], key);
		require(had == lines[k].text->len || stamp != lines[k].stamp);
		check(&lines[k]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool ready;
	struct mk_edit lines[KINDS];
	struct mk_input in;
	if (!ready) {
		require(setlocale(LC_CTYPE, "C.UTF-8") != NULL && mk_base_init() == 0);
		ready = true;
	}
	if (len == 0)
		return 0;
	size_t room = 1 + (data[0] & 0x3f), piece = data[0] >> 6 == 0 ? len : data[0] >> 6;
	for (int k = 0; k < KINDS; k++)
		require(mk_edit_init(&lines[k], (enum mk_edit_kind)k, room) == 0);
	mk_input_init(&in);
	for (size_t at = 1; at < len; at += piece)
		mk_input_feed(&in, data + at, len - at < piece ? len - at : piece, press, lines);
	require(in.len <= sizeof in.seq);
	/* One silence ends a sequence, a second one a paste. */
	mk_input_timeout(&in, press, lines);
	for (size_t i = 0; i < sizeof in.seq; i++)
		require(in.seq[i] == 0);
	if (mk_input_wait(&in) >= 0)
		mk_input_timeout(&in, press, lines);
	require(mk_input_wait(&in) == -1 && in.len == 0 && in.state == 0);
	for (int k = 0; k < KINDS; k++) {
		mk_edit_clear(&lines[k]);
		check(&lines[k]);
		mk_edit_fini(&lines[k]);
	}
	return 0;
}
