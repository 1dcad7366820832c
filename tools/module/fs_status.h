/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What frsp.ko says of one mounted filesystem in /sys/fs/ext4/DEV/. */
#ifndef FRSP_FS_STATUS_H
#define FRSP_FS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "uapi/counters.h"

#define FS_STATUS_ROOT "/sys/fs/ext4"

/* Members have the names of the files; docs/sysfs.abi says what they mean. */
struct fs_status {
	__u64 freespace_tree;
	__u64 mb_frsp_max_mem;
	__u64 frsp_tree_usage;
	__u64 frsp_cache_aggression;
	__u64 frsp_scan_rate;
	/* in the directory frsp: those of uapi/counters.h */
#define MEMBER(name) __u64 name;
	FRSP_COUNTERS(MEMBER) FRSP_GAUGES(MEMBER)
#undef MEMBER
};

struct fs_status_number {
	const char *file; /* below the filesystem's directory */
	const char *name;
	size_t offset; /* in struct fs_status */
};

/* One for each member. */
#define FS_STATUS_N (sizeof(struct fs_status) / sizeof(__u64))
extern const struct fs_status_number fs_status_numbers[FS_STATUS_N];

__u64 fs_status_number(const struct fs_status *status, size_t index);

/* Whether frsp.ko has attached the filesystem with this name below root. */
bool fs_status_is_attached(const char *root, const char *name);

/* 0, -ENOENT: not attached (any more), or another -errno; then *file is the one
 * that could not be read.
 */
int fs_status_read(const char *root, const char *name, struct fs_status *status,
		   const char **file);

/* "on", "off", or "gave-up": frsp.ko has switched it off after audits failed. */
const char *fs_status_steering(const struct fs_status *status);

/* Of the offers that have had an outcome, how many ext4 took; -1: none had. */
double fs_status_taken_pct(const struct fs_status *status);

/*
 * Names of ext4's filesystems below root, sorted: all, or those that are
 * attached. A list of *n in *names, to be freed with fs_status_free_names(). 0
 * or -errno.
 */
int fs_status_names(const char *root, bool attached, char ***names, size_t *n);
void fs_status_free_names(char **names, size_t n);

#endif
