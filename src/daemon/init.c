/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new vault. Everything is made in DIR/vault.new and gets its name by one rename, after the trail
 * has its genesis and the INTENT: a crash before leaves no vault, and the next init clears the
 * remains away. The folder above is the monitor's, so the monitor makes vault.new and renames it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "mynakura/crypto/passphrase.h"
#include "mynakura/store/db.h"
#include "passphrase_internal.h"
#include "vault_internal.h"

struct init {
	bool demo;
	struct mk_kdf_cost cost;
	struct mk_kdf_params params;
	struct mk_secret *pass, *recovery, *recovery_text;
	struct mk_office office;
	struct mk_member chief;
	struct mk_keyring *keyring;
	struct mk_unlocked *unlocked;
	struct mk_main *main;
	struct vault *v;
};

static void
init_free(void *p)
{
	struct init *i = p;
	if (i->v->init == i)
		i->v->init = NULL;
	mk_secret_free(i->pass);
	mk_secret_free(i->recovery);
	mk_secret_free(i->recovery_text);
	mk_main_close(i->main);
	mk_unlocked_free(i->unlocked);
	mk_keyring_close(i->keyring);
	mk_wipe(i, sizeof *i);
	free(i);
}

static int
new_path(const struct vault *v, const char *name, char *out, size_t cap)
{
	int n =
	    snprintf(out, cap, "%s/vault.new%s%s", v->args->dir, name[0] != '\0' ? "/" : "", name);
	return n < 0 || (size_t)n >= cap ? MK_E_TOO_BIG : 0;
}

/*
 * DIR/vault.new, which the monitor made, emptied: what an interrupted init left there is removed
 * (nobody ever had its recovery sheet).
 */
static int
fresh_dir(const struct vault *v, int *out)
{
	char path[4096];
	int r = new_path(v, "", path, sizeof path);
	if (r < 0)
		return r;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(dup(fd));
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return MK_E_IO;
	}
	for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(fd, e->d_name, 0);
	closedir(d);
	*out = fd;
	return 0;
}

static int
make_main(struct vault *v, struct init *i)
{
	struct mk_db_keys keys = {.count = 1};
	struct mk_secret *key = NULL;
	char path[4096];
	int r = mk_unlocked_key(i->unlocked, MK_KEYRING_MAIN, MK_KEY_PAGE, 0, &keys.current, &key);
	if (r < 0)
		return r;
	memcpy(keys.vault, mk_keyring_vault(i->keyring), sizeof keys.vault);
	memcpy(keys.ledger, MK_KEYRING_MAIN, sizeof MK_KEYRING_MAIN);
	keys.key[0] = (struct mk_db_key){keys.current, key};
	r = new_path(v, "main.db", path, sizeof path);
	if (r == 0)
		r = mk_main_open(path, &keys, true, &i->main);
	if (r == 0)
		r = mk_main_office_put(i->main, &i->office, true);
	if (r == 0)
		r = mk_main_member_put(i->main, &i->chief, true);
	if (r == 0) /* a demo office has no second persons until it is told so (cli.md) */
		r = mk_main_set(i->main, "approvals", i->demo ? "off" : "on");
	mk_secret_free(key);
	int c = mk_main_close(i->main);
	i->main = NULL;
	return r < 0 ? r : c;
}

static int
trail_made(struct op *op, int r, struct mk_msg *answer)
{
	struct vault *v = op->v;
	if (r < 0 || answer == NULL)
		return r < 0 ? r : MK_E_TRAIL;
	(void)mk_get_str(
	    answer->body.data, answer->body.len, MK_T_vault, v->genesis, sizeof v->genesis);
	(void)mk_get_str(answer->body.data, answer->body.len, MK_T_key, v->key, sizeof v->key);
	return v->genesis[0] == '\0' ? MK_E_TRAIL : 0;
}

