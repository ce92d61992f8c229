/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One profile: its file's safety, its JSON, its words, and the layout that comes out of it. Every
 * rule on values is mk_layout_check's, which the vault runs too; here they only get a line and a
 * column.
 */
#include "mynakura/profile/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/utf8.h"
#include "profile_internal.h"

#define WORDS(name, TABLE) static const char *const name[] = {TABLE(WORD)}
#define WORD(id, word) word,
WORDS(statuses, MK_STATUS_TABLE);
WORDS(encodings, MK_ENCODING_TABLE);
WORDS(repertoires, MK_REPERTOIRE_TABLE);
WORDS(quotings, MK_QUOTING_TABLE);
WORDS(eols, MK_EOL_TABLE);
WORDS(headers, MK_HEADER_TABLE);
WORDS(consumers, MK_CONSUMER_TABLE);
WORDS(rowkinds, MK_ROWKIND_TABLE);
WORDS(missings, MK_MISSING_TABLE);
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const top_keys[] = {"profile", "id", "title", "direction", "status", "source",
    "checked", "consumer", "purpose", "filename", "encoding", "bom", "repertoire", "max_bytes",
    "dialect", "preamble", "row", "missing", "key", "enum", "fields", "note", NULL};
static const char *const dialect_keys[] = {
    "delimiter", "quoting", "lineTerminator", "finalNewline", "header", "note", NULL};
static const char *const directions[] = {"export"};
static const char *const delimiters[] = {",", ";", "\t", " "};

void
mk_profile_free(struct mk_profile *p)
{
	if (p == NULL)
		return;
	mk_layout_free(p->layout);
	free(p->source);
	free(p->checked);
	free(p);
}

static void
read_dialect(struct mk_loader *ld, const json_t *root)
{
	uint8_t delimiter = 0;
	json_t *v = ld->r == 0 ? mk_loader_into(ld, root, "dialect") : NULL;
	if (v == NULL) {
		mk_loader_fail(ld, false, "the key \"dialect\" is missing");
		return;
	}
	ld->l->final_newline = true;
	if (!json_is_object(v)) {
		mk_loader_fail(ld, false, "\"dialect\" must be an object");
	} else {
		mk_read_keys(ld, v, dialect_keys);
		mk_read_word(ld, v, "delimiter", false, delimiters, COUNT(delimiters), &delimiter);
		mk_read_word(ld, v, "quoting", true, quotings, COUNT(quotings), &ld->l->quoting);
		mk_read_word(ld, v, "lineTerminator", false, eols, COUNT(eols), &ld->l->eol);
		mk_read_bool(ld, v, "finalNewline", &ld->l->final_newline);
		mk_read_word(ld, v, "header", false, headers, COUNT(headers), &ld->l->header);
	}
	ld->l->delimiter = delimiters[delimiter][0];
	mk_loader_up(ld);
}

static void
read_version(struct mk_loader *ld, const json_t *root)
{
	unsigned long version = 0;
	mk_read_uint(ld, root, "profile", 1, &version);
	if (version != 1)
		mk_loader_fail(ld, false, "not a profile: \"profile\": 1 is missing");
}

static void
read_about(struct mk_loader *ld, const json_t *root, struct mk_profile *p)
{
	mk_read_str(ld, root, "source", false, &p->source);
	mk_read_str(ld, root, "checked", false, &p->checked);
	if (ld->r < 0)
		return;
	if (mk_text_check(p->source, strlen(p->source), NULL) < 0 ||
	    mk_text_check(p->checked, strlen(p->checked), NULL) < 0)
		mk_loader_fail(ld, false, "\"source\" and \"checked\" must be plain text");
	if (ld->l->status == MK_STATUS_DOCUMENTED && p->source[0] == '\0')
		mk_loader_fail(ld, false, "a documented profile names its \"source\"");
}

