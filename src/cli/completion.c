/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bash completion from the table of verbs: verb, sub-verb, options. Values are the shell's files. */
#include "mynakura/cli/cli.h"

#include <string.h>

#include "cli_internal.h"

/* Is this the first row of its verb? */
static bool
first_of_name(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(mk_verb_at(k)->name, mk_verb_at(i)->name) == 0)
			return false;
	return true;
}

static void
put_options(struct mk_buf *out, const char *args)
{
	for (const char *p = args; (p = strchr(p, '-')) != NULL;) {
		size_t n = strcspn(p, " ][|.");
		bool starts = p == args || strchr(" [|", p[-1]) != NULL;
		if (starts && n > 1)
			mk_buf_printf(out, " %.*s", (int)n, p);
		p += n > 0 ? n : 1;
	}
}

static void
put_case(struct mk_buf *out, size_t first)
{
	const char *name = mk_verb_at(first)->name;
	bool subs = mk_verb_at(first)->sub != NULL;
	const struct mk_verb *v;
	if (subs) {
		mk_buf_printf(out, "\t%s) words=\"", name);
		const char *sep = "";
		for (size_t i = first; (v = mk_verb_at(i)) != NULL; i++)
			if (strcmp(v->name, name) == 0 && v->sub != NULL) {
				mk_buf_printf(out, "%s%s", sep, v->sub);
				sep = " ";
			}
		mk_buf_puts(out, "\" ;;\n");
	}
	for (size_t i = first; (v = mk_verb_at(i)) != NULL; i++) {
		if (strcmp(v->name, name) != 0)
			continue;
		if (v->sub != NULL)
			mk_buf_printf(out, "\t%s/%s) words=\"--help", name, v->sub);
		else
			mk_buf_printf(out, "\t%s | %s/*) words=\"--help", name, name);
		put_options(out, v->args);
		mk_buf_puts(out, "\" ;;\n");
	}
}

void
mk_cli_completion(struct mk_buf *out)
{
	mk_buf_puts(out,
	    "# SPDX-License-Identifier: GPL-3.0-or-later\n"
	    "# bash completion for mynakura; made by `make man` from the table of verbs\n"
	    "_mynakura() {\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb= sub= w i words=\n"
	    "\tCOMPREPLY=()\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tw=${COMP_WORDS[i]}\n"
	    "\t\tcase $w in\n"
	    "\t\t--dir | --socket | --user | --passphrase-fd | --purpose | --now) i=$((i + 1)) ;;\n"
	    "\t\t-*) ;;\n"
	    "\t\t*) if [ -z \"$verb\" ]; then verb=$w; elif [ -z \"$sub\" ]; then sub=$w; fi ;;\n"
	    "\t\tesac\n"
	    "\tdone\n"
	    "\tcase $verb${sub:+/$sub} in\n\t'') words=\"");
	for (size_t i = 0; mk_verb_at(i) != NULL; i++)
		if (first_of_name(i))
			mk_buf_printf(out, "%s ", mk_verb_at(i)->name);
	mk_buf_puts(out, "--dir --socket --user --passphrase-fd --purpose --json --now --help "
			 "--version\" ;;\n");
	for (size_t i = 0; mk_verb_at(i) != NULL; i++)
		if (first_of_name(i))
			put_case(out, i);
	mk_buf_puts(out, "\tesac\n"
			 "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
			 "}\n"
			 "complete -o default -F _mynakura mynakura\n");
}