/* The trail gets this vault's id as its genesis; then the INTENT of init is its first record. */
static int
make_trail(struct op *op, const struct init *i)
{
	char id[2 * MK_VAULT_ID_LEN + 1];
	struct mk_msg m;
	mk_hex(mk_keyring_vault(i->keyring), MK_VAULT_ID_LEN, id);
	mk_msg_init(&m, MK_TR_CREATE, 0);
	mk_put_str(&m.body, MK_T_vault, id);
	op->resume = trail_made;
	mk_link_ask(op->v, op->v->trail, &m, op, mk_op_answered);
	return MK_WAIT;
}

static int
key_ready(struct op *op, struct mk_secret *key)
{
	struct init *i = op->state;
	struct mk_slot_spec chief = {.member = i->chief.id.s,
	    .account = i->chief.account,
	    .type = MK_SLOT_MEMBER,
	    .params = &i->params,
	    .key = key,
	    .now = mk_now()};
	struct mk_keyring_spec spec = {.form = mk_vault_form(op->v),
	    .pc = op->v->pc,
	    .kind = i->demo ? MK_KIND_DEMO : MK_KIND_REAL,
	    .cost = i->cost,
	    .chief = &chief,
	    .recovery = i->recovery};
	int dir = -1;
	int r = fresh_dir(op->v, &dir);
	if (r == 0)
		r = mk_keyring_create(dir, MK_KEYRING_NAME, &spec, &i->keyring, &i->unlocked);
	mk_secret_free(key);
	if (dir >= 0)
		close(dir);
	if (r == 0)
		r = make_main(op->v, i);
	return r < 0 ? r : make_trail(op, i);
}

static int
read_options(struct op *op, struct init *i)
{
	const void *b = op->req.body.data;
	size_t n = op->req.body.len;
	struct mk_kdf_cost standard = MK_KDF_COST_DEFAULT;
	i->demo = mk_get_bool(b, n, MK_T_demo, false);
	i->cost = standard;
	uint64_t m = mk_get_u64(b, n, MK_T_kdf_m, standard.m),
		 t = mk_get_u64(b, n, MK_T_kdf_t, standard.t);
	if (m > UINT32_MAX || t > UINT32_MAX)
		return MK_E_INPUT;
	i->cost.m = (uint32_t)m;
	i->cost.t = (uint32_t)t;
	if (mk_kdf_check(&i->cost, i->demo) < 0)
		return mk_op_fail(op, MK_E_INPUT,
		    "kdf out of range: m %u..%u KiB, t %u..%u (less in a demo office only)",
		    MK_KDF_M_FLOOR, MK_KDF_M_CEIL, MK_KDF_T_FLOOR, MK_KDF_T_CEIL);
	return 0;
}

static int
read_people(struct op *op, struct init *i)
{
	int r = mk_op_name(op, MK_T_office, i->office.name, sizeof i->office.name);
	if (r < 0 || i->office.name[0] == '\0')
		return r < 0 && r != MK_E_NOT_FOUND
			   ? r
			   : mk_op_fail(op, MK_E_USAGE, "the office's name is missing");
	r = mk_op_name(op, MK_T_name, i->chief.name, sizeof i->chief.name);
	if (r < 0 || i->chief.name[0] == '\0')
		return r < 0 && r != MK_E_NOT_FOUND
			   ? r
			   : mk_op_fail(op, MK_E_USAGE, "the chief's name is missing");
	/* Installed: the caller's own account, or the one that root names (looked up later). */
	const char *account =
	    mk_vault_installed(op->v) && op->c->uid != 0 ? op->c->account : i->chief.name;
	if (account[0] == '\0')
		return mk_op_fail(op, MK_E_DENIED, "this user id has no account on this PC");
	if (mk_str_copy(i->chief.account, sizeof i->chief.account, account) < 0)
		return mk_op_fail(op, MK_E_TOO_BIG, "the chief's name has more than %zu bytes",
		    sizeof i->chief.account - 1);
	i->office.own = true;
	i->office.created = i->chief.created = mk_now();
	i->chief.roles = MK_ROLE_chief;
	i->chief.state = MK_MEMBER_ACTIVE;
	r = mk_id_new('o', &i->office.id);
	return r < 0 ? r : mk_id_new('m', &i->chief.id);
}

