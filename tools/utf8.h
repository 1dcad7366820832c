/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File names are bytes; JSON and terminals want UTF-8. */
#ifndef FRSP_UTF8_H
#define FRSP_UTF8_H

#include <stddef.h>
#include <linux/types.h>

/* The character at text, which ends with a NUL byte. Returns its bytes, 0 if it
 * is not UTF-8 (too long a form, a surrogate, above U+10FFFF, cut off).
 */
size_t utf8_decode(const char *text, __u32 *code);

/* A copy with U+FFFD for each byte that is no part of UTF-8; NULL: no memory.
 * The caller frees it.
 */
char *utf8_repaired(const char *text);

#endif
