/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka wants these four in front of it. */
#ifndef FRSP_SUITE_H
#define FRSP_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
