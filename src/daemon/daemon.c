/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of mynakurad: which role this process is. */
#include "mynakura/daemon/daemon.h"

#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "mynakura/base/buf.h"
#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/secret.h"
#include "roles_internal.h"

static const struct option options[] = {
    {"embedded", no_argument, NULL, 'e'},
    {"foreground", no_argument, NULL, 'f'},
    {"dir", required_argument, NULL, 'd'},
    {"socket", required_argument, NULL, 's'},
    {"role", required_argument, NULL, 'r'},
    {"installed", no_argument, NULL, 'i'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static int
usage(void)
{
	mk_log("usage: mynakurad --foreground [--dir DIR --socket PATH]");
	return 2;
}

static int
run_role(const char *role, const struct mk_daemon_args *args)
{
	if (role == NULL)
		return mk_monitor_run(args);
	if (strcmp(role, "vault") == 0)
		return mk_vault_run(args);
	if (strcmp(role, "trail") == 0)
		return mk_trail_run(args);
	if (strcmp(role, "pam") == 0)
		return mk_pam_run();
	return MK_E_USAGE;
}

/*
 * Which form: --embedded --dir; --foreground --dir --socket; --foreground alone, whose roles say
 * --installed. Everything else is wrong use.
 */
static bool
settle_form(struct mk_daemon_args *args, bool foreground, const char *role)
{
	if (role != NULL && strcmp(role, "pam") == 0) /* has nothing to do with a vault */
		return args->dir == NULL && args->socket == NULL && !args->installed;
	if (role == NULL && foreground && args->dir == NULL && args->socket == NULL)
		args->installed = true;
	if (args->installed) {
		bool alone = !args->embedded && args->dir == NULL && args->socket == NULL;
		args->dir = MK_STATEDIR;
		return alone && foreground == (role == NULL);
	}
	return args->dir != NULL && args->embedded != foreground &&
	       (!foreground || args->socket != NULL);
}

int
mk_daemon_main(int argc, char **argv)
{
	struct mk_daemon_args args = {NULL, NULL, false, false};
	const char *role = NULL;
	bool foreground = false;
	int c;
	mk_log_name("mynakurad");
	opterr = 0; /* getopt would print the word as it is */
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'e')
			args.embedded = true;
		else if (c == 'f')
			foreground = true;
		else if (c == 'd')
			args.dir = optarg;
		else if (c == 's')
			args.socket = optarg;
		else if (c == 'r')
			role = optarg;
		else if (c == 'i' && role != NULL)
			args.installed = true;
		else if (c == 'v')
			return mk_write_all(1, "mynakurad " MK_VERSION "\n",
				   sizeof "mynakurad " MK_VERSION) < 0;
		else
			return usage();
	}
	if (optind != argc || !settle_form(&args, foreground, role))
		return usage();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	int r = mk_base_init();
	if (r == 0)
		r = run_role(role, &args);
	if (r < 0 && r != MK_E_LOST)
		mk_log("%s: %s", role == NULL ? "monitor" : role, mk_err_message(r));
	return mk_err_status(r);
}
