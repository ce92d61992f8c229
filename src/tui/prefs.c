/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's own settings, ~/.config/mynakura/screen.conf: "name = value" lines, '#' comments.
 * theme, mouse, idle (seconds, only shorter), picture (how a scan is shown: strip_internal.h),
 * device and option (of the scanner; several option lines of one name are scanned in turn, as with
 * capture --option). Nothing here loosens a rule.
 */
#include "tui_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/utf8.h"

#define FILE_MAX 65536

static int
settings_path(char *out, size_t cap, const char *file)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = base != NULL && base[0] == '/' ? snprintf(out, cap, "%s/mynakura%s", base, file)
		: home != NULL ? snprintf(out, cap, "%s/.config/mynakura%s", home, file)
			       : -1;
	return n > 0 && (size_t)n < cap ? 0 : MK_E_NOT_FOUND;
}

/* The text between blanks of [s, s + len) into out; false when it is empty or does not fit. */
static bool
trimmed(const char *s, size_t len, char *out, size_t cap)
{
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
		len--;
	if (len == 0 || len >= cap || mk_text_check(s, len, NULL) < 0)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

static void
take_line(struct mk_tui *t, const char *line, size_t len)
{
	const char *eq = memchr(line, '=', len);
	struct mk_setting *s = &t->settings[t->n_settings];
	if (eq == NULL || line[0] == '#' || t->n_settings == MK_SETTINGS)
		return;
	size_t name = (size_t)(eq - line);
	if (trimmed(line, name, s->name, sizeof s->name) &&
	    trimmed(eq + 1, len - name - 1, s->value, sizeof s->value))
		t->n_settings++;
}

void
mk_prefs_load(struct mk_tui *t)
{
	char path[4096];
	struct mk_buf text = MK_BUF_INIT;
	t->n_settings = 0;
	if (settings_path(path, sizeof path, "/screen.conf") < 0)
		return;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return;
	int r = mk_buf_read_fd(&text, fd, FILE_MAX);
	close(fd);
	const char *p = r == 0 ? mk_buf_str(&text) : "";
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");
		take_line(t, p, n);
		p += n + (p[n] == '\n' ? 1 : 0);
	}
	mk_buf_free(&text);
}

const char *
mk_tui_setting(const struct mk_tui *t, const char *name, size_t nth)
{
	for (size_t i = 0; i < t->n_settings; i++)
		if (strcmp(t->settings[i].name, name) == 0 && nth-- == 0)
			return t->settings[i].value;
	return NULL;
}
