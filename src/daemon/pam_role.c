/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process that asks PAM about one login (security.md R20). It holds no key and no file of the
 * store, lives for one conversation, and answers only over the channel it was started with. It sets
 * no time limits: a module may block, sleep or play with signals, so the vault counts the time and
 * the monitor ends the process from outside. libpam is loaded here only.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <locale.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/secret.h"
#include "mynakura/base/str.h"
#include "mynakura/base/utf8.h"
#include "mynakura/sandbox/privdrop.h"
#include "mynakura/wire/chan.h"
#include "mynakura/wire/prompt.h"
#include "roles_internal.h"

#define SERVICE "mynakura"
#define LIBPAM "libpam.so.0"
#define START_MS 5000
#define SEND_MS 5000
#define RAW_TEXT_MAX 4096 /* of a module's text; more is no message to a person */
/*
 * The host of a source that is not known. Modules and libpam's own audit record look hosts up; this
 * is the name of none (a name has no empty label), so that no name server is asked and waited for.
 */
#define NO_HOST "unknown.."

struct lib {
	int (*start)(const char *, const char *, const struct pam_conv *, pam_handle_t **);
	int (*set_item)(pam_handle_t *, int, const void *);
	int (*get_item)(const pam_handle_t *, int, const void **);
	int (*authenticate)(pam_handle_t *, int);
	int (*acct_mgmt)(pam_handle_t *, int);
	int (*end)(pam_handle_t *, int);
};

struct talk {
	int fd;
	size_t count; /* prompts of this conversation so far */
	const char *flaw; /* why nothing that PAM says can pass any more; NULL none */
};

struct verdict {
	int code;
	const char *stage, *flaw;
};

/* --- the conversation */

/*
 * A module's text for a screen: one line, nothing that R15 forbids, cut at a whole character, and
 * without the colon of a prompt, which whoever asks puts there himself.
 */
static void
clean_text(const char *in, char out[MK_PROMPT_TEXT + 1])
{
	size_t len = strlen(in), n = 0;
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		char one[4] = {'?'};
		size_t k = mk_utf8_decode(in + i, len - i, &cp), put = k;
		if (k == 0)
			k = put = 1;
		else if (cp == '\n' || cp == '\t' || cp == '\r')
			one[0] = ' ';
		else if (mk_text_allowed(cp))
			memcpy(one, in + i, k);
		else
			put = 1;
		if (n + put > MK_PROMPT_TEXT)
			break;
		memcpy(out + n, one, put);
		n += put;
		i += k;
	}
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == ':'))
		n--;
	out[n] = '\0';
}

static int
kind_of(int style)
{
	switch (style) {
	case PAM_PROMPT_ECHO_OFF:
		return MK_PROMPT_hidden;
	case PAM_PROMPT_ECHO_ON:
		return MK_PROMPT_echo;
	case PAM_TEXT_INFO:
		return MK_PROMPT_info;
	case PAM_ERROR_MSG:
		return MK_PROMPT_error;
	default:
		return -1; /* binary prompts and what else there may be: nobody can be shown them */
	}
}

/* The prompts of one call, those that only tell first. How many ask, or -1. */
static int
put_prompts(struct talk *t, int n, const struct pam_message **msg, struct mk_buf *b)
{
	int asks = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < n; i++) {
			char text[MK_PROMPT_TEXT + 1];
			int kind = kind_of(msg[i]->msg_style);
			if (kind < 0)
				return -1;
			bool ask = mk_prompt_asks((enum mk_prompt_kind)kind);
			if (ask != (pass == 1))
				continue;
			const char *raw = msg[i]->msg != NULL ? msg[i]->msg : "";
			if (++t->count > MK_PROMPTS_MAX ||
			    strnlen(raw, RAW_TEXT_MAX + 1) > RAW_TEXT_MAX)
				return -1;
			clean_text(raw, text);
			mk_prompt_put(b, (enum mk_prompt_kind)kind, text);
			asks += ask ? 1 : 0;
		}
	}
	return asks;
}

/* The vault has gone: nobody wants to know any more. */
static void
hear(int fd, struct mk_msg *m)
{
	int r;
	do
		r = mk_chan_recv(fd, m, -1);
	while (r == MK_E_AGAIN); /* a module may have made the channel non-blocking */
	if (r < 0)
		_exit(0);
}

/* libpam wants malloc's memory and frees it itself; a module's own copies are out of our reach. */
static char *
answer_string(const struct mk_item *it)
{
	char *s = malloc(it->len + 1);
	if (s == NULL)
		return NULL;
	(void)mlock(s, it->len + 1);
	memcpy(s, it->p, it->len);
	s[it->len] = '\0';
	return s;
}

