/* SPDX-License-Identifier: GPL-2.0-only */
/* The bitmap functions, for little-endian machines only: there the _le
 * functions are the same as those without _le. */
#ifndef FRSP_SHIM_BITMAP_H
#define FRSP_SHIM_BITMAP_H

#include <linux/types.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");

#define BITS_PER_LONG	 (8 * sizeof(long))
#define BITS_PER_BYTE	 8
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_BYTES(n) (((n) + BITS_PER_BYTE - 1) / BITS_PER_BYTE)

/* Returns the first bit from "from" on that differs from skip (all 0 or all 1),
 * or size. */
static inline unsigned long frsp_shim_next(const unsigned long *words,
					   unsigned long size,
					   unsigned long from,
					   unsigned long skip)
{
	unsigned long word, bit;

	if (from >= size)
		return size;
	word = (words[from / BITS_PER_LONG] ^ skip) &
	       (~0UL << from % BITS_PER_LONG);
	for (bit = from - from % BITS_PER_LONG; !word;) {
		bit += BITS_PER_LONG;
		if (bit >= size)
			return size;
		word = words[bit / BITS_PER_LONG] ^ skip;
	}
	bit += __builtin_ctzl(word);
	return bit < size ? bit : size;
}

static inline unsigned long
find_next_bit_le(const void *bitmap, unsigned long size, unsigned long from)
{
	return frsp_shim_next(bitmap, size, from, 0);
}

static inline unsigned long find_next_zero_bit_le(const void *bitmap,
						  unsigned long size,
						  unsigned long from)
{
	return frsp_shim_next(bitmap, size, from, ~0UL);
}

static inline void __set_bit_le(int bit, void *bitmap)
{
	((u8 *)bitmap)[bit / BITS_PER_BYTE] |= 1 << bit % BITS_PER_BYTE;
}

static inline void __clear_bit_le(int bit, void *bitmap)
{
	((u8 *)bitmap)[bit / BITS_PER_BYTE] &= ~(1 << bit % BITS_PER_BYTE);
}

static inline int test_bit_le(int bit, const void *bitmap)
{
	return ((const u8 *)bitmap)[bit / BITS_PER_BYTE] >>
		       bit % BITS_PER_BYTE &
	       1;
}

#endif
