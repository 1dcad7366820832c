/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An array of values, with a fast search for the nearest index whose value is
 * at least a given minimum.
 *
 * The values are the leaves of a binary tree that is stored in an array, and
 * each inner node has the greater value of its two children: node n has the
 * children 2n and 2n + 1, node 1 is the root, and value i is node size + i.
 * With the values 3 0 5 1:
 *
 *                     5
 *                 3       5
 *               3   0   5   1
 *
 * For example, the nearest index to 0 with a value of at least 4: leaf 0 has 3
 * and leaf 1 has 0; the next node is their parent's neighbour, which has 5, and
 * its left child has 5, too: index 2.
 *
 * Setting a value and finding an index take as many steps as the tree is high,
 * at most 31.
 *
 * A search needs no lock. While another task sets a value, a search may return
 * an index with a value below the minimum, or miss an index; but it always
 * ends, and the index is below size.
 */
#ifndef FRSP_PEAKS_H
#define FRSP_PEAKS_H

#include <linux/types.h>

struct frsp_peaks {
	u32 size;  /* number of values, a power of two */
	u32 *peak; /* 2 * size nodes; node 0 is not used */
};

/*
 * Makes an array of size values in memory for 2 * size values, which is zeroed;
 * copies the values of old.
 */
void frsp_peaks_init(struct frsp_peaks *peaks, u32 size, u32 *memory,
		     const struct frsp_peaks *old);
void frsp_peaks_set(struct frsp_peaks *peaks, u32 index, u32 value);
/* The greatest value; 0 if there are none. */
u32 frsp_peaks_top(const struct frsp_peaks *peaks);
/*
 * The index nearest to near whose value is at least min; of two equally near
 * ones the higher. -1: there is none. min is not 0; near may be any number.
 */
int frsp_peaks_nearest(const struct frsp_peaks *peaks, u32 min, u32 near);
/* The same, but not near itself. */
int frsp_peaks_next_to(const struct frsp_peaks *peaks, u32 min, u32 near);

#endif
