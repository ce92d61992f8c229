/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's own witness. The folder is opened once and everything is done relative to it: a
 * vault's id comes from the daemon and is a file name here, so it is checked first, and a link in
 * its place is never followed.
 */
#include "mynakura/wire/witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/lang.h"
#include "mynakura/base/str.h"

#define VAULTS_MAX 4096

void
mk_witness_free(struct mk_witness *w)
{
	mk_buf_free(&w->line);
	memset(w, 0, sizeof *w);
}

static bool
vault_valid(const char *vault)
{
	size_t n = strspn(vault, "0123456789abcdefghijklmnopqrstuvwxyz-");
	return n > 0 && n < MK_WITNESS_VAULT_MAX && vault[n] == '\0';
}

/* --- the line's form */

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

/* n characters of this set into out (may be NULL). */
static bool
take_of(struct cursor *c, const char *set, size_t n, char *out)
{
	if (c->left < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (c->p[i] == '\0' || strchr(set, c->p[i]) == NULL)
			return false;
	if (out != NULL) {
		memcpy(out, c->p, n);
		out[n] = '\0';
	}
	c->p += n;
	c->left -= n;
	return true;
}

static bool
take_count(struct cursor *c, uint64_t *out)
{
	char digits[20];
	size_t n = 0;
	while (n < c->left && n < sizeof digits - 1 && c->p[n] >= '0' && c->p[n] <= '9')
		n++;
	return take_of(c, "0123456789", n, digits) && digits[0] != '0' &&
	       mk_str_u64(digits, INT64_MAX, out) == 0;
}

/* As mynakura-trail(5) has it, up to the checkpoint's time; the rest is the daemon's to judge. */
static bool
read_line(struct cursor *c, struct mk_witness *w)
{
	static const char hex[] = "0123456789abcdef";
	int64_t t;
	return take(c, "{\"seq\":") && take_count(c, &w->count) && take(c, ",\"salt\":\"") &&
	       take_of(c, hex, 32, NULL) && take(c, "\",\"leaf\":\"") &&
	       take_of(c, hex, 64, NULL) && take(c, "\",\"link\":\"") &&
	       take_of(c, hex, 64, w->head) &&
	       take(c, "\",\"body\":{\"kind\":\"checkpoint\",\"time\":\"") &&
	       take_of(c, "0123456789-+:TZ", MK_TIME_MAX - 1, w->time) &&
	       mk_time_parse(w->time, &t) == 0 && take(c, "\",") && c->left > 2 &&
	       memcmp(c->p + c->left - 2, "}}", 2) == 0;
}

/* The entry before it, without salt and body: with its link the signature can be verified. */
static bool
read_before(struct cursor *c, uint64_t count)
{
	static const char hex[] = "0123456789abcdef";
	uint64_t seq;
	return take(c, "{\"seq\":") && take_count(c, &seq) && seq + 1 == count &&
	       take(c, ",\"leaf\":\"") && take_of(c, hex, 64, NULL) && take(c, "\",\"link\":\"") &&
	       take_of(c, hex, 64, NULL) && take(c, "\"}") && c->left == 0;
}

static bool
read_text(const char *p, size_t len, struct mk_witness *w)
{
	const char *end = memchr(p, '\n', len);
	size_t first = end != NULL ? (size_t)(end - p) : len;
	struct cursor line = {p, first}, before = {NULL, 0};
	for (size_t i = 0; i < first; i++)
		if ((unsigned char)p[i] < 0x20)
			return false;
	if (end != NULL)
		before = (struct cursor){end + 1, len - first - 1};
	return read_line(&line, w) && (end == NULL || read_before(&before, w->count));
}

int
mk_witness_parse(const void *line, size_t len, struct mk_witness *w)
{
	memset(w, 0, sizeof *w);
	if (len > 0 && ((const char *)line)[len - 1] == '\n')
		len--;
	if (len == 0 || len > MK_WITNESS_TEXT_MAX || !read_text(line, len, w)) {
		memset(w, 0, sizeof *w);
		return MK_E_INPUT;
	}
	mk_buf_put(&w->line, line, len);
	return mk_buf_error(&w->line);
}

/* --- the folder */

/* The user's state folder; NOT_FOUND without one. A relative path is none (XDG). */
static int
state_home(char *out, size_t cap)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	bool own = state != NULL && state[0] == '/';
	if (!own && (home == NULL || home[0] != '/'))
		return MK_E_NOT_FOUND;
	int n = snprintf(out, cap, "%s%s", own ? state : home, own ? "" : "/.local/state");
	if (n < 0 || (size_t)n >= cap)
		return MK_E_TOO_BIG;
	/* root with somebody's HOME must not make folders there. */
	struct stat st;
	if (stat(own ? state : home, &st) == 0 && st.st_uid != geteuid())
		return MK_E_DENIED;
	return 0;
}

