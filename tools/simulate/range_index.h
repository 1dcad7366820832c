/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives each range of each file a number: 0, 1, 2, ... in the order in which
 * they are asked for. 256 ranges of a file are a page. A page is as long as its
 * last range needs, so that a million small files take little memory; and there
 * are so few pages of large files that a look-up seldom waits for memory.
 */
#ifndef FRSP_SIMULATE_RANGE_INDEX_H
#define FRSP_SIMULATE_RANGE_INDEX_H

#include <linux/types.h>

#define RANGE_INDEX_PAGE 256

struct range_page {
	__u32 file, first; /* its first range, a multiple of the size */
	__u32 *numbers;	   /* plus 1; 0: none yet */
	__u32 n;	   /* a power of 2 */
};

/* All 0: empty. */
struct range_index {
	struct range_page *pages;
	__u32 n_pages, size;
	__u32 *table; /* of pages, plus 1, by hash */
	__u32 mask;
	__u32 last;   /* the page of the last look-up */
	__u32 *files; /* by number */
	__u32 n, n_size;
};

/* Gives a new range a number if there is none. 0 or -ENOMEM. */
int range_index_get(struct range_index *index, __u32 file, __u32 range,
		    __u32 *number);
void range_index_free(struct range_index *index);

#endif
