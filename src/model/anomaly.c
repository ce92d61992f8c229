/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of anomalies. */
#include "mynakura/model/anomaly.h"

#include <string.h>

#include "mynakura/base/err.h"

static const struct {
	const char *name, *weight, *words;
} kinds[] = {
#define X(name, weight, words) {#name, #weight, words},
    MK_ANOMALY_TABLE(X)
#undef X
};

const char *
mk_anomaly_name(enum mk_anomaly a)
{
	return (unsigned)a < MK_AN_COUNT ? kinds[a].name : NULL;
}

int
mk_anomaly_find(const char *name)
{
	for (int i = 0; i < MK_AN_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return MK_E_NOT_FOUND;
}

const char *
mk_anomaly_weight(enum mk_anomaly a)
{
	return (unsigned)a < MK_AN_COUNT ? kinds[a].weight : NULL;
}

const char *
mk_anomaly_words(enum mk_anomaly a)
{
	return (unsigned)a < MK_AN_COUNT ? kinds[a].words : NULL;
}
