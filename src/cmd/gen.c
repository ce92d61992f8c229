/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gen: what is made from the tables and kept in the tree: `gen keys` the keys of mynakura(1), `gen
 * completion` contrib/completion. Not installed; `make man` writes them, tests/man.sh compares.
 */
#include <string.h>
#include <unistd.h>

#include "mynakura/base/buf.h"
#include "mynakura/cli/cli.h"
#include "mynakura/tui/tui.h"

int
main(int argc, char **argv)
{
	struct mk_buf out = MK_BUF_INIT;
	if (argc == 2 && strcmp(argv[1], "keys") == 0)
		mk_tui_keys_mdoc(&out);
	else if (argc == 2 && strcmp(argv[1], "completion") == 0)
		mk_cli_completion(&out);
	else
		return 2;
	int r = mk_buf_error(&out);
	if (r == 0)
		r = mk_write_all(STDOUT_FILENO, out.data, out.len);
	mk_buf_free(&out);
	return r < 0 ? 1 : 0;
}