static void
drop(struct pam_response *resp, int n)
{
	for (int i = 0; i < n; i++) {
		if (resp[i].resp != NULL)
			mk_wipe(resp[i].resp, strlen(resp[i].resp));
		free(resp[i].resp);
	}
	free(resp);
}

/* One answer for each prompt that asks, in their order; 0 or -1. */
static int
take_answers(int fd, int n, const struct pam_message **msg, struct pam_response *resp)
{
	struct mk_msg m;
	struct mk_rd rd;
	struct mk_item it;
	hear(fd, &m);
	int r = m.type == MK_PAM_ANSWER ? 0 : -1, at = 0;
	mk_rd_init(&rd, m.body.data, m.body.len);
	while (r == 0 && mk_item_next(&rd, &it) > 0) {
		if (it.tag != MK_T_answer || it.len > MK_ANSWER_MAX)
			continue;
		while (at < n && kind_of(msg[at]->msg_style) < MK_PROMPT_echo)
			at++;
		if (at == n || (resp[at++].resp = answer_string(&it)) == NULL)
			r = -1;
	}
	for (; r == 0 && at < n; at++)
		if (kind_of(msg[at]->msg_style) >= MK_PROMPT_echo)
			r = -1;
	mk_msg_free(&m);
	return r;
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **out, void *arg)
{
	struct talk *t = arg;
	struct mk_msg m;
	if (n <= 0 || n > MK_PROMPTS_MAX || t->flaw != NULL) {
		t->flaw = "prompts";
		return PAM_CONV_ERR;
	}
	mk_msg_init(&m, MK_PAM_PROMPT, 0);
	int asks = put_prompts(t, n, msg, &m.body);
	if (asks < 0) {
		mk_msg_free(&m);
		t->flaw = "prompts";
		return PAM_CONV_ERR;
	}
	struct pam_response *resp = calloc((size_t)n, sizeof *resp);
	int r = resp == NULL ? -1 : mk_chan_send(t->fd, &m, SEND_MS);
	mk_msg_free(&m);
	if (r == 0 && asks > 0)
		r = take_answers(t->fd, n, msg, resp);
	if (r < 0) {
		t->flaw = "prompts";
		if (resp != NULL)
			drop(resp, n);
		return PAM_CONV_ERR;
	}
	*out = resp;
	return PAM_SUCCESS;
}

/* --- libpam */

/* C11 has no conversion between object and function pointers; POSIX promises that they fit. */
static bool
symbol(const char *name, void *out)
{
	/* Not of the handle: a library that was loaded before may stand in for it (pam_wrapper). */
	void *p = dlsym(RTLD_DEFAULT, name);
	memcpy(out, &p, sizeof p);
	return p != NULL;
}

static bool
load(struct lib *lib)
{
	/* GLOBAL: modules that name no libpam of their own find it so. */
	return dlopen(LIBPAM, RTLD_NOW | RTLD_GLOBAL) != NULL && symbol("pam_start", &lib->start) &&
	       symbol("pam_set_item", &lib->set_item) && symbol("pam_get_item", &lib->get_item) &&
	       symbol("pam_authenticate", &lib->authenticate) &&
	       symbol("pam_acct_mgmt", &lib->acct_mgmt) && symbol("pam_end", &lib->end);
}

/*
 * Without a file of our own libpam would ask the service "other", which says nothing about who may
 * use this vault.
 */
static bool
has_service(void)
{
	static const char *const places[] = {"/etc/pam.d/" SERVICE, "/usr/lib/pam.d/" SERVICE};
	struct stat st;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (stat(places[i], &st) == 0 && S_ISREG(st.st_mode))
			return true;
	return false;
}

struct asked {
	char account[256], terminal[64], from[256], lang[8];
};

/*
 * Who, from where. A source that is not known is named all the same, so that a rule that names a
 * source does not fit it; a local one is none.
 */
static int
set_items(const struct lib *lib, pam_handle_t *h, const struct asked *a)
{
	bool local = a->from[0] == '\0' || strcmp(a->from, "local") == 0;
	int r = lib->set_item(h, PAM_RUSER, a->account);
	if (r == PAM_SUCCESS)
		r = lib->set_item(h, PAM_TTY, a->terminal);
	if (r == PAM_SUCCESS && !local)
		r = lib->set_item(
		    h, PAM_RHOST, strcmp(a->from, "unknown") == 0 ? NO_HOST : a->from);
	return r;
}

