/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the time is believed to be (security.md R14). Whoever may set the clock must neither refund a
 * budget nor make things expire: CLOCK_BOOTTIME says how much time has passed, and a clock that says
 * otherwise is recorded; one that is far ahead waits for a second person.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mynakura/base/err.h"
#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "vault_internal.h"

#define BACK_S 120 /* a clock so far back is recorded */
#define AHEAD_S 86400 /* so far ahead waits for a confirmation */
#define SLEPT_MS 2000 /* suspended for longer: every session locks */
#define OFF_S (31 * 86400) /* a PC may have been off so long without anybody being asked */

static int64_t
up_seconds(void)
{
	return mk_mono_ms() / 1000;
}

static int64_t
slept_ms(void)
{
	struct timespec m;
	clock_gettime(CLOCK_MONOTONIC, &m);
	return mk_mono_ms() - ((int64_t)m.tv_sec * 1000 + m.tv_nsec / 1000000);
}

/* Opened before the sandbox's doors close; "" where there is no such file. */
static void
read_boot(char out[40])
{
	out[0] = '\0';
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, 39);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

void
mk_clock_init(struct vault *v)
{
	struct clock *c = &v->clock;
	memset(c, 0, sizeof *c);
	read_boot(c->row.boot);
	c->row.up = up_seconds();
	c->row.steady = c->row.spent = mk_now();
	c->slept = slept_ms();
}

/* The calendar by the time that has passed since the anchor. */
static int64_t
counted(const struct vault *v)
{
	return v->clock.row.steady + (up_seconds() - v->clock.row.up);
}

int64_t
mk_clock_steady(const struct vault *v)
{
	int64_t s = counted(v), ahead = mk_now() - s;
	return v->clock.row.jump == 0 && ahead >= -BACK_S && ahead <= AHEAD_S ? s + ahead : s;
}

int64_t
mk_clock_spent(const struct vault *v)
{
	return v->clock.row.spent + (up_seconds() - v->clock.row.up);
}

bool
mk_clock_confirmed(const struct vault *v)
{
	return v->clock.row.jump == 0;
}

int
mk_clock_save(struct vault *v)
{
	struct mk_clock_row now = v->clock.row;
	if (v->main == NULL || !v->clock.loaded)
		return 0;
	now.up = up_seconds();
	now.steady = counted(v);
	now.spent = mk_clock_spent(v);
	return mk_clock_put(v->main, &now);
}

static void
record(struct vault *v, const char *what, int64_t seconds)
{
	char detail[80];
	snprintf(detail, sizeof detail, "%s seconds=%" PRId64, what, seconds);
	mk_record_event(v, "clock_jump", NULL, NULL, 0, detail);
}

/* A jump is recorded once; a clock that was put right again is no jump any more. */
void
mk_clock_look(struct vault *v)
{
	struct clock *c = &v->clock;
	int64_t ahead = mk_now() - counted(v), was = c->row.jump;
	if (ahead > AHEAD_S && c->row.jump == 0) {
		c->row.jump = ahead;
		record(v, "ahead", ahead);
	} else if (c->row.jump > 0 && ahead <= AHEAD_S) {
		c->row.jump = 0;
		record(v, "returned", ahead);
	}
	if (ahead < -BACK_S && (ahead - c->told_back > BACK_S || c->told_back - ahead > BACK_S)) {
		c->told_back = ahead;
		record(v, "back", ahead);
	} else if (ahead >= -BACK_S) {
		c->told_back = 0;
	}
	if (c->row.jump != was)
		(void)mk_clock_save(v);
}

/* The PC was started anew: how long it was off is known from its clock only. */
static void
join_other_boot(struct vault *v, const struct mk_clock_row *was)
{
	struct mk_clock_row *row = &v->clock.row;
	int64_t gap = mk_now() - was->steady;
	row->jump = was->jump;
	row->up = up_seconds();
	row->steady = was->steady;
	row->spent = was->spent;
	if (was->jump > 0 || gap > OFF_S) {
		row->jump = gap > AHEAD_S ? gap : 0;
		if (row->jump > 0)
			record(v, "ahead at start", gap);
	} else if (gap < -BACK_S) {
		v->clock.told_back = gap;
		record(v, "back at start", gap);
	} else if (gap > 0) {
		row->steady += gap;
		row->spent += gap;
		if (gap > AHEAD_S)
			record(v, "off", gap);
	}
}

