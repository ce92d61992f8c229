/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzz target: a profile's JSON text. What is accepted must compile, and the vault's reader must take what came out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mynakura/exchange/export.h"
#include "mynakura/profile/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mk_profile *p = NULL;
	struct mk_profile_error err;
	struct mk_compiled *c = NULL;
	struct mk_buf flat = MK_BUF_INIT;
	if (mk_profile_parse((const char *)data, len, &p, &err) < 0) {
		if (memchr(err.text, 0, sizeof err.text) == NULL || err.text[0] == '\0')
			abort();
		return 0;
	}
	if (mk_profile_compile(p, &flat) < 0 || mk_compiled_parse(flat.data, flat.len, &c) < 0)
		abort();
	mk_compiled_free(c);
	mk_profile_free(p);
	mk_buf_free(&flat);
	return 0;
}