/* mkdir -p, 0700 */
static int
make_folders(char *path)
{
	for (char *p = path + 1;; p++) {
		char c = *p;
		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		int r = mkdir(path, 0700) < 0 && errno != EEXIST ? mk_err_from_errno(errno) : 0;
		*p = c;
		if (r < 0 || c == '\0')
			return r;
	}
}

static int
open_folder(bool make, char *path, size_t cap)
{
	struct stat st;
	int r = state_home(path, cap);
	if (r < 0) {
		path[0] = '\0';
		return r;
	}
	size_t n = strlen(path);
	int k = snprintf(path + n, cap - n, "/mynakura/witness");
	if (k < 0 || (size_t)k >= cap - n)
		return MK_E_TOO_BIG;
	if (make && (r = make_folders(path)) < 0)
		return r;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? MK_E_DENIED : mk_err_from_errno(errno);
	/* In a folder that others write to, others choose what is kept. */
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
		close(fd);
		return MK_E_DENIED;
	}
	return fd;
}

static int
read_file(int dir, const char *name, struct mk_buf *out)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? MK_E_INPUT : mk_err_from_errno(errno);
	int r = fstat(fd, &st) < 0 ? MK_E_IO : 0;
	if (r == 0 && (!S_ISREG(st.st_mode) || st.st_uid != geteuid()))
		r = MK_E_INPUT;
	if (r == 0)
		r = mk_buf_read_fd(out, fd, MK_WITNESS_TEXT_MAX + 1);
	close(fd);
	return r == MK_E_TOO_BIG ? MK_E_INPUT : r;
}

static int
load_at(int dir, const char *vault, struct mk_witness *w)
{
	struct mk_buf text = MK_BUF_INIT;
	char path[MK_WITNESS_PATH_MAX];
	int r = read_file(dir, vault, &text);
	memcpy(path, w->path, sizeof path);
	if (r == 0)
		r = mk_witness_parse(text.data, text.len, w);
	memcpy(w->path, path, sizeof path);
	mk_buf_free(&text);
	return r;
}

/* Opens the folder and sets w->path to the file's. */
static int
open_for(const char *vault, bool make, struct mk_witness *w)
{
	memset(w, 0, sizeof *w);
	if (!vault_valid(vault))
		return MK_E_INPUT;
	int dir = open_folder(make, w->path, sizeof w->path - MK_WITNESS_VAULT_MAX - 1);
	size_t n = strlen(w->path);
	if (n > 0)
		snprintf(w->path + n, sizeof w->path - n, "/%s", vault);
	return dir;
}

int
mk_witness_load(const char *vault, struct mk_witness *w)
{
	int dir = open_for(vault, false, w);
	if (dir < 0)
		return dir;
	int r = load_at(dir, vault, w);
	close(dir);
	return r;
}

/* --- keeping */

static int
write_file(int dir, const char *name, const struct mk_buf *line)
{
	unlinkat(dir, name, 0); /* a dead run's of the same pid */
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EACCES ? MK_E_DENIED : mk_err_from_errno(errno);
	int r = mk_write_all(fd, line->data, line->len);
	if (r == 0)
		r = mk_write_all(fd, "\n", 1);
	if (r == 0 && fsync(fd) < 0)
		r = mk_err_from_errno(errno);
	close(fd);
	return r;
}

static int
store_at(int dir, const char *vault, const struct mk_buf *line)
{
	char name[MK_WITNESS_VAULT_MAX + 32];
	snprintf(name, sizeof name, "%s.%ld.new", vault, (long)getpid());
	int r = write_file(dir, name, line);
	if (r == 0 && renameat(dir, name, dir, vault) < 0)
		r = mk_err_from_errno(errno);
	if (r < 0)
		unlinkat(dir, name, 0);
	else if (fsync(dir) < 0 && errno != EINVAL)
		r = mk_err_from_errno(errno);
	return r;
}

int
mk_witness_store(const char *vault, const void *line, size_t len)
{
	struct mk_witness w, place;
	int r = mk_witness_parse(line, len, &w);
	if (r < 0)
		return r;
	int dir = open_for(vault, true, &place);
	r = dir < 0 ? dir : store_at(dir, vault, &w.line);
	if (dir >= 0)
		close(dir);
	mk_witness_free(&w);
	return r;
}

static int
is_vault(const struct dirent *d)
{
	return vault_valid(d->d_name);
}

