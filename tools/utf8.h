/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File names are bytes; JSON and terminals want UTF-8. */
#ifndef FRSP_UTF8_H
#define FRSP_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed UTF-8 sequence at text (Unicode 15, table 3-7), 0
 * if there is none. text ends with a NUL byte.
 */
size_t utf8_sequence(const char *text);

/* A copy with U+FFFD for each byte that is no part of UTF-8; NULL: no memory.
 * The caller frees it.
 */
char *utf8_repaired(const char *text);

#endif
