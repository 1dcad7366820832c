/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/fs/ext4/DEV/es_shrinker_info: ext4's own account of its extent status
 * tree. Of it what is current, not the averages.
 */
#ifndef FRSP_ES_INFO_H
#define FRSP_ES_INFO_H

#include <linux/types.h>

#define ES_INFO_ROOT "/proc/fs/ext4"

struct es_info {
	__u64 entries;
	__u64 reclaimable;
	__u64 hits, misses; /* since it was mounted */
	__u64 inodes;	    /* that have something reclaimable */
};

/* text: the whole file. 0 or -EINVAL: it is no such file. */
int es_info_parse(const char *text, struct es_info *info);

/* Of the filesystem with this name below root. 0, -ENOENT, -EINVAL as above, or
 * another -errno.
 */
int es_info_read(const char *root, const char *name, struct es_info *info);

/* Entries that may not be reclaimed. The file's numbers are counted one after
 * the other, so there may seem to be less than none.
 */
__u64 es_info_delayed(const struct es_info *info);

#endif
