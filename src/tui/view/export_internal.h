/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of an export: the list of profiles, the form, what came of it. */
#ifndef MK_TUI_EXPORT_INTERNAL_H
#define MK_TUI_EXPORT_INTERNAL_H

#include "view/views_internal.h"

extern const struct mk_view_ops mk_view_export_form; /* const struct mk_export_form_arg * */

struct mk_export_form_arg {
	const char *path; /* of the profile */
	const struct mk_export_wish *wish; /* what stands in the form at first; NULL */
};

/* A profile's status as a sentence: what the user has to know before the file is trusted. */
const char *mk_export_status(const char *status);

/* What an export did. All is borrowed. */
struct mk_export_done {
	const char *path, *status;
	const struct mk_buf *answer; /* items of the answer to export */
	const struct mk_buf *names; /* items of subject_list: names for ids, as far as they came */
};

/* Appends the report, for the text view. */
void mk_export_report(const struct mk_export_done *d, struct mk_buf *out);

#endif
