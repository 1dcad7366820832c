/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An array of values that finds the nearest index with at least so much.
 *
 * The values are the leaves of a binary tree in an array, and each inner node
 * has the greater of its two children: node n has 2n and 2n + 1, node 1 is the
 * root, and value i is at size + i. With the values 3 0 5 1:
 *
 *                     5
 *                 3       5
 *               3   0   5   1
 *
 * Setting and finding take as many steps as the tree is high, at most 31.
 *
 * Who finds needs no lock. What it finds while another one sets a value may
 * have less than it asked for, and it may miss what is there; but it ends, and
 * an index is below size.
 */
#ifndef FRSP_PEAKS_H
#define FRSP_PEAKS_H

#include <linux/types.h>

struct frsp_peaks {
	u32 size;  /* how many values; a power of two */
	u32 *peak; /* 2 * size, the first is not used */
};

/* Room for size values, in memory for 2 * size that is 0; takes over old. */
void frsp_peaks_init(struct frsp_peaks *peaks, u32 size, u32 *memory,
		     const struct frsp_peaks *old);
void frsp_peaks_set(struct frsp_peaks *peaks, u32 index, u32 value);
/* The greatest value; 0 if there are none. */
u32 frsp_peaks_top(const struct frsp_peaks *peaks);
/*
 * The index nearest to near whose value is at least min, which is not 0; of two
 * the higher. -1: there is none. near may be any number.
 */
int frsp_peaks_nearest(const struct frsp_peaks *peaks, u32 min, u32 near);
/* The same without near itself. */
int frsp_peaks_next_to(const struct frsp_peaks *peaks, u32 min, u32 near);

#endif
