/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes and repairs UTF-8: file names may have any bytes, but JSON and
 * terminals want UTF-8.
 */
#ifndef FRSP_UTF8_H
#define FRSP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* The length of the character that begins with this byte; 0: none does. */
static inline size_t utf8_len(unsigned char first)
{
	return first < 0x80		? 1
	       : (first & 0xe0) == 0xc0 ? 2
	       : (first & 0xf0) == 0xe0 ? 3
	       : (first & 0xf8) == 0xf0 ? 4
					: 0;
}

/* True for the bytes of a character after the first. */
static inline bool utf8_follows(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Decodes the character at text, which ends with a NUL byte. Returns its bytes;
 * 0: it is not UTF-8 (too long a form, a surrogate, above U+10FFFF, cut off).
 */
size_t utf8_decode(const char *text, __u32 *code);

/* Copies text with U+FFFD in place of each byte that is not valid UTF-8; NULL:
 * no memory. The caller frees the copy.
 */
char *utf8_repaired(const char *text);

/* text: what snprintf() left in size bytes; len: what it returned. If
 * snprintf() cut the text, puts "..." at the end, and leaves no part of a
 * character before it.
 */
void utf8_mark_cut(char *text, size_t size, size_t len);

#endif
