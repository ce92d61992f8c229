/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * read: images to fields without a vault. Each file is decoded by one process and each page read by
 * another (decisions.md 11).
 */
#include <string.h>
#include <unistd.h>

#include "mynakura/base/image.h"
#include "reading_internal.h"

struct run {
	struct mk_cli *c;
	const char *layout;
	struct mk_reader next; /* a reading process that loads its models meanwhile */
	bool ready;
	size_t numbers; /* read so far */
	int first; /* the first failure */
};

static void
tell_failure(struct run *run, const char *file, int err, const char *why)
{
	struct mk_cli *c = run->c;
	struct mk_buf text = MK_BUF_INIT;
	mk_progress_clear(c);
	mk_buf_reset(&c->why);
	mk_sentence(why, strlen(why), &c->why);
	mk_error_text(c, err, &text);
	if (c->g.json) {
		struct mk_json j;
		mk_json_init(&j, &c->out);
		mk_json_obj(&j, NULL);
		mk_json_str(&j, "file", file);
		mk_json_obj(&j, "error");
		mk_json_str(&j, "code", mk_err_code(err));
		mk_json_str(&j, "message", mk_buf_str(&text));
		mk_json_end_obj(&j);
		mk_json_end_obj(&j);
		mk_buf_puts(&c->out, "\n");
	} else {
		mk_say("%s: %s", file, mk_buf_str(&text));
	}
	mk_buf_free(&text);
	if (run->first == 0)
		run->first = err;
}

static void
print_reading(
    struct run *run, const char *file, unsigned page, unsigned elapsed, const struct mk_reading *r)
{
	struct mk_cli *c = run->c;
	if (!c->g.json) {
		mk_out_escaped(&c->out, file);
		mk_out(c, _(", page %u: %s\n"), page, mk_word(r->layout));
		mk_reading_text(&c->out, r);
		return;
	}
	struct mk_json j;
	mk_json_init(&j, &c->out);
	mk_json_obj(&j, NULL);
	mk_json_str(&j, "file", file);
	mk_json_int(&j, "page", page);
	mk_json_str(&j, "layout", r->layout);
	mk_json_int(&j, "rotation", r->rotation);
	mk_json_int(&j, "elapsed_ms", elapsed);
	mk_reading_json(&j, r);
	mk_json_end_obj(&j);
	mk_buf_puts(&c->out, "\n");
}

static int
reader_failed(struct mk_cli *c, int r)
{
	return r != MK_E_NOT_FOUND ? r
				   : mk_fail(c, r,
					 _("the program mynakura-read (is the installation "
					   "complete? see 'mynakura doctor')"));
}

static int
start_next(struct run *run)
{
	if (run->ready)
		return 0;
	int r = mk_reader_start("read", NULL, &run->next);
	if (r < 0)
		return reader_failed(run->c, r);
	run->next.interrupt_fd = run->c->interrupt_fd;
	run->ready = true;
	return 0;
}

static int
read_page(struct run *run, const char *file, const struct mk_raster *raster)
{
	struct mk_readings got;
	memset(&got, 0, sizeof got);
	int r = start_next(run);
	if (r < 0)
		return r;
	struct mk_reader now = run->next;
	run->ready = false;
	/* The one after this loads its models while this one reads. */
	r = start_next(run);
	if (r == 0) {
		r = mk_reader_read(&now, raster, run->layout, &got);
		if (r < 0 && r != MK_E_AGAIN)
			tell_failure(run, file, r, now.why);
	}
	for (size_t i = 0; r == 0 && i < got.count; i++) {
		print_reading(run, file, raster->page, got.elapsed_ms, &got.items[i]);
		run->numbers += got.items[i].number[0] != '\0' ? 1 : 0;
	}
	mk_readings_free(&got);
	mk_reader_stop(&now);
	int w = mk_flush(run->c);
	return r == MK_E_AGAIN || r == MK_E_NOT_FOUND || r == MK_E_NOMEM ? r : w;
}

static int
read_open(struct run *run, const char *file, int fd)
{
	struct mk_reader decoder;
	struct mk_raster raster;
	int r = mk_reader_start("decode", NULL, &decoder);
	if (r < 0)
		return reader_failed(run->c, r);
	decoder.interrupt_fd = run->c->interrupt_fd;
	r = mk_reader_decode(&decoder, fd);
	while (r == 0 && (r = mk_reader_page(&decoder, &raster)) > 0) {
		r = read_page(run, file, &raster);
		mk_raster_free(&raster);
	}
	if (r < 0 && r != MK_E_AGAIN && decoder.why[0] != '\0')
		tell_failure(run, file, r, decoder.why);
	else if (r < 0 && r != MK_E_AGAIN && r != MK_E_NOMEM)
		tell_failure(run, file, r, "");
	mk_reader_stop(&decoder);
	return r == MK_E_AGAIN || r == MK_E_NOMEM ? r : mk_flush(run->c);
}

static bool
known_layout(const char *s)
{
	static const char *const names[] = {
	    "auto", "card-back", "card-front", "tsuchi", "juminhyo"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(s, names[i]) == 0)
			return true;
	return false;
}

int
mk_run_read(struct mk_cli *c)
{
	struct run run = {.c = c, .layout = mk_opt(c, "layout")};
	int r = 0;
	if (run.layout == NULL)
		run.layout = "auto";
	if (!known_layout(run.layout))
		return mk_fail(c, MK_E_USAGE,
		    _("no layout '%s'; there are: auto card-back card-front tsuchi juminhyo"),
		    run.layout);
	r = start_next(&run);
	for (size_t i = 0; r == 0 && mk_arg(c, i) != NULL; i++) {
		int fd = -1;
		mk_progress(c, i, c->a.npos);
		int e = mk_image_open(mk_arg(c, i), &fd);
		if (e < 0)
			tell_failure(&run, mk_arg(c, i), e, "");
		else
			r = read_open(&run, mk_arg(c, i), fd);
		if (fd >= 0)
			close(fd);
	}
	if (run.ready)
		mk_reader_stop(&run.next);
	if (r < 0 || run.numbers > 0)
		return r;
	/* Every image has said its own part already. */
	c->told = true;
	return run.first < 0 ? run.first : MK_E_UNREADABLE;
}
