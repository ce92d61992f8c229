/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor's look at the installed form: the service, its accounts, and who may log in at all. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_internal.h"
#include "doctor_internal.h"

#define GROUP "mynakura-users"
#define PAM_FILE "/etc/pam.d/mynakura"
#define USERS MK_SYSCONFDIR "/users"

static bool
is_installed(void)
{
	return access(MK_CLIENT_SOCKET, F_OK) == 0 || getpwnam("mynakura") != NULL;
}

static bool
not_here(struct mk_finding *f)
{
	if (is_installed())
		return false;
	mk_find_set(
	    f, MK_FIND_FINE, _("not installed here; use --dir DIR for a vault of your own"), NULL);
	return true;
}

void
mk_look_service(struct mk_finding *f)
{
	if (not_here(f))
		return;
	bool there = access(MK_CLIENT_SOCKET, F_OK) == 0;
	bool mine = access(MK_CLIENT_SOCKET, R_OK | W_OK) == 0;
	if (!there)
		mk_find_set(f, MK_FIND_MISSING, MK_CLIENT_SOCKET,
		    N_("start it: systemctl enable --now mynakura.socket"));
	else
		mk_find_set(f, mine ? MK_FIND_FINE : MK_FIND_WEAK, MK_CLIENT_SOCKET,
		    N_("your account is not in the group mynakura-users: root runs usermod -aG "
		       "mynakura-users ACCOUNT"));
}

void
mk_look_accounts(struct mk_finding *f)
{
	static const char *const names[] = {
	    "mynakura", "mynakura-trail", "mynakura-read", "mynakura-scan"};
	if (not_here(f))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (getpwnam(names[i]) == NULL) {
			mk_find_set(f, MK_FIND_MISSING, names[i], N_("root runs systemd-sysusers"));
			return;
		}
	const struct group *g = getgrnam(GROUP);
	if (g == NULL)
		mk_find_set(f, MK_FIND_MISSING, GROUP, N_("root runs systemd-sysusers"));
	else
		mk_find_set(f, g->gr_mem[0] == NULL ? MK_FIND_WEAK : MK_FIND_FINE, GROUP,
		    N_("nobody is in the group mynakura-users: root runs usermod -aG "
		       "mynakura-users "
		       "ACCOUNT for each member"));
}

/* Lines that name somebody. */
static size_t
count_names(const char *path)
{
	char line[256];
	size_t n = 0;
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		n += line[strspn(line, " \t\r\n")] != '\0' && line[0] != '#';
	if (file != NULL)
		fclose(file);
	return n;
}

void
mk_look_login(struct mk_finding *f)
{
	char detail[200];
	if (not_here(f))
		return;
	if (access(PAM_FILE, R_OK) < 0) {
		mk_find_set(f, MK_FIND_MISSING, PAM_FILE,
		    N_("make install puts it there; without it every login is refused"));
		return;
	}
	if (access(USERS, R_OK) < 0) {
		mk_find_set(f, MK_FIND_FINE, PAM_FILE, NULL); /* a file of the office's own */
		return;
	}
	size_t n = count_names(USERS);
	snprintf(detail, sizeof detail, _("%s names %zu accounts"), USERS, n);
	mk_find_set(f, n == 0 ? MK_FIND_MISSING : MK_FIND_FINE, detail,
	    N_("as it is nobody may log in: root writes the members' accounts into it, one a "
	       "line"));
}