int
mk_clock_load(struct vault *v)
{
	struct mk_clock_row was;
	struct clock *c = &v->clock;
	if (c->loaded)
		return 0;
	int r = mk_clock_get(v->main, &was);
	if (r == 0 && was.boot[0] != '\0' && strcmp(was.boot, c->row.boot) == 0)
		c->row = was; /* the same boot: what has passed since is known exactly */
	else if (r == 0)
		join_other_boot(v, &was);
	else if (r != MK_E_NOT_FOUND)
		return r;
	c->loaded = true;
	mk_clock_look(v);
	return mk_clock_save(v);
}

void
mk_clock_tick(struct vault *v)
{
	struct clock *c = &v->clock;
	mk_clock_look(v);
	int64_t slept = slept_ms();
	if (slept - c->slept > SLEPT_MS)
		mk_sessions_lock(v, true, 0, "the PC slept");
	c->slept = slept;
}

/* --- requests */

/* A stated time (demo offices) is looked at as the PC's clock would be. */
struct look {
	int64_t wall, steady;
	bool confirmed;
};

static struct look
look(const struct op *op)
{
	const struct vault *v = op->v;
	const struct session *s = op->c->session;
	struct look k = {mk_now(), mk_clock_steady(v), mk_clock_confirmed(v)};
	if (s->now == 0)
		return k;
	char known[24] = "0";
	uint64_t until = 0;
	(void)mk_main_get(v->main, "clock.stated", known, sizeof known);
	(void)mk_str_u64(known, INT64_MAX, &until);
	k.wall = s->now;
	k.confirmed = k.wall - k.steady <= AHEAD_S || k.wall - (int64_t)until <= AHEAD_S;
	if (k.confirmed)
		k.steady = k.wall;
	return k;
}

static int
status_act(struct op *op)
{
	mk_clock_look(op->v);
	struct look k = look(op);
	struct mk_buf *b = &op->reply.body;
	mk_put_i64(b, MK_T_wall, k.wall);
	mk_put_i64(b, MK_T_steady, k.steady);
	mk_put_bool(b, MK_T_confirmed, k.confirmed);
	return 0;
}

static int
confirm_check(struct op *op)
{
	struct mk_buf content = MK_BUF_INIT;
	struct look k = look(op);
	char day[MK_DATE_MAX];
	if (k.confirmed)
		return mk_op_fail(op, MK_E_STATE, "no jump of the clock waits for a confirmation");
	mk_date_format(mk_date_jst(k.wall), day); /* to the day: the request is made twice */
	mk_act_line(&content, "clock", day);
	snprintf(op->ev.detail, sizeof op->ev.detail, "to=%s", day);
	int r = mk_op_second(op, 0, &content);
	mk_buf_free(&content);
	return r;
}

static int
confirm_act(struct op *op)
{
	struct vault *v = op->v;
	int64_t wall = look(op).wall;
	mk_put_i64(&op->reply.body, MK_T_wall, wall);
	if (op->c->session->now != 0) {
		char text[24];
		snprintf(text, sizeof text, "%" PRId64, wall);
		return mk_main_set(v->main, "clock.stated", text);
	}
	struct mk_clock_row was = v->clock.row;
	v->clock.row.spent = mk_clock_spent(v); /* no refund: a confirmed date is no time passed */
	v->clock.row.up = up_seconds();
	v->clock.row.steady = wall;
	v->clock.row.jump = 0;
	int r = mk_clock_save(v);
	if (r < 0)
		v->clock.row = was;
	return r;
}

const struct handler mk_handlers_clock[] = {
    {MK_REQ_clock_status, NULL, status_act},
    {MK_REQ_clock_confirm, confirm_check, confirm_act},
    {0, NULL, NULL},
};
