/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between doctor.c and doctor_service.c: one finding. */
#ifndef MK_CLI_DOCTOR_INTERNAL_H
#define MK_CLI_DOCTOR_INTERNAL_H

/* MISSING: the main job cannot be done; WEAK: a part, or less safely. */
enum mk_find_grade { MK_FIND_FINE, MK_FIND_WEAK, MK_FIND_MISSING };

struct mk_finding {
	enum mk_find_grade grade;
	char detail[600];
	const char *mend; /* msgid; NULL when fine */
};

void mk_find_set(
    struct mk_finding *f, enum mk_find_grade grade, const char *detail, const char *mend);

/* The installed form: fine where nothing of it is here. */
void mk_look_service(struct mk_finding *f);
void mk_look_accounts(struct mk_finding *f);
void mk_look_login(struct mk_finding *f);

#endif
