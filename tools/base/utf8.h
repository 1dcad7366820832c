/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File names are bytes; JSON and terminals want UTF-8. */
#ifndef FRSP_UTF8_H
#define FRSP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* The bytes of a character by its first; 0: no character begins with it. */
static inline size_t utf8_len(unsigned char first)
{
	return first < 0x80		? 1
	       : (first & 0xe0) == 0xc0 ? 2
	       : (first & 0xf0) == 0xe0 ? 3
	       : (first & 0xf8) == 0xf0 ? 4
					: 0;
}

/* It is one of the others. */
static inline bool utf8_follows(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The character at text, which ends with a NUL byte. Returns its bytes, 0 if it
 * is not UTF-8 (too long a form, a surrogate, above U+10FFFF, cut off).
 */
size_t utf8_decode(const char *text, __u32 *code);

/* A copy with U+FFFD for each byte that is no part of UTF-8; NULL: no memory.
 * The caller frees it.
 */
char *utf8_repaired(const char *text);

/* text is what snprintf() left in size bytes, len what it returned: where that
 * was too much, text ends in "...", and not inside of a character before it.
 */
void utf8_mark_cut(char *text, size_t size, size_t len);

#endif