static void
read_top(struct mk_loader *ld, const json_t *root)
{
	uint8_t direction = 0;
	unsigned long max_bytes = 0;
	struct mk_layout *l = ld->l;
	mk_read_str(ld, root, "id", true, &l->id);
	mk_read_str(ld, root, "title", true, &l->title);
	mk_read_word(ld, root, "direction", true, directions, COUNT(directions), &direction);
	mk_read_word(ld, root, "status", true, statuses, COUNT(statuses), &l->status);
	mk_read_word(ld, root, "consumer", true, consumers, COUNT(consumers), &l->consumer);
	mk_read_str(ld, root, "purpose", false, &l->purpose);
	mk_read_str(ld, root, "filename", false, &l->filename);
	mk_read_word(ld, root, "encoding", true, encodings, COUNT(encodings), &l->encoding);
	mk_read_bool(ld, root, "bom", &l->bom);
	mk_read_word(ld, root, "repertoire", true, repertoires, COUNT(repertoires), &l->repertoire);
	mk_read_uint(ld, root, "max_bytes", UINT32_MAX, &max_bytes);
	l->max_bytes = (uint32_t)max_bytes;
	mk_read_word(ld, root, "row", true, rowkinds, COUNT(rowkinds), &l->row);
	mk_read_word(ld, root, "missing", true, missings, COUNT(missings), &l->missing);
	mk_read_source(ld, root, "key", &l->key);
	if (l->key == MK_SRC_NONE)
		mk_loader_fail(ld, false, "the key \"key\" is missing");
}

/* Puts the loader where mk_layout_check found something, and says it. */
static void
report_fault(struct mk_loader *ld, const json_t *root, const struct mk_layout_fault *f)
{
	const char *part = f->part == MK_LAYOUT_PART_FIELDS     ? "fields"
			   : f->part == MK_LAYOUT_PART_PREAMBLE ? "preamble"
								: f->key;
	if (f->part == MK_LAYOUT_PART_MAP)
		ld->path = ld->map_path[f->line];
	else if (part != NULL)
		(void)mk_loader_into(ld, root, part);
	if (f->part == MK_LAYOUT_PART_PREAMBLE)
		mk_loader_down(ld, f->line);
	if (f->part == MK_LAYOUT_PART_PREAMBLE || f->part == MK_LAYOUT_PART_FIELDS)
		mk_loader_down(ld, f->cell);
	mk_loader_fail(ld, false, "%s", f->why);
}

static int
fill(struct mk_loader *ld, const json_t *root, struct mk_profile *p)
{
	struct mk_layout_fault fault;
	struct mk_buf flat = MK_BUF_INIT;
	if (!json_is_object(root))
		return mk_loader_fail(ld, false, "a profile is one JSON object");
	read_version(ld, root);
	if (ld->r == 0)
		mk_read_keys(ld, root, top_keys);
	read_top(ld, root);
	read_dialect(ld, root);
	read_about(ld, root, p);
	mk_read_maps(ld, root);
	mk_read_preamble(ld, root);
	mk_read_fields(ld, root);
	if (ld->r == 0 && mk_layout_check(ld->l, &fault) < 0)
		report_fault(ld, root, &fault);
	if (ld->r == 0 && mk_layout_encode(ld->l, &flat) == MK_E_TOO_BIG)
		mk_loader_fail(
		    ld, false, "the profile is too large: over %u bytes compiled", MK_COMPILED_MAX);
	mk_buf_free(&flat);
	return ld->r;
}

