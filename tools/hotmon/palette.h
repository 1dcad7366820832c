/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours from dark violet by green to light yellow (viridis). Their lightness
 * rises evenly, so they can be told apart by people who see few colours, and in
 * print.
 */
#ifndef FRSP_HOTMON_PALETTE_H
#define FRSP_HOTMON_PALETTE_H

#include <linux/types.h>

/* level: 1, the darkest, to n_levels; 0: the ground, which is almost black.
 * Returns 0xRRGGBB.
 */
__u32 palette_rgb(unsigned int level, unsigned int n_levels);

/* The same as one of the 6x6x6 colours of terminals with 256. */
unsigned int palette_of_256(unsigned int level, unsigned int n_levels);

#endif
