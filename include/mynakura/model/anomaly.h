/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What in the trail an auditor should look at (screen 29). A kind says where to look, never that
 * somebody did wrong. The one table: computing, codes on the wire and words are made from it.
 */
#ifndef MK_MODEL_ANOMALY_H
#define MK_MODEL_ANOMALY_H

/* X(name, weight (high|middle|low), words): additions go at the end. */
#define MK_ANOMALY_TABLE(X)                                                                        \
	X(rolled_back, high, "a kept checkpoint is not in this record")                            \
	X(trail_torn, high, "the record was torn by an interruption")                              \
	X(trail_full, high, "the disk was full: acts were refused")                                \
	X(keyring_repair, high, "the keyring was damaged and was repaired")                        \
	X(over_budget, high, "more numbers were asked for than allowed")                           \
	X(burst, high, "many numbers shown within ten minutes")                                    \
	X(login_failed, middle, "failed logins")                                                   \
	X(denied, middle, "acts that were refused")                                                \
	X(unknown, middle, "acts whose end is unknown")                                            \
	X(clock_jump, middle, "the clock was set")                                                 \
	X(self_approval, middle, "approved alone, with a delay")                                   \
	X(approval_deny, middle, "a second person said no")                                        \
	X(alarm, middle, "other alarms")                                                           \
	X(purge, low, "old records were cleared after their term")                                 \
	X(off_hours, low, "work at night or at the weekend")

enum mk_anomaly {
#define X(name, weight, words) MK_AN_##name,
	MK_ANOMALY_TABLE(X)
#undef X
	    MK_AN_COUNT
};

#define MK_BURST_REVEALS 8 /* by one member ... */
#define MK_BURST_SECONDS 600 /* ... within this time */
/* An approval by the one-person firm's delayed form has this word in its note (detail). */
#define MK_SELF_APPROVAL_NOTE "self-approval"

const char *mk_anomaly_name(enum mk_anomaly a); /* "burst"; NULL for none */
int mk_anomaly_find(const char *name); /* enum mk_anomaly, or MK_E_NOT_FOUND */
const char *mk_anomaly_weight(enum mk_anomaly a); /* "high", "middle", "low" */
const char *mk_anomaly_words(enum mk_anomaly a); /* English msgid */

#endif