int
mk_witness_each(int (*f)(const char *vault, void *arg), void *arg)
{
	char path[MK_WITNESS_PATH_MAX];
	struct dirent **names = NULL;
	int dir = open_folder(false, path, sizeof path);
	if (dir < 0)
		return dir == MK_E_NOT_FOUND ? 0 : dir;
	int n = scandirat(dir, ".", &names, is_vault, alphasort);
	int r = n < 0 ? MK_E_IO : 0;
	for (int i = 0; i < n; i++) {
		if (r == 0 && i < VAULTS_MAX)
			r = f(names[i]->d_name, arg);
		free(names[i]);
	}
	free(names);
	close(dir);
	return r;
}

/* --- around a login */

void
mk_witness_login_free(struct mk_witness_login *w)
{
	mk_witness_free(&w->kept);
	memset(w, 0, sizeof *w);
}

const char *
mk_witness_offer(struct mk_witness_login *w, const char *vault, struct mk_buf *body)
{
	memset(w, 0, sizeof *w);
	if (vault == NULL || !vault_valid(vault))
		return NULL;
	memcpy(w->vault, vault, strlen(vault) + 1);
	int r = mk_witness_load(vault, &w->kept);
	if (r == 0)
		mk_put_bytes(body, MK_T_checkpoint, w->kept.line.data, w->kept.line.len);
	return r == MK_E_INPUT ? N_("what your own home keeps as this vault's last checkpoint is "
				    "none: it is ignored and a new one is kept")
			       : NULL;
}

static bool
same_line(const struct mk_witness *a, const struct mk_witness *b)
{
	return a->line.len == b->line.len && memcmp(a->line.data, b->line.data, a->line.len) == 0;
}

/* The daemon's word on what was offered: "" it stands in the trail, or none was offered. */
static void
judged(const struct mk_msg *reply, char word[16])
{
	if (mk_get_str(reply->body.data, reply->body.len, MK_T_witness, word, 16) < 0)
		word[0] = '\0';
}

/*
 * May newest stand in the place of now? A kept one that this trail contradicts must go on saying so
 * at every login, and what another run kept meanwhile is not put back. One that proves nothing goes
 * beside, for whoever wants to know how it came there.
 */
static bool
may_replace(const struct mk_witness_login *w, int dir, const struct mk_witness *now,
    const struct mk_witness *newest, const char *word)
{
	char refused[MK_WITNESS_VAULT_MAX + 16];
	if (!same_line(now, &w->kept) || word[0] == '\0')
		return now->count <= newest->count;
	if (strcmp(word, mk_err_code(MK_E_INPUT)) != 0)
		return false;
	snprintf(refused, sizeof refused, "%s.refused", w->vault);
	return renameat(dir, w->vault, dir, refused) == 0;
}

static int
keep(const struct mk_witness_login *w, const struct mk_witness *newest, const char *word)
{
	struct mk_witness now;
	int dir = open_for(w->vault, true, &now);
	if (dir < 0)
		return dir;
	int r = load_at(dir, w->vault, &now);
	if (r < 0 || may_replace(w, dir, &now, newest, word))
		r = store_at(dir, w->vault, &newest->line);
	mk_witness_free(&now);
	close(dir);
	return r;
}

const char *
mk_witness_take(struct mk_witness_login *w, const struct mk_msg *reply)
{
	struct mk_item it;
	struct mk_witness newest;
	char word[16];
	if (w->vault[0] == '\0' ||
	    !mk_find(reply->body.data, reply->body.len, MK_T_checkpoint, &it))
		return NULL;
	judged(reply, word);
	int r = mk_witness_parse(it.p, it.len, &newest);
	if (r < 0)
		return N_("the vault's newest checkpoint has not the form of one: it is not kept");
	r = keep(w, &newest, word);
	bool older = word[0] == '\0' && w->kept.count > newest.count;
	mk_witness_free(&newest);
	if (r == MK_E_NOT_FOUND && getenv("HOME") == NULL)
		return NULL;
	if (r < 0)
		return N_("your own home cannot keep this vault's last checkpoint: an older copy "
			  "put in its place will not be noticed here");
	/* It was sent; a daemon that knows nothing of it did not look. */
	return older ? N_("your own home keeps a newer checkpoint than this vault has") : NULL;
}

void
mk_witness_explain(const struct mk_witness_login *w, int err, struct mk_buf *out)
{
	if ((err != MK_E_ROLLED_BACK && err != MK_E_TAMPERED) || w->kept.count == 0)
		return;
	char count[24];
	snprintf(count, sizeof count, "%" PRIu64, w->kept.count);
	mk_buf_printf(
	    out, _("your own home keeps entry %s of %s, in %s"), count, w->kept.time, w->kept.path);
}
