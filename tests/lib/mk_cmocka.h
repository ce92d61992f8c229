/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka with the headers it forgets to include. Unit tests include this and nothing else of cmocka. */
#ifndef MK_TESTS_CMOCKA_H
#define MK_TESTS_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
