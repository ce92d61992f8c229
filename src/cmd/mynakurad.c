/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mynakurad: the daemon. main() only. */
#include "mynakura/daemon/daemon.h"

int
main(int argc, char **argv)
{
	return mk_daemon_main(argc, argv);
}