int
mk_profile_parse(
    const char *text, size_t len, struct mk_profile **out, struct mk_profile_error *err)
{
	json_error_t je;
	struct mk_loader ld = {.text = text, .len = len, .err = err};
	mk_profile_error_set(err, 0, 0, "%s", "");
	if (len > MK_PROFILE_SIZE) {
		mk_profile_error_set(err, 0, 0, "larger than %u KiB", MK_PROFILE_SIZE / 1024);
		return MK_E_TOO_BIG;
	}
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (root == NULL) {
		mk_profile_error_set(err, je.line, je.column, "%s", je.text);
		return json_error_code(&je) == json_error_out_of_memory ? MK_E_NOMEM : MK_E_INPUT;
	}
	int r = MK_E_NOMEM;
	struct mk_profile *p = calloc(1, sizeof *p);
	if (p != NULL) {
		p->layout = ld.l = mk_layout_new();
		p->source = strdup("");
		p->checked = strdup("");
	}
	if (p == NULL || p->layout == NULL || p->source == NULL || p->checked == NULL)
		mk_profile_error_set(err, 0, 0, "out of memory");
	else
		r = fill(&ld, root, p);
	json_decref(root);
	for (size_t i = 0; i < MK_LAYOUT_MAPS; i++)
		free(ld.map_name[i]);
	if (r < 0)
		mk_profile_free(p);
	else
		*out = p;
	return r;
}

/* Whoever owns the running program is trusted already: a tree of another's that root builds in. */
static bool
owner_trusted(uid_t owner)
{
	struct stat st;
	return owner == 0 || owner == geteuid() ||
	       (stat("/proc/self/exe", &st) == 0 && st.st_uid == owner);
}

static int
open_checked(const char *path, int *out, struct mk_profile_error *err)
{
	struct stat st;
	int r = MK_E_DENIED;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int e = errno;
		r = e == ELOOP || e == EACCES ? MK_E_DENIED : mk_err_from_errno(e);
		mk_profile_error_set(
		    err, 0, 0, "%s", e == ELOOP ? "a symbolic link is not followed" : strerror(e));
		return r;
	}
	if (fstat(fd, &st) < 0) {
		r = MK_E_IO;
		mk_profile_error_set(err, 0, 0, "cannot be looked at");
	} else if (!S_ISREG(st.st_mode)) {
		mk_profile_error_set(err, 0, 0, "not a regular file");
	} else if (!owner_trusted(st.st_uid)) {
		mk_profile_error_set(err, 0, 0, "belongs to another user");
	} else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		mk_profile_error_set(err, 0, 0, "others can write it: chmod go-w");
	} else if (st.st_size > (off_t)MK_PROFILE_SIZE) {
		r = MK_E_TOO_BIG;
		mk_profile_error_set(err, 0, 0, "larger than %u KiB", MK_PROFILE_SIZE / 1024);
	} else {
		*out = fd;
		return 0;
	}
	close(fd);
	return r;
}

int
mk_profile_load(const char *path, struct mk_profile **out, struct mk_profile_error *err)
{
	int fd = -1;
	struct mk_buf text = MK_BUF_INIT;
	int r = open_checked(path, &fd, err);
	if (r < 0)
		return r;
	r = mk_buf_read_fd(&text, fd, MK_PROFILE_SIZE);
	close(fd);
	if (r < 0)
		mk_profile_error_set(err, 0, 0, "%s", mk_err_message(r));
	else
		r = mk_profile_parse(mk_buf_str(&text), text.len, out, err);
	mk_buf_free(&text);
	return r;
}

const char *
mk_profile_id(const struct mk_profile *p)
{
	return p->layout->id;
}

const char *
mk_profile_title(const struct mk_profile *p)
{
	return p->layout->title;
}

const char *
mk_profile_status(const struct mk_profile *p)
{
	return statuses[p->layout->status];
}

const char *
mk_profile_source(const struct mk_profile *p)
{
	return p->source;
}

const char *
mk_profile_checked(const struct mk_profile *p)
{
	return p->checked;
}

const char *
mk_profile_purpose(const struct mk_profile *p)
{
	return p->layout->purpose;
}

const char *
mk_profile_filename(const struct mk_profile *p)
{
	return p->layout->filename;
}

bool
mk_profile_human(const struct mk_profile *p)
{
	return p->layout->consumer == MK_CONSUMER_HUMAN;
}

const struct mk_layout *
mk_profile_layout(const struct mk_profile *p)
{
	return p->layout;
}

int
mk_profile_compile(const struct mk_profile *p, struct mk_buf *out)
{
	return mk_layout_encode(p->layout, out);
}
