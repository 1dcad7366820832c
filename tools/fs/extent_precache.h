/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads all extents of an ext4 file into ext4's cache of extents (the extent
 * status tree), or takes them out. What loading saves is at most a read per leaf
 * block of the extent tree, which has room for 340 extents, at the first use.
 */
#ifndef FRSP_EXTENT_PRECACHE_H
#define FRSP_EXTENT_PRECACHE_H

#include <linux/types.h>

/* In the inode itself there is room for so many extents; reading them costs
 * nothing.
 */
#define EXTENT_PRECACHE_IN_INODE 4
#define EXTENT_PRECACHE_PER_LEAF 340

enum extent_precache {
	EXTENT_PRECACHE_DONE,
	EXTENT_PRECACHE_NOTHING, /* its extents are in the inode */
	EXTENT_PRECACHE_BEFORE,	 /* somebody had loaded all of them */
};

struct extent_precached {
	enum extent_precache outcome;
	__u64 n_extents;
	double seconds;
};

/*
 * Loads the extents of an open file, a leaf block's worth at a time, and waits
 * as long after each as it took, so that others who need the file's map wait
 * for one step at most. Then it sets the mark by which ext4 keeps them longer.
 * Returns 0; -EOPNOTSUPP: not a file of ext4 with extents; -ECANCELED: the
 * program was told to end; or another -errno.
 */
int extent_precache(int fd, struct extent_precached *precached);

struct extent_cleared {
	__u64 n_entries; /* that it had; those of delayed allocation stay */
	double seconds;
};

/* Takes out the entries of an open file. n_entries: how many it has; 0: not
 * known. Then the kernel is asked, which counts those up to the first gap.
 * Returns 0; -EOPNOTSUPP: not a file of ext4; -EBUSY: it has more than
 * EXTENT_CACHE_MAX_CLEAR, and others have it open; -EPERM or -EACCES: it is not
 * ours, and we lack CAP_FOWNER; or another -errno.
 */
int extent_clear(int fd, __u64 n_entries, struct extent_cleared *cleared);

#endif
