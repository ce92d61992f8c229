/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commit number of each database that the trail, or this run, has seen last. A file that opens
 * with a lower one is an older copy put back (R4, decisions.md 16). A higher one is right: an act
 * whose outcome was not recorded any more.
 */
#include <stdlib.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "vault_internal.h"

static struct known_commit *
find(const struct vault *v, const char *ledger)
{
	for (size_t i = 0; i < v->n_commits; i++)
		if (strcmp(v->commits[i].ledger, ledger) == 0)
			return &v->commits[i];
	return NULL;
}

int
mk_commits_note(struct vault *v, const char *ledger, uint64_t number)
{
	struct known_commit *k = find(v, ledger);
	if (k == NULL) {
		struct known_commit *more =
		    reallocarray(v->commits, v->n_commits + 1, sizeof *more);
		if (more == NULL)
			return MK_E_NOMEM;
		v->commits = more;
		k = &more[v->n_commits];
		memset(k, 0, sizeof *k);
		if (mk_str_copy(k->ledger, sizeof k->ledger, ledger) < 0)
			return MK_E_INPUT;
		v->n_commits++;
	}
	if (number > k->number)
		k->number = number;
	return 0;
}

int
mk_commits_take(struct vault *v, const struct mk_msg *answer)
{
	struct mk_rd rd;
	struct mk_item it;
	char ledger[MK_ID_MAX];
	int r = 0;
	mk_rd_init(&rd, answer->body.data, answer->body.len);
	while (r == 0 && mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_item)
			continue;
		r = mk_get_str(it.p, it.len, MK_T_ledger, ledger, sizeof ledger);
		if (r == 0)
			r = mk_commits_note(v, ledger, mk_get_u64(it.p, it.len, MK_T_count, 0));
	}
	return r;
}

int
mk_commits_check(struct vault *v, const char *ledger, uint64_t number)
{
	const struct known_commit *k = find(v, ledger);
	if (k != NULL && number < k->number)
		return MK_E_ROLLED_BACK;
	return mk_commits_note(v, ledger, number);
}
