/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chooses the files whose entries leave ext4's cache of extents, when a
 * filesystem has more entries than its bound. It has no clock and does no I/O.
 *
 * How many leave: all above the low-water mark, four fifths of the bound. But
 * when memory is short, the kernel frees entries of all files in turn, so cold
 * entries are what protects hot ones: as many cold ones stay as there are hot
 * ones. So a bound below twice the hot entries cannot be kept.
 *
 * Which: first those that were passed once, such as by a backup, the largest
 * first; then those with the fewest look-ups per entry.
 *
 * Which not: files that were looked up lately, and those with so few entries
 * that they are not worth opening.
 */
#ifndef FRSP_TUNE_ESCACHE_H
#define FRSP_TUNE_ESCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define ESCACHE_WORTH_OPEN   48	  /* entries */
#define ESCACHE_PASS_ENTRIES 1000 /* with more, a single pass is told apart */

struct escache_inode {
	__u64 entries;
	__u64 lookups; /* of all times */
	double idle_s; /* since the last look-up */
	double heat;   /* look-ups, of which half count after some time */
};

struct escache_state {
	__u64 entries, reclaimable; /* of the filesystem, also of files that are
				       not in the list */
	__u64 bound;		    /* entries */
	double cooldown_s;	    /* what was looked up within it is hot */
};

struct escache_choice {
	size_t n;	   /* files that were chosen */
	__u64 entries;	   /* that they have */
	__u64 hot;	   /* entries of files that were looked up lately */
	bool is_too_small; /* the bound is less than twice the hot entries */
};

/* chosen: has room for n numbers; those of the files that leave, in the order
 * in which they should.
 */
struct escache_choice escache_choose(const struct escache_inode *inodes,
				     size_t n,
				     const struct escache_state *state,
				     size_t *chosen);

#endif
