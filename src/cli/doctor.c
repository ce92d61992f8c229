/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doctor: what the installation needs, what is missing, how to mend it. It changes nothing and
 * needs no vault and no passphrase.
 */
#include "cli_internal.h"
#include "doctor_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mynakura/base/swap.h"
#include "mynakura/profile/profile.h"

struct check {
	const char *name; /* stable, for --json */
	const char *title; /* msgid */
	void (*look)(struct mk_finding *f);
};

void
mk_find_set(struct mk_finding *f, enum mk_find_grade grade, const char *detail, const char *mend)
{
	f->grade = grade;
	snprintf(f->detail, sizeof f->detail, "%s", detail);
	f->mend = grade == MK_FIND_FINE ? NULL : mend;
}

static void
program(struct mk_finding *f, const char *name)
{
	char path[512];
	int r = mk_client_program(name, path, sizeof path);
	mk_find_set(f, r == 0 ? MK_FIND_FINE : MK_FIND_MISSING, path,
	    N_("install mynakura whole: 'make install', or build with 'make'"));
}

static void
look_daemon(struct mk_finding *f)
{
	program(f, "mynakurad");
}

static void
look_reader(struct mk_finding *f)
{
	program(f, "mynakura-read");
}

static bool
has_models(const char *dir)
{
	static const char *const names[] = {"eng", "jpn"};
	char path[600];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int n = snprintf(path, sizeof path, "%s/%s.traineddata", dir, names[i]);
		if (n < 0 || (size_t)n >= sizeof path || access(path, R_OK) < 0)
			return false;
	}
	return true;
}

static void
look_models(struct mk_finding *f)
{
	const char *const dirs[] = {getenv("MYNAKURA_MODELS"), MK_DATADIR "/models",
	    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata",
	    "/usr/share/tessdata"};
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		if (dirs[i] != NULL && has_models(dirs[i])) {
			mk_find_set(f, MK_FIND_FINE, dirs[i], NULL);
			return;
		}
	mk_find_set(f, MK_FIND_MISSING, _("no eng.traineddata and jpn.traineddata"),
	    N_("apt install tesseract-ocr-eng tesseract-ocr-jpn"));
}

static size_t
count_files(const char *pattern)
{
	glob_t g;
	size_t n = glob(pattern, 0, NULL, &g) == 0 ? g.gl_pathc : 0;
	globfree(&g);
	return n;
}

static void
look_sane(struct mk_finding *f)
{
	const char *env = getenv("SANE_CONFIG_DIR");
	char conf[512], detail[600];
	size_t backends = count_files("/usr/lib/*/sane/libsane-*.so.1") +
			  count_files("/usr/lib/sane/libsane-*.so.1");
	snprintf(conf, sizeof conf, "%s/dll.conf", env != NULL ? env : "/etc/sane.d");
	if (backends == 0) {
		mk_find_set(f, MK_FIND_WEAK, _("no scanner backends"),
		    N_("apt install libsane1 (files can be loaded without it)"));
		return;
	}
	snprintf(detail, sizeof detail, _("%zu backends, %s"), backends, conf);
	bool readable = access(conf, R_OK) == 0;
	mk_find_set(f, readable ? MK_FIND_FINE : MK_FIND_WEAK, detail,
	    N_("make dll.conf name your scanner's backend, or set SANE_CONFIG_DIR"));
}

static void
look_memory(struct mk_finding *f)
{
	bool locked = mk_secret_locked();
	mk_find_set(f, locked ? MK_FIND_FINE : MK_FIND_WEAK,
	    locked ? _("locked against swap") : _("could not be locked"),
	    N_("raise the memlock limit (ulimit -l, /etc/security/limits.d): a real office refuses "
	       "to open without it"));
}

static void
look_swap(struct mk_finding *f)
{
	bool plain = mk_swap_plain();
	mk_find_set(f, plain ? MK_FIND_WEAK : MK_FIND_FINE,
	    plain ? _("there is swap that may not be encrypted") : _("none, or encrypted"),
	    N_("switch it off (swapoff -a, /etc/fstab) or encrypt it (crypttab)"));
}

static void
look_sandbox(struct mk_finding *f)
{
	char detail[160];
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U);
	bool seccomp = access("/proc/sys/kernel/seccomp/actions_avail", R_OK) == 0;
	snprintf(detail, sizeof detail, "seccomp %s, Landlock ABI %ld", seccomp ? "+" : "-",
	    abi > 0 ? abi : 0L);
	mk_find_set(f, seccomp && abi > 0 ? MK_FIND_FINE : MK_FIND_WEAK, detail,
	    N_("boot a kernel with Landlock (lsm=landlock,... on the kernel's command line) and "
	       "seccomp"));
}