static int
account_exists(struct op *op, int r, struct mk_msg *answer)
{
	struct init *i = op->state;
	(void)answer;
	if (r == MK_E_NOT_FOUND)
		return mk_op_fail(op, MK_E_INPUT,
		    "installed, the chief is named by the account on this PC: there is none of "
		    "this name");
	return r < 0 ? r : mk_kdf_start(op, &i->params, i->pass, key_ready);
}

/* Root makes the vault for somebody: that account must be there. Others make it for themselves. */
static int
find_account(struct op *op, const struct init *i)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_MON_WHO, 0);
	mk_put_str(&m.body, MK_T_account, i->chief.account);
	op->resume = account_exists;
	mk_link_ask(op->v, op->v->monitor, &m, op, mk_op_answered);
	return MK_WAIT;
}

int
mk_init_check(struct op *op)
{
	struct init *i = calloc(1, sizeof *i);
	if (i == NULL)
		return MK_E_NOMEM;
	i->v = op->v;
	op->state = i;
	op->state_free = init_free;
	if (op->v->init != NULL)
		return mk_op_fail(op, MK_E_BUSY, "another program is making a vault here");
	op->v->init = i;
	if (op->v->keyring != NULL)
		return mk_op_fail(op, MK_E_EXISTS, "there is a vault here already");
	if (mk_vault_installed(op->v) && op->v->pc == NULL)
		return mk_op_fail(op, MK_E_FAILED,
		    "this PC's secret could not be made (see mynakurad(8), FILES): no vault "
		    "without it");
	int r = read_options(op, i);
	if (r == 0)
		r = read_people(op, i);
	if (r == 0)
		r = mk_op_secret(op, MK_T_passphrase, 0, &i->pass);
	if (r < 0)
		return r == MK_E_NOT_FOUND ? mk_op_fail(op, MK_E_USAGE, "the passphrase is missing")
					   : r;
	r = i->demo ? 0 : mk_memory_check(op);
	if (r < 0)
		return r;
	r = mk_passphrase_check(op, i->pass, i->demo);
	if (r == 0)
		r = mk_recovery_new(&i->recovery);
	if (r == 0)
		r = mk_groups_format(i->recovery, &i->recovery_text);
	if (r == 0)
		r = mk_kdf_params_new(MK_KDF_ARGON2ID, &i->cost, i->demo, &i->params);
	memcpy(op->ev.object, i->chief.id.s, sizeof op->ev.object);
	if (r == 0 && mk_vault_installed(op->v) && op->c->uid == 0)
		return find_account(op, i);
	return r < 0 ? r : mk_kdf_start(op, &i->params, i->pass, key_ready);
}

static int
kept(struct op *op, int r, struct mk_msg *answer)
{
	struct init *i = op->state;
	(void)answer;
	if (r < 0)
		return r;
	op->v->keyring = i->keyring;
	mk_unlocked_free(i->unlocked);
	i->unlocked = NULL;
	mk_keyring_lock(op->v->keyring); /* nobody has logged in yet */
	i->keyring = NULL;
	mk_put_str(&op->reply.body, MK_T_vault, op->v->genesis);
	mk_put_str(&op->reply.body, MK_T_member, i->chief.id.s);
	mk_put_bytes(&op->reply.body, MK_T_recovery, i->recovery_text->data, i->recovery_text->len);
	return 0;
}

int
mk_init_act(struct op *op)
{
	struct mk_msg m;
	if (op->v->keyring != NULL)
		return MK_E_EXISTS;
	mk_msg_init(&m, MK_MON_KEEP, 0);
	op->resume = kept;
	mk_link_ask(op->v, op->v->monitor, &m, op, mk_op_answered);
	return MK_WAIT;
}
