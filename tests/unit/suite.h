/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Includes cmocka.h, which needs these four headers before it. */
#ifndef FRSP_SUITE_H
#define FRSP_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
