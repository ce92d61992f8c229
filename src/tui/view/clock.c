/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock (security.md R14): what the PC's clock says, what the daemon believes, and the jumps in
 * between. A jump forward is believed only when somebody has confirmed it.
 */
#include "view/views_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "mynakura/base/str.h"
#include "mynakura/base/time.h"
#include "view/sign_internal.h"
#include "widget/pager_internal.h"

#define AGREES_S 120 /* a difference that is none */

struct clock {
	struct mk_view v;
	struct mk_pager pager;
	int64_t wall;
	bool confirmed, here;
};

static void
put_time(int64_t t, struct mk_buf *out)
{
	char s[MK_TIME_MAX];
	mk_time_format(t, s);
	mk_buf_printf(out, "%.10s %.8s", s, s + 11);
}

/* "3 days", "4 hours", "25 minutes": how far two clocks are apart. */
static void
put_span(int64_t s, struct mk_buf *out)
{
	uint64_t n = (uint64_t)(s < 0 ? -s : s);
	if (n >= 2 * 86400)
		mk_buf_printf(out, _("%llu days"), (unsigned long long)(n / 86400));
	else if (n >= 2 * 3600)
		mk_buf_printf(out, _("%llu hours"), (unsigned long long)(n / 3600));
	else
		mk_buf_printf(out, _("%llu minutes"), (unsigned long long)(n / 60));
}

static void
take_jump(void *arg, const struct mk_item *item)
{
	struct mk_buf *out = arg;
	char text[32];
	int64_t from = 0, to = 0;
	mk_item_str(item, MK_T_from, text, sizeof text);
	from = strtoll(text, NULL, 10);
	mk_item_str(item, MK_T_to, text, sizeof text);
	to = strtoll(text, NULL, 10);
	mk_buf_puts(out, "  ");
	put_time(from, out);
	mk_buf_puts(out, " > ");
	put_time(to, out);
	mk_buf_puts(out, "  ");
	mk_buf_puts(out, to < from ? _("back:") : _("forward:"));
	mk_buf_puts(out, " ");
	put_span(to - from, out);
	mk_buf_printf(out, "  (%s %llu)\n", _("No."),
	    (unsigned long long)mk_get_u64(item->p, item->len, MK_T_seq, 0));
}

static void
got_clock(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	struct clock *c = (struct clock *)v;
	const void *b = reply->body.data;
	size_t len = reply->body.len;
	struct mk_buf *out = &c->pager.text, jumps = MK_BUF_INIT;
	(void)tag;
	if (r < 0) {
		mk_tell_reply(v->tui, r, reply);
		return;
	}
	c->wall = mk_get_i64(b, len, MK_T_wall, 0);
	c->confirmed = mk_get_bool(b, len, MK_T_confirmed, true);
	c->here = true;
	int64_t steady = mk_get_i64(b, len, MK_T_steady, c->wall), apart = c->wall - steady;
	mk_buf_reset(out);
	mk_buf_printf(out, "# %s\n",
	    c->confirmed ? _("The clock is right.")
			 : _("The clock was put forward: not confirmed."));
	mk_buf_printf(out, "%s: ", _("This computer's clock"));
	put_time(c->wall, out);
	mk_buf_printf(out, "\n%s: ", _("By the time that has passed"));
	put_time(steady, out);
	mk_buf_puts(out, "\n");
	if (apart > AGREES_S || apart < -AGREES_S) {
		mk_buf_printf(out, "%s: ", _("Apart"));
		put_span(apart, out);
		mk_buf_puts(out, "\n");
	}
	if (!c->confirmed)
		mk_buf_printf(out, "\n%s\n",
		    _("Nothing is disposed of and nothing ends by its date until the clock is put "
		      "right or confirmed. Compare it with another clock first."));
	mk_reply_items(reply, take_jump, &jumps);
	if (jumps.len > 0)
		mk_buf_printf(out, "\n# %s\n%s", _("Jumps"), mk_buf_str(&jumps));
	mk_buf_free(&jumps);
}

static void
refresh(struct mk_view *v)
{
	struct mk_msg req;
	mk_msg_init(&req, MK_REQ_clock_status, 0);
	mk_view_ask(v, &req, got_clock, 0);
}

static int
clock_open(struct mk_view *v, const void *arg)
{
	(void)arg;
	refresh(v);
	return 0;
}

static void
got_confirmed(struct mk_view *v, int r, struct mk_msg *reply, uintptr_t tag)
{
	(void)tag;
	if (r < 0)
		mk_tell_refused(v->tui, r, reply);
	else
		mk_tell(v->tui, MK_TONE_GOOD, "%s", _("The clock is confirmed and recorded."));
	refresh(v);
}

static void
confirm(struct mk_view *v, const char *typed, const struct mk_secret *passphrase)
{
	struct mk_msg req;
	(void)typed;
	mk_msg_init(&req, MK_REQ_clock_confirm, 0);
	mk_put_bytes(&req.body, MK_T_passphrase, passphrase->data, passphrase->len);
	mk_view_ask(v, &req, got_confirmed, 0);
}

static void
ask_confirm(struct clock *c)
{
	struct mk_buf now = MK_BUF_INIT;
	char text[512];
	put_time(c->wall, &now);
	snprintf(text, sizeof text,
	    _("Is it really %s now? What is due by this date is disposed of and ends from now on."),
	    mk_buf_str(&now));
	mk_buf_free(&now);
	const struct mk_sign_arg arg = {.text = text, .passphrase = true, .done = confirm};
	(void)mk_sign_open(c->v.tui, &arg);
}

static unsigned
clock_places(const struct mk_view *v)
{
	const struct clock *c = (const struct clock *)v;
	unsigned may = MK_ROLE_chief | MK_ROLE_admin;
	bool ask = c->here && !c->confirmed;
	return ask && (mk_tui_session(v->tui)->role_bits & may) != 0 ? MK_P_CLOCK : 0;
}

static bool
clock_key(struct mk_view *v, const struct mk_key *key)
{
	return mk_pager_mouse(&((struct clock *)v)->pager, key);
}

static bool
clock_act(struct mk_view *v, enum mk_act a)
{
	struct clock *c = (struct clock *)v;
	if (a != MK_ACT_confirm_clock)
		return mk_pager_act(&c->pager, a);
	ask_confirm(c);
	return true;
}

static void
clock_draw(struct mk_view *v, struct mk_area area)
{
	mk_pager_draw(&((struct clock *)v)->pager, mk_tui_term(v->tui), area);
}

static void
clock_close(struct mk_view *v)
{
	mk_pager_fini(&((struct clock *)v)->pager);
}

const struct mk_view_ops mk_view_clock = {
    .name = "clock",
    .title = N_("Clock"),
    .places = MK_P_PAGER | MK_P_BACK,
    .size = sizeof(struct clock),
    .open = clock_open,
    .more_places = clock_places,
    .key = clock_key,
    .act = clock_act,
    .draw = clock_draw,
    .shown = refresh,
    .close = clock_close,
};