/* A module may name another user than the one who is there: that is not our login. */
static bool
same_user(const struct lib *lib, pam_handle_t *h, const char *account)
{
	const void *now = NULL;
	return lib->get_item(h, PAM_USER, &now) == PAM_SUCCESS && now != NULL &&
	       strcmp(now, account) == 0;
}

static void
ask_pam(const struct lib *lib, const struct asked *a, struct talk *talk, struct verdict *out)
{
	const struct pam_conv conv = {converse, talk};
	const int flags = PAM_DISALLOW_NULL_AUTHTOK;
	pam_handle_t *h = NULL;
	out->stage = "start";
	out->code = lib->start(SERVICE, a->account, &conv, &h);
	if (out->code != PAM_SUCCESS || h == NULL) {
		if (out->code == PAM_SUCCESS)
			out->code = PAM_SYSTEM_ERR;
		return;
	}
	out->code = set_items(lib, h, a);
	if (out->code == PAM_SUCCESS) {
		out->stage = "auth";
		out->code = lib->authenticate(h, flags);
	}
	if (out->code == PAM_SUCCESS) {
		out->stage = "account";
		out->code = lib->acct_mgmt(h, flags);
	}
	if (talk->flaw != NULL)
		out->flaw = talk->flaw;
	else if (out->code == PAM_SUCCESS && !same_user(lib, h, a->account))
		out->flaw = "user";
	int r = lib->end(h, out->code);
	if (out->code == PAM_SUCCESS)
		out->code = r;
}

/* --- the process */

static int
hear_start(int fd, struct asked *a)
{
	struct mk_msg m;
	int r = mk_chan_recv(fd, &m, START_MS);
	if (r < 0)
		return r;
	const void *b = m.body.data;
	size_t n = m.body.len;
	r = m.type != MK_PAM_START ? MK_E_PROTOCOL
				   : mk_get_str(b, n, MK_T_account, a->account, sizeof a->account);
	if (r == 0)
		r = mk_get_str(b, n, MK_T_terminal, a->terminal, sizeof a->terminal);
	if (r == 0)
		r = mk_get_str(b, n, MK_T_from, a->from, sizeof a->from);
	(void)mk_get_str(b, n, MK_T_lang, a->lang, sizeof a->lang);
	mk_msg_free(&m);
	return r == 0 && a->account[0] == '\0' ? MK_E_PROTOCOL : r;
}

/* Linux-PAM's own catalogue; C.UTF-8 with LANGUAGE works where no ja_JP locale is installed. */
static void
speak(const char *lang)
{
	if (strcmp(lang, "ja") == 0)
		setenv("LANGUAGE", "ja", 1);
	setlocale(LC_ALL, "C.UTF-8");
}

/*
 * pam_faillock gives its file to the user where it may, and could not open it a second time without
 * DAC_OVERRIDE, which the monitor does not have to hand on: wrong passwords would go uncounted,
 * without a word. What may not be given away stays root's.
 */
static int
give_up_rights(void)
{
	static const int caps[] = {CAP_CHOWN, CAP_KILL};
	return mk_drop_capabilities(caps, sizeof caps / sizeof caps[0]);
}

static void
tell(int fd, const struct verdict *v)
{
	struct mk_msg m;
	mk_msg_init(&m, MK_PAM_DONE, 0);
	mk_put_u64(&m.body, MK_T_status, (uint64_t)(unsigned)v->code);
	mk_put_str(&m.body, MK_T_state, v->stage);
	mk_put_str(&m.body, MK_T_why, v->flaw);
	(void)mk_chan_send(fd, &m, SEND_MS);
	mk_msg_free(&m);
}

int
mk_pam_run(void)
{
	struct asked a = {.account = ""};
	struct lib lib = {NULL, NULL, NULL, NULL, NULL, NULL};
	/* The channel stands above the places that a module may think are its own. */
	int fd = fcntl(MK_FD_MONITOR, F_DUPFD_CLOEXEC, 16);
	struct talk talk = {.fd = fd};
	struct verdict v = {PAM_SYSTEM_ERR, "start", NULL};
	close(MK_FD_MONITOR);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no login outlives the monitor */
	int r = fd < 0 ? MK_E_USAGE : give_up_rights();
	if (r == 0)
		r = hear_start(fd, &a);
	if (r < 0)
		return r;
	speak(a.lang);
	if (!has_service())
		v.flaw = "service";
	else if (!load(&lib))
		v.flaw = "libpam";
	else
		ask_pam(&lib, &a, &talk, &v);
	tell(fd, &v);
	return 0;
}