static void
look_charset(struct mk_finding *f)
{
	iconv_t cd = iconv_open("CP932", "UTF-8");
	bool ok = cd != (iconv_t)(intptr_t)-1;
	if (ok)
		iconv_close(cd);
	mk_find_set(f, ok ? MK_FIND_FINE : MK_FIND_MISSING, "CP932",
	    N_("apt install libc-bin locales (the C library's character converters)"));
}

static int
count_profile(void *ctx, const char *id, const char *path, const struct mk_profile *p,
    const struct mk_profile_error *err)
{
	size_t *n = ctx;
	(void)id, (void)path, (void)err;
	n[p != NULL ? 0 : 1]++;
	return 0;
}

static void
look_profiles(struct mk_finding *f)
{
	struct mk_profile_dirs dirs;
	size_t n[2] = {0, 0};
	char detail[160];
	if (mk_profile_dirs_default(&dirs) == 0) {
		mk_profile_list(&dirs, count_profile, n);
		mk_profile_dirs_free(&dirs);
	}
	snprintf(detail, sizeof detail, _("%zu in order, %zu faulty"), n[0], n[1]);
	mk_find_set(f,
	    n[0] == 0  ? MK_FIND_MISSING
	    : n[1] > 0 ? MK_FIND_WEAK
		       : MK_FIND_FINE,
	    detail,
	    N_("'mynakura profile list' names them; 'make install' brings those of mynakura"));
}

static void
look_language(struct mk_finding *f)
{
	const char *names[] = {
	    getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"), getenv("LANGUAGE")};
	bool wanted = false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		wanted = wanted || (names[i] != NULL && strncmp(names[i], "ja", 2) == 0);
	mk_find_set(f, wanted && !mk_lang_ja() ? MK_FIND_WEAK : MK_FIND_FINE,
	    mk_lang_ja() ? "日本語" : "English",
	    N_("the Japanese catalogue is not installed beside the program "
	       "(share/locale/ja/LC_MESSAGES/mynakura.mo)"));
}

static const struct check checks[] = {
    {"daemon", N_("Daemon"), look_daemon},
    {"reader", N_("Reading program"), look_reader},
    {"models", N_("Models for reading"), look_models},
    {"sane", N_("Scanners (SANE)"), look_sane},
    {"memory", N_("Memory for keys"), look_memory},
    {"swap", N_("Swap"), look_swap},
    {"sandbox", N_("Sandbox"), look_sandbox},
    {"charset", N_("Character sets"), look_charset},
    {"profiles", N_("Export profiles"), look_profiles},
    {"language", N_("Language"), look_language},
    {"service", N_("Service"), mk_look_service},
    {"accounts", N_("Service's accounts"), mk_look_accounts},
    {"login", N_("Who may log in"), mk_look_login},
};

static void
print_json(struct mk_cli *c, const struct check *k, const struct mk_finding *f)
{
	static const char *const grades[] = {"fine", "weak", "missing"};
	struct mk_json j;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "check", k->name);
	mk_json_bool(&j, "ok", f->grade == MK_FIND_FINE);
	mk_json_str(&j, "grade", grades[f->grade]);
	mk_json_str(&j, "detail", f->detail);
	mk_json_str(&j, "mend", f->mend != NULL ? _(f->mend) : NULL);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static void
print_text(struct mk_grid *g, const struct check *k, const struct mk_finding *f)
{
	const char *mark = f->grade == MK_FIND_FINE   ? _("ok")
			   : f->grade == MK_FIND_WEAK ? _("weak")
						      : _("MISSING");
	mk_grid_cell(g, mark, strlen(mark));
	mk_grid_cell(g, _(k->title), strlen(_(k->title)));
	mk_grid_cell(g, f->detail, strlen(f->detail));
	mk_grid_row(g);
	if (f->mend == NULL)
		return;
	mk_grid_cell(g, "", 0);
	mk_grid_cell(g, "", 0);
	mk_grid_cell(g, _(f->mend), strlen(_(f->mend)));
	mk_grid_row(g);
}

int
mk_run_doctor(struct mk_cli *c)
{
	struct mk_grid *g = mk_grid_new();
	bool missing = false;
	if (g == NULL)
		return MK_E_NOMEM;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		struct mk_finding f;
		memset(&f, 0, sizeof f);
		checks[i].look(&f);
		missing = missing || f.grade == MK_FIND_MISSING;
		if (c->g.json)
			print_json(c, &checks[i], &f);
		else
			print_text(g, &checks[i], &f);
	}
	if (!c->g.json)
		mk_grid_print(g, &c->out, false);
	mk_grid_free(g);
	c->status = missing ? mk_err_status(MK_E_FAILED) : 0;
	return 0;
}
