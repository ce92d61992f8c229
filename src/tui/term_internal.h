/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: taking it, drawing a frame, giving it back clean. The only file that knows curses.
 *
 * A frame is drawn whole each time (erase, never clear) and curses sends the difference. What must
 * not enter curses' memory - digits of a number, pictures of a card - is an overlay: curses draws a
 * mask or blanks at its place, and after its update the overlay's bytes go straight to the terminal
 * out of memory that is wiped. So no copy of a cell has to be hunted for afterwards, and whatever
 * goes wrong shows the mask.
 */
#ifndef MK_TUI_TERM_INTERNAL_H
#define MK_TUI_TERM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "theme_internal.h"

struct mk_term;

struct mk_term_conf {
	int theme; /* enum mk_theme; -1: from the environment (NO_COLOR, COLORFGBG) */
	bool mouse;
};

/*
 * Takes the terminal of standard input and output. MK_E_USAGE when TERM is unknown, MK_E_IO,
 * MK_E_NOMEM. One at a time (curses is global).
 */
int mk_term_open(const struct mk_term_conf *conf, struct mk_term **out);
/* Wipes the screen, gives the terminal back as it was. NULL is fine. */
void mk_term_close(struct mk_term *t);
/* For job control: gives the terminal back, stops the process, takes it again when it goes on. */
void mk_term_suspend(struct mk_term *t);
/* Takes the window's present size over; true when it changed. */
bool mk_term_resize(struct mk_term *t);
int mk_term_rows(const struct mk_term *t);
int mk_term_cols(const struct mk_term *t);
/* Everything is sent again with the next frame. */
void mk_term_redraw(struct mk_term *t);
/*
 * Clears the scrollback where a number may have got into it: after lock and before the end. Nothing
 * when none was shown, or the terminal cannot.
 */
void mk_term_scrub(struct mk_term *t);
void mk_term_bell(struct mk_term *t);

/* Rows and columns that a view or widget may draw in. */
struct mk_area {
	int y, x, h, w;
};

/* What the terminal said of itself (input_internal.h: MK_KEY_SIXEL, _KITTY, _CELL). */
struct mk_term_looks {
	bool sixel, kitty;
	unsigned cell_w, cell_h; /* pixels; 0 unknown */
	int colours; /* 2 when none are used */
	bool dark;
};
struct mk_term_looks *mk_term_looks(struct mk_term *t);

/* --- a frame */
void mk_frame_begin(struct mk_term *t);
/* Draws s, harmless and clipped to cells; returns the cells it took. Outside the screen: nothing. */
int mk_draw(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s);
/* The same filled up with blanks to exactly cells. */
void mk_draw_pad(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *s);
/* Draws s over as many rows as it needs, at most `rows`; returns how many it took. */
int mk_draw_wrapped(
    struct mk_term *t, int y, int x, int cells, int rows, enum mk_el el, const char *s);
/* How many rows that is without a limit. */
int mk_wrapped_rows(const char *s, int cells);
int mk_drawf(struct mk_term *t, int y, int x, int cells, enum mk_el el, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* An empty box with an edge, over what is there. */
void mk_draw_frame(struct mk_term *t, struct mk_area area);
/* Until the next call nothing is drawn outside of these rows: a view stays in its area. */
void mk_frame_clip(struct mk_term *t, int y, int h);
/* A stamp that no digits and no picture had before. */
uint32_t mk_term_stamp(void);
/* Where the cursor stands when the frame is out; the last call counts. */
void mk_draw_cursor(struct mk_term *t, int y, int x);

#define MK_DIGITS_CELLS 14 /* 4-4-4 with blanks */
/*
 * A number, 14 cells: n digits (0..12, ASCII, borrowed until mk_frame_end), '_' for those that are
 * missing; bit i of marks makes digit i stand out. Curses draws asterisks there. stamp changes
 * whenever the digits do.
 */
void mk_draw_digits(struct mk_term *t, int y, int x, const uint8_t *digits, size_t n,
    unsigned marks, uint32_t stamp);
/*
 * Bytes that fill h rows of cells cells (borrowed until mk_frame_end), sent only when stamp, place
 * or rows changed. remove: what takes them away again (kitty), may be empty.
 */
struct mk_picture {
	int y, x, h, cells;
	const char *bytes, *remove;
	size_t len, remove_len;
	uint32_t stamp;
};
void mk_draw_picture(struct mk_term *t, const struct mk_picture *p);
/*
 * Something is drawn over what this frame has so far (a dialog): its digits stay masked and its
 * pictures away, for they would come out on top of it.
 */
void mk_frame_cover(struct mk_term *t);
/* Sends the frame. */
void mk_frame_end(struct mk_term *t);

#endif
