/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal interface as a function: takes the terminal, runs its screens against the daemon,
 * gives the terminal back.
 */
#ifndef MK_TUI_TUI_H
#define MK_TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "mynakura/base/buf.h"

struct mk_tui_conf {
	const char *dir, *socket; /* as struct mk_client_conf; NULL: not given */
	const char *user; /* who logs in; NULL: asked */
	const char *purpose; /* code of the session's purpose; NULL: asked */
	bool has_now;
	int64_t now; /* another time of day (demo offices only), UTC seconds */
};

/*
 * Borrows conf. mk_base_init and mk_lang_init have been called; standard input and output are a
 * terminal. Returns the exit status of cli.md: 0 when the user left, 1 when the terminal or the
 * daemon went away, and the daemon's where it did not start. Nothing of a person is on the terminal
 * when it returns (R10).
 */
int mk_tui_main(const struct mk_tui_conf *conf);

/* Appends every key and what it does, as the mdoc of mynakura(1). */
void mk_tui_keys_mdoc(struct mk_buf *out);

#endif
