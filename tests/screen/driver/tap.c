/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test protocol's lines, and the one place where text goes out: what looks like a personal
   number does not. */
#include "screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of twelve digits, also 4-4-4 with one separator, that start at s; 0 when there are
   none. Longer runs count as a whole. */
static size_t
number_at(const char *s)
{
	size_t run = strspn(s, "0123456789"), at = 0;

	if (run >= 12)
		return run;
	for (int i = 0; i < 3; i++) {
		if (i > 0 && strchr(" -.,_", s[at]) != NULL && s[at] != '\0')
			at++;
		else if (i > 0)
			return 0;
		if (strspn(s + at, "0123456789") < 4)
			return 0;
		at += 4;
	}
	return at;
}

/* Prints one line as a comment. */
static void
say_line(const char *s, size_t n, bool clean)
{
	const char *end = s + n;

	fputs("# ", stdout);
	while (s < end) {
		size_t hide = clean ? 0 : number_at(s);
		unsigned char c = (unsigned char)*s;

		if (hide > (size_t)(end - s))
			hide = (size_t)(end - s);
		if (hide > 0) {
			fputs("####", stdout);
			s += hide;
			continue;
		}
		/* a control character in a log could steer the reader's terminal */
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
		s++;
	}
	putchar('\n');
}

static void
say(const char *text, bool clean)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		say_line(text, n, clean);
		text += n + (text[n] == '\n');
	}
	fflush(stdout);
}

void
tap_say(const char *format, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, format);
	if (vasprintf(&s, format, ap) < 0)
		abort();
	va_end(ap);
	say(s, false);
	free(s);
}

void
tap_say_raw(const char *text)
{
	say(text, true);
}

static void
words_out(const char *s)
{
	for (; *s != '\0'; s++) {
		size_t hide = number_at(s);

		if (hide > 0) {
			fputs("(number)", stdout);
			s += hide - 1;
		} else if (*s == '#') {
			/* a "#" of our own would read as a directive */
			fputs("\\#", stdout);
		} else {
			putchar(*s == '\t' ? ' ' : *s);
		}
	}
}

void
tap_result(struct tap *tap, bool good, const char *title, const char *words, const char *detail)
{
	tap->n++;
	tap->bad += !good;
	printf("%sok %d - ", good ? "" : "not ", tap->n);
	words_out(title);
	fputs(": ", stdout);
	words_out(words);
	if (detail != NULL) {
		fputs(" (", stdout);
		words_out(detail);
		putchar(')');
	}
	putchar('\n');
	fflush(stdout);
}

void
tap_skip(struct tap *tap, const char *title, const char *why)
{
	tap->n++;
	tap->skipped++;
	printf("ok %d - ", tap->n);
	words_out(title);
	printf(" # SKIP %s\n", why);
	fflush(stdout);
}
