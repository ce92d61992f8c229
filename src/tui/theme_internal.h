/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each kind of thing on the screen looks: one table a theme. Colour is never the only sign
 * (product.md): whatever these tell is told by a word or a mark as well.
 */
#ifndef MK_TUI_THEME_INTERNAL_H
#define MK_TUI_THEME_INTERNAL_H

/* X(name, mono, dark foreground, light foreground): attributes as letters b u r d; colours 0..7 */
#define MK_EL_TABLE(X)                                                                             \
	X(TEXT, "", -1, -1)                                                                        \
	X(DIM, "d", -1, -1)                                                                        \
	X(STRONG, "b", -1, -1)                                                                     \
	X(TITLE, "r", -1, -1)                                                                      \
	X(KEY, "r", -1, -1)                                                                        \
	X(WORD, "", -1, -1)                                                                        \
	X(HEAD, "b", 6, 4)                                                                         \
	X(SELECTED, "r", -1, -1)                                                                   \
	X(LABEL, "", 6, 4)                                                                         \
	X(FIELD, "u", -1, -1)                                                                      \
	X(FIELD_ON, "bu", -1, -1)                                                                  \
	X(GOOD, "", 2, 2)                                                                          \
	X(DOUBT, "b", 3, 5)                                                                        \
	X(BAD, "b", 1, 1)                                                                          \
	X(DIALOG, "", -1, -1)                                                                      \
	X(DONE, "r", -1, -1)

enum mk_el {
#define X(name, mono, dark, light) MK_EL_##name,
	MK_EL_TABLE(X)
#undef X
	    MK_EL_COUNT
};

enum mk_theme { MK_THEME_DARK, MK_THEME_LIGHT, MK_THEME_MONO };

/* "dark", "light", "mono"; -1 for another name. */
int mk_theme_parse(const char *name);
/* Attribute letters of an element, and its foreground (-1: the terminal's own). */
const char *mk_theme_look(enum mk_theme theme, enum mk_el el, int *foreground);

#endif
