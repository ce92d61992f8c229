/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside the loader: the profile's body, where one is in the JSON text, and the readers of values.
 */
#ifndef MK_PROFILE_INTERNAL_H
#define MK_PROFILE_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "mynakura/profile/profile.h"

struct mk_profile {
	struct mk_layout *layout;
	char *source;
	char *checked;
};

#define MK_PATH_MAX 8U

/* A place in the JSON: the ordinal of a member or an element at each depth. */
struct mk_json_path {
	size_t at[MK_PATH_MAX];
	size_t depth;
};

struct mk_loader {
	const char *text;
	size_t len;
	struct mk_json_path path; /* where the loader is */
	struct mk_profile_error *err;
	int r; /* the first error, 0 */
	struct mk_layout *l;
	char *map_name[MK_LAYOUT_MAPS]; /* of the profile's own maps; NULL for a field's */
	struct mk_json_path map_path[MK_LAYOUT_MAPS];
};

/*
 * Finds path in a text that is valid JSON and sets line and column (characters), both from 1: of
 * the last member's key when `key`, else of the value. 0 and 0 when the path is not there.
 */
void mk_json_locate(const char *text, size_t len, const struct mk_json_path *path, bool key,
    int *line, int *column);

void mk_profile_error_set(struct mk_profile_error *err, int line, int column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Notes the first error at the loader's place (or at the key of its last step) and returns
 * MK_E_INPUT.
 */
int mk_loader_fail(struct mk_loader *ld, bool at_key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Steps into member `key` of obj: its value, or NULL without a step. Each step is undone with
 * mk_loader_up.
 */
json_t *mk_loader_into(struct mk_loader *ld, const json_t *obj, const char *key);
void mk_loader_down(struct mk_loader *ld, size_t ordinal);
void mk_loader_up(struct mk_loader *ld);

/* Every key of obj must be in the NULL-terminated list. */
void mk_read_keys(struct mk_loader *ld, const json_t *obj, const char *const *allowed);
/*
 * Readers of one member; a wrong type or value is noted as the loader's error. A member that is
 * missing leaves *out, and is an error when `must`.
 */
void mk_read_str(struct mk_loader *ld, const json_t *obj, const char *key, bool must, char **out);
void mk_read_bool(struct mk_loader *ld, const json_t *obj, const char *key, bool *out);
void mk_read_uint(struct mk_loader *ld, const json_t *obj, const char *key, unsigned long max,
    unsigned long *out);
void mk_read_word(struct mk_loader *ld, const json_t *obj, const char *key, bool must,
    const char *const *words, size_t n, uint8_t *out);
void mk_read_source(struct mk_loader *ld, const json_t *obj, const char *key, uint16_t *out);

/* The fields and the lines before the rows (cells.c), and the maps. */
void mk_read_maps(struct mk_loader *ld, const json_t *root);
void mk_read_preamble(struct mk_loader *ld, const json_t *root);
void mk_read_fields(struct mk_loader *ld, const json_t *root);

#endif
