/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streaming JSON writer. */
#include "mynakura/base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mynakura/base/utf8.h"

void
mk_json_init(struct mk_json *j, struct mk_buf *out)
{
	memset(j, 0, sizeof *j);
	j->out = out;
	j->first[0] = true;
}

static void
put_string(struct mk_buf *b, const char *s, size_t len)
{
	mk_buf_put_u8(b, '"');
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = mk_utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			mk_buf_puts(b, "\\ufffd");
			i++;
			continue;
		}
		if (cp == '"' || cp == '\\')
			mk_buf_printf(b, "\\%c", (char)cp);
		else if (cp == '\n')
			mk_buf_puts(b, "\\n");
		else if (mk_text_allowed(cp))
			mk_buf_put(b, s + i, n);
		else if (cp < 0x10000)
			mk_buf_printf(b, "\\u%04x", (unsigned)cp);
		else
			mk_buf_printf(b, "\\u%04x\\u%04x",
			    (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
			    (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
		i += n;
	}
	mk_buf_put_u8(b, '"');
}

static void
lead(struct mk_json *j, const char *key)
{
	if (!j->first[j->depth])
		mk_buf_put_u8(j->out, ',');
	j->first[j->depth] = false;
	if (key != NULL) {
		put_string(j->out, key, strlen(key));
		mk_buf_put_u8(j->out, ':');
	}
}

static void
open_at(struct mk_json *j, const char *key, char c)
{
	lead(j, key);
	mk_buf_put_u8(j->out, (uint8_t)c);
	if (j->depth + 1 < sizeof j->first / sizeof j->first[0])
		j->depth++;
	else
		j->out->failed = true;
	j->first[j->depth] = true;
}

static void
close_at(struct mk_json *j, char c)
{
	mk_buf_put_u8(j->out, (uint8_t)c);
	if (j->depth > 0)
		j->depth--;
}

void
mk_json_obj(struct mk_json *j, const char *key)
{
	open_at(j, key, '{');
}

void
mk_json_arr(struct mk_json *j, const char *key)
{
	open_at(j, key, '[');
}

void
mk_json_end_obj(struct mk_json *j)
{
	close_at(j, '}');
}

void
mk_json_end_arr(struct mk_json *j)
{
	close_at(j, ']');
}

void
mk_json_strn(struct mk_json *j, const char *key, const char *s, size_t len)
{
	lead(j, key);
	put_string(j->out, s, len);
}

void
mk_json_str(struct mk_json *j, const char *key, const char *s)
{
	if (s == NULL)
		mk_json_null(j, key);
	else
		mk_json_strn(j, key, s, strlen(s));
}

void
mk_json_int(struct mk_json *j, const char *key, int64_t v)
{
	lead(j, key);
	mk_buf_printf(j->out, "%" PRId64, v);
}

void
mk_json_dec(struct mk_json *j, const char *key, double v, int decimals)
{
	static const int64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
	int64_t scale = tens[decimals < 0 ? 0 : decimals > 6 ? 6 : decimals];
	if (!isfinite(v) || fabs(v) > 1e12) {
		mk_json_null(j, key);
		return;
	}
	int64_t n = (int64_t)llround(v * (double)scale);
	lead(j, key);
	int64_t a = n < 0 ? -n : n;
	mk_buf_printf(j->out, "%s%" PRId64, n < 0 ? "-" : "", a / scale);
	if (scale > 1)
		mk_buf_printf(j->out, ".%0*" PRId64, decimals > 6 ? 6 : decimals, a % scale);
}

void
mk_json_bool(struct mk_json *j, const char *key, bool v)
{
	lead(j, key);
	mk_buf_puts(j->out, v ? "true" : "false");
}

void
mk_json_null(struct mk_json *j, const char *key)
{
	lead(j, key);
	mk_buf_puts(j->out, "null");
}

void
mk_json_raw(struct mk_json *j, const char *key, const char *json, size_t len)
{
	lead(j, key);
	mk_buf_put(j->out, json, len);
}
