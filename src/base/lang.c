/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's language. A machine without the locale that LANG names still speaks it: C.UTF-8 is
 * taken and LANGUAGE set from LANG (style.md 4.21), so Japanese needs no ja_JP locale. Output is
 * UTF-8 always.
 */
#include "mynakura/base/lang.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "mynakura"

/* The first of the variables that decide about messages. */
static const char *
wanted(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = getenv(names[i]);
		if (v != NULL && *v != '\0')
			return v;
	}
	return "C";
}

static void
language_from(const char *locale)
{
	char name[32];
	size_t n = strcspn(locale, ".@");
	const char *already = getenv("LANGUAGE");
	if (n == 0 || n >= sizeof name || (already != NULL && *already != '\0'))
		return;
	memcpy(name, locale, n);
	name[n] = '\0';
	setenv("LANGUAGE", name, 1);
}

/*
 * Uninstalled builds and every prefix: ../share/locale beside the program; else where it was built
 * for.
 */
static void
bind_catalogue(void)
{
	char exe[4096], dir[4200];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n > 0) {
		exe[n] = '\0';
		char *slash = strrchr(exe, '/');
		if (slash != NULL)
			*slash = '\0';
		snprintf(dir, sizeof dir, "%s/../share/locale", exe);
	}
	if (n <= 0 || access(dir, R_OK) < 0)
		snprintf(dir, sizeof dir, "%s/../locale", MK_DATADIR);
	bindtextdomain(DOMAIN, dir);
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	textdomain(DOMAIN);
}

void
mk_lang_init(void)
{
	const char *name = wanted();
	if (setlocale(LC_ALL, "") == NULL) {
		setlocale(LC_ALL, "C.UTF-8");
		if (strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0)
			language_from(name);
	}
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	bind_catalogue();
}

const char *
mk_lang_code(void)
{
	/* TRANSLATORS: the two letters of the catalogue's own language, as ja. */
	return gettext("en");
}

bool
mk_lang_ja(void)
{
	return strcmp(mk_lang_code(), "ja") == 0;
}
