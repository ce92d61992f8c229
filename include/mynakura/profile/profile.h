/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Profiles: one JSON file (man/mynakura-profile.5) that says what an export looks like. Client
 * side: it is found, read strictly and compiled here; the daemon gets only the compiled bytes and
 * links no JSON. A profile can name no path, no command and no other file.
 */
#ifndef MK_PROFILE_PROFILE_H
#define MK_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "mynakura/base/buf.h"
#include "mynakura/exchange/layout.h"

#define MK_PROFILE_SIZE (256U * 1024U) /* bytes of a profile file, at most */
#define MK_PROFILE_ID 48U /* bytes of an id with its NUL: a-z 0-9 and '-' */

/* What was wrong with a profile, for a person. line and column count from 1; 0 when the fault is
 * the file's itself. */
struct mk_profile_error {
	int line;
	int column; /* in characters */
	char text[240]; /* English; may quote a word of the file: print it escaped */
};

struct mk_profile;
void mk_profile_free(struct mk_profile *p); /* NULL is fine */

/*
 * Reads one file. It must be a regular file (no symlink) of at most 256 KiB that belongs to root,
 * the caller or the owner of the running program, and that neither group nor others can write.
 * MK_E_NOT_FOUND, MK_E_DENIED (owner, mode, symlink), MK_E_TOO_BIG, MK_E_INPUT, MK_E_IO,
 * MK_E_NOMEM; err (never NULL) is filled on every error.
 */
int mk_profile_load(const char *path, struct mk_profile **out, struct mk_profile_error *err);
/* The same for a text in memory (UTF-8, no NUL needed). */
int mk_profile_parse(
    const char *text, size_t len, struct mk_profile **out, struct mk_profile_error *err);

const char *mk_profile_id(const struct mk_profile *p);
const char *mk_profile_title(const struct mk_profile *p);
const char *mk_profile_status(const struct mk_profile
	*p); /* documented | partial | unverified: to be shown before an export */
const char *mk_profile_source(
    const struct mk_profile *p); /* where the layout is from; "" when not said */
const char *mk_profile_checked(const struct mk_profile *p); /* "2026-11"; "" when not said */
const char *mk_profile_purpose(const struct mk_profile *p); /* a purpose's code, or "": any */
const char *mk_profile_filename(const struct mk_profile
	*p); /* the name that the target wants, "" for any; never with a slash */
bool mk_profile_human(const struct mk_profile *p); /* the file is for people and spreadsheets */
const struct mk_layout *mk_profile_layout(const struct mk_profile *p); /* borrows from p */

/* Appends the flat bytes for MK_T_profile. MK_E_TOO_BIG over MK_COMPILED_MAX, MK_E_NOMEM. */
int mk_profile_compile(const struct mk_profile *p, struct mk_buf *out);

/*
 * Where profiles are looked for, first hit wins, so that no profile of a user can stand in for one
 * of the system: MK_DATADIR/profiles; contrib/profiles of the source tree that the running program
 * was built in (uninstalled builds); ~/.config/mynakura/profiles. A folder that is not there is no
 * error.
 */
struct mk_profile_dirs {
	char *path[4];
	size_t n;
};
int mk_profile_dirs_default(
    struct mk_profile_dirs *out); /* MK_E_NOMEM; free with mk_profile_dirs_free */
void mk_profile_dirs_free(struct mk_profile_dirs *d);

/* Loads NAME.json (its "id" must be NAME) of the first folder that has it. A bad name is
 * MK_E_NOT_FOUND. Errors as mk_profile_load. */
int mk_profile_find(const char *name, const struct mk_profile_dirs *dirs, struct mk_profile **out,
    struct mk_profile_error *err);

/* Called once a profile in order of id; p is NULL and err filled when the file is faulty. A result
 * other than 0 ends the walk and is returned. */
typedef int mk_profile_each(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err);
int mk_profile_list(const struct mk_profile_dirs *dirs, mk_profile_each *each, void *ctx);

#endif
