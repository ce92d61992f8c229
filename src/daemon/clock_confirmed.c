/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Until the clock's own module says better: nobody has confirmed it, so nothing expires (R14). */
#include "vault_internal.h"

bool
mk_clock_confirmed(const struct vault *v)
{
	(void)v;
	return false;
}
