/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the monitor tells the outside: the daemon's events to the kernel's audit (where an auditd of
 * another maker keeps them), the trail's signed heads to syslog (from where rsyslog takes them to
 * another machine). Both are copies: they are sent and forgotten, and never hold up an act. Whatever
 * the vault puts in is cut down to harmless characters, since these logs are other programs' input.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "monitor_internal.h"
#include "mynakura/base/err.h"
#include "mynakura/base/log.h"
#include "mynakura/base/slip.h"
#include "mynakura/base/str.h"
#include "mynakura/trail/trail.h"

#define WORD_MAX 40
#define TEXT_MAX 512
#ifndef AUDIT_TRUSTED_APP
#define AUDIT_TRUSTED_APP 1121 /* libaudit.h has it, the kernel takes any number of its range */
#endif
#define SYSLOG_PRIORITY 85 /* authpriv.notice */

void
mk_monitor_out_open(struct monitor *mon)
{
	mon->audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	mon->log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A word of the message; anything but letters, digits, _ . - makes it "?". */
static void
word(const struct mk_msg *m, unsigned tag, char out[WORD_MAX])
{
	if (mk_get_str(m->body.data, m->body.len, tag, out, WORD_MAX) < 0 || out[0] == '\0') {
		snprintf(out, WORD_MAX, "?");
		return;
	}
	size_t ok =
	    strspn(out, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	if (out[ok] != '\0')
		snprintf(out, WORD_MAX, "?");
}

/* An id as the kernel writes one: -1 as 4294967295. */
static unsigned
number(const struct mk_msg *m, unsigned tag)
{
	uint64_t v = mk_get_u64(m->body.data, m->body.len, tag, UINT32_MAX);
	return v > UINT32_MAX ? UINT32_MAX : (unsigned)v;
}

/* --- the kernel's audit */

static void
audit_lost(struct monitor *mon, int e)
{
	if (mon->audit_lost++ > 0)
		return;
	mk_log("the kernel's audit does not take our records (%s)",
	    e == EPERM || e == ECONNREFUSED ? "not permitted here" : strerror(e));
}

static int
audit_send(int fd, const char *text)
{
	struct {
		struct nlmsghdr h;
		char text[TEXT_MAX];
	} m;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	size_t len = strlen(text) + 1;
	memset(&m.h, 0, sizeof m.h);
	memcpy(m.text, text, len);
	m.h.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	m.h.nlmsg_type = AUDIT_TRUSTED_APP;
	m.h.nlmsg_flags = NLM_F_REQUEST; /* no answer but a refusal */
	ssize_t n = sendto(fd, &m, NLMSG_SPACE(len), MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&kernel, sizeof kernel);
	return n < 0 ? errno : 0;
}

void
mk_monitor_audit(struct monitor *mon, const struct mk_msg *m)
{
	char action[WORD_MAX], kind[WORD_MAX], actor[WORD_MAX], subject[WORD_MAX], text[TEXT_MAX];
	const void *b = m->body.data;
	size_t n = m->body.len;
	word(m, MK_T_action, action);
	word(m, MK_T_kind, kind);
	word(m, MK_T_actor, actor);
	word(m, MK_T_subject, subject);
	snprintf(text, sizeof text,
	    "app=mynakura op=%s kind=%s seq=%llu actor=%s peer_uid=%u peer_auid=%u peer_ses=%u "
	    "rec=%s res=%s",
	    action, kind, (unsigned long long)mk_get_u64(b, n, MK_T_seq, 0), actor,
	    number(m, MK_T_sender_uid), number(m, MK_T_login_uid), number(m, MK_T_login_session),
	    subject, mk_get_bool(b, n, MK_T_ok, false) ? "success" : "failed");
	int e = mon->audit < 0 ? EPERM : audit_send(mon->audit, text);
	if (e != 0)
		audit_lost(mon, e);
}

void
mk_monitor_audit_answers(struct monitor *mon)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[TEXT_MAX + NLMSG_HDRLEN];
	} m;
	ssize_t n;
	while ((n = recv(mon->audit, &m, sizeof m, MSG_DONTWAIT)) > 0)
		if (n >= (ssize_t)NLMSG_LENGTH(sizeof m.e) && m.h.nlmsg_type == NLMSG_ERROR &&
		    m.e.error < 0)
			audit_lost(mon, -m.e.error);
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		close(mon->audit);
		mon->audit = -1;
	}
}

void
mk_monitor_out_close(struct monitor *mon)
{
	if (mon->audit >= 0)
		mk_monitor_audit_answers(mon);
	if (mon->audit_lost > 0)
		mk_log("the kernel's audit did not take %llu records",
		    (unsigned long long)mon->audit_lost);
	if (mon->audit >= 0)
		close(mon->audit);
	if (mon->log >= 0)
		close(mon->log);
	mon->audit = mon->log = -1;
}

/* --- heads to syslog */

void
mk_monitor_head(struct monitor *mon, const struct mk_msg *m)
{
	char when[32], line[MK_SLIP_TEXT_MAX], text[TEXT_MAX];
	struct mk_slip_text slip = {0};
	struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	uint8_t raw[32];
	struct tm tm;
	const void *b = m->body.data;
	size_t n = m->body.len;
	time_t now = time(NULL);
	slip.count = mk_get_u64(b, n, MK_T_seq, 0);
	if (mon->log < 0 || mk_get_str(b, n, MK_T_head, slip.head, sizeof slip.head) < 0 ||
	    mk_unhex(slip.head, raw, sizeof raw) < 0 ||
	    mk_get_str(b, n, MK_T_key, slip.key, sizeof slip.key) < 0 ||
	    mk_unhex(slip.key, raw, sizeof raw) < 0)
		return;
	mk_slip_text_format(&slip, line);
	if (gmtime_r(&now, &tm) == NULL || strftime(when, sizeof when, "%b %e %H:%M:%S", &tm) == 0)
		return;
	/* The time is for the form; syslog receivers write their own. */
	int len =
	    snprintf(text, sizeof text, "<%d>%s mynakura: head %s", SYSLOG_PRIORITY, when, line);
	if (len > 0 && (size_t)len < sizeof text)
		(void)sendto(mon->log, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL,
		    (struct sockaddr *)&log, sizeof log);
}
