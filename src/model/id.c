/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and checking ids. */
#include "mynakura/model/id.h"

#include <stdint.h>
#include <string.h>

#include "mynakura/base/err.h"
#include "mynakura/base/rand.h"
#include "mynakura/base/str.h"
#include "mynakura/model/number.h"

static bool
all_digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

int
mk_id_new(char kind, struct mk_id *out)
{
	struct mk_id id;
	do {
		uint8_t raw[10];
		int r = mk_rand(raw, sizeof raw);
		if (r < 0)
			return r;
		memset(&id, 0, sizeof id);
		id.s[0] = kind;
		mk_base32(raw, MK_ID_LEN - 1, id.s + 1);
	} while (all_digits(id.s + 1) || mk_number_in_text(id.s, MK_ID_LEN));
	*out = id;
	return 0;
}

bool
mk_id_valid(const char *s, char kind)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	if (strlen(s) != MK_ID_LEN || s[0] < 'a' || s[0] > 'z' || (kind != 0 && s[0] != kind))
		return false;
	return s[1 + strspn(s + 1, alphabet)] == '\0' && !all_digits(s + 1);
}
