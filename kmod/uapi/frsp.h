/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/frsp: ioctls on a mounted ext4 filesystem or a file of it.
 *
 * The device is for root (0600), and every ioctl needs CAP_SYS_ADMIN. Each
 * structure begins with its size, so that it can grow: the kernel takes a
 * smaller structure as if the rest were 0, and a larger one if all that the
 * kernel does not know is 0 (else E2BIG). fd is an open file or directory of
 * the filesystem. Flags and reserved fields must be 0.
 *
 * Errors of all: EINVAL (size or a field), EPERM, EFAULT, EBADF (fd),
 * EOPNOTSUPP (fd is not on an ext4 filesystem that frsp has attached).
 */
#ifndef FRSP_UAPI_H
#define FRSP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FRSP_DEVICE "/dev/frsp"

struct frsp_ioc_version {
	__u32 size;
	__u32 abi;	  /* out: FRSP_ABI of the module */
	char version[32]; /* out: NUL-terminated */
};

#define FRSP_ABI 1

/* A range of the filesystem, in its blocks. */
struct frsp_range {
	__u64 start_fsblk;
	__u64 len_blocks;
};

/*
 * PLACE sets target ranges. Until the file that fd refers to is closed or
 * unplaced, the next extents of its inode go to the ranges, to the first one
 * with room first. PLACE again replaces the ranges.
 *
 * A range may contain used blocks; it must be inside the filesystem (ERANGE),
 * and there are 1 to FRSP_MAX_RANGES of them. ext4 takes what is free from the
 * start that it gets, also past the end of a range: ask for no more at a time
 * than there is room in one range.
 *
 * A request waits for at most 4 bitmaps, and looks into at most 256 groups. If
 * it has found nothing by then, it goes elsewhere; the next request begins
 * where it ended, and what is not known yet is read in the background.
 *
 * What delayed allocation writes after the close is not placed: call fsync()
 * first.
 *
 * EOPNOTSUPP also means that fd is not a regular file with extents. ENODEV:
 * ftrace has shut down, so the close could not be seen. The first PLACE after a
 * while makes ftrace patch ext4, and may wait a second or more for that.
 */
#define FRSP_MAX_RANGES 4096
struct frsp_ioc_place {
	__u32 size;
	__s32 fd;
	__u64 ranges; /* address of struct frsp_range[n_ranges] */
	__u32 n_ranges;
	__u32 flags;
};

/* UNPLACE removes the ranges. ENOENT: the file has none. */
struct frsp_ioc_unplace {
	__u32 size;
	__s32 fd;
};

/*
 * A summary of a block group's free space: clusters, counted from the group's
 * start.
 */
struct frsp_group_summary {
	__u32 group;
	__u32 free;
	__u32 longest_start;
	__u32 longest_len; /* of the longest free extent that is known */
};

/*
 * EXPORT fills groups with the summaries of known groups from first_group on,
 * at most n. It sets n to their number, and next_group to where the next call
 * should begin (the number of groups: the end).
 *
 * IMPORT takes n summaries. It skips a group whose free clusters differ from
 * the summary, and a group of which more is known. It sets n to the number of
 * summaries that it has used.
 */
struct frsp_ioc_summary {
	__u32 size;
	__s32 fd;
	__u64 groups; /* address of struct frsp_group_summary[n] */
	__u32 n;
	__u32 first_group;
	__u32 next_group; /* out */
	__u32 flags;
};

/*
 * FREE_EXTENTS counts the free extents that are now in one tree, or in all
 * (tree = FRSP_ALL). Bucket i counts the extents of 2^i to 2^(i+1) - 1
 * clusters. Only loaded groups have extents.
 */
#define FRSP_ALL     (~0U)
#define FRSP_BUCKETS 32
struct frsp_ioc_free_extents {
	__u32 size;
	__s32 fd;
	__u32 tree;
	__u32 flags;
	__u32 n_trees;	       /* out: of the filesystem */
	__u32 groups_per_tree; /* out */
	__u32 groups;	       /* out: of the tree or trees, as all below */
	__u32 groups_loaded;
	__u32 groups_summary; /* only their longest extent is known */
	__u32 cluster_bytes;
	__u64 free_clusters; /* of all groups */
	__u64 extents[FRSP_BUCKETS];
	__u64 clusters[FRSP_BUCKETS];
	__u32 shortest, longest; /* clusters; 0: no extent */
};

#define FRSP_IOC_VERSION      _IOWR('F', 0x90, struct frsp_ioc_version)
#define FRSP_IOC_PLACE	      _IOW('F', 0x91, struct frsp_ioc_place)
#define FRSP_IOC_UNPLACE      _IOW('F', 0x92, struct frsp_ioc_unplace)
#define FRSP_IOC_EXPORT	      _IOWR('F', 0x93, struct frsp_ioc_summary)
#define FRSP_IOC_IMPORT	      _IOWR('F', 0x94, struct frsp_ioc_summary)
#define FRSP_IOC_FREE_EXTENTS _IOWR('F', 0x95, struct frsp_ioc_free_extents)

#endif
