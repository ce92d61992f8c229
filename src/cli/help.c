/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help from the table of verbs. */
#include "cli_internal.h"

#include <string.h>

void
mk_usage_line(struct mk_buf *out, const struct mk_verb *v)
{
	mk_buf_printf(out, "mynakura %s", v->name);
	if (v->sub != NULL)
		mk_buf_printf(out, " %s", v->sub);
	if (v->args[0] != '\0')
		mk_buf_printf(out, " %s", v->args);
}

static void
one(struct mk_buf *out, const struct mk_verb *v)
{
	mk_buf_puts(out, "  ");
	mk_usage_line(out, v);
	mk_buf_printf(out, "\n      %s\n", _(v->help));
}

static void
options(struct mk_buf *out)
{
	static const struct {
		const char *name, *help;
	} rows[] = {
	    {"--dir DIR", N_("a vault in a directory of your own (embedded); the program starts "
			     "its own daemon")},
	    {"--socket PATH", N_("the socket of a running daemon, if not the installed one")},
	    {"--user NAME", N_("which member you are (may be left out where there is only one)")},
	    {"--passphrase-fd N",
		N_("read passphrases, codes and numbers from descriptor N, one a line")},
	    {"--purpose CODE[,CODE]", N_("what the numbers are for ('mynakura codes purposes')")},
	    {"--json", N_("machine-readable output")},
	    {"--now TIME", N_("another time of day, demo offices only")},
	    {"--help, --version", N_("this text, the version")},
	};
	struct mk_grid *g = mk_grid_new();
	if (g == NULL)
		return;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		mk_grid_cell(g, "", 0);
		mk_grid_cell(g, rows[i].name, strlen(rows[i].name));
		mk_grid_cell(g, _(rows[i].help), strlen(_(rows[i].help)));
		mk_grid_row(g);
	}
	mk_grid_print(g, out, false);
	mk_grid_free(g);
}

void
mk_help(struct mk_cli *c, const char *group)
{
	const struct mk_verb *v;
	const char *sub = c->a.verb != NULL ? c->a.verb->sub : NULL;
	if (group == NULL)
		mk_out(c, "%s\n\n",
		    _("mynakura keeps Individual Numbers (My Number) on one PC. Usage: mynakura "
		      "[OPTIONS] VERB "
		      "[ARGUMENTS]"));
	for (size_t i = 0; (v = mk_verb_at(i)) != NULL; i++)
		if (group == NULL ||
		    (strcmp(v->name, group) == 0 &&
			(sub == NULL || (v->sub != NULL && strcmp(v->sub, sub) == 0))))
			one(&c->out, v);
	mk_out(c, "\n%s\n", _("Options, before or after the verb:"));
	options(&c->out);
	if (group == NULL)
		mk_out(c, "\n%s\n",
		    _("Exit status: 0 done, 1 failed, 2 wrong use, 3 not authenticated, 4 not "
		      "permitted, 5 waits for a "
		      "second person, 6 over the budget, 7 the trail cannot record, 8 damaged, 9 "
		      "rolled back, 10 I/O "
		      "error, 11 busy, 12 bad input, 13 not found, 14 nothing readable, 70 "
		      "internal."));
}

int
mk_run_help(struct mk_cli *c)
{
	const char *group = mk_arg(c, 0);
	const struct mk_verb *v;
	bool known = group == NULL;
	for (size_t i = 0; !known && (v = mk_verb_at(i)) != NULL; i++)
		known = strcmp(v->name, group) == 0;
	if (!known)
		return mk_fail(
		    c, MK_E_USAGE, _("unknown verb '%s'; 'mynakura --help' lists them"), group);
	c->a.verb = NULL;
	mk_help(c, group);
	return 0;
}
