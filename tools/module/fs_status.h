/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what frsp.ko shows of a mounted filesystem in /sys/fs/ext4/DEV/. */
#ifndef FRSP_FS_STATUS_H
#define FRSP_FS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "uapi/counters.h"

#define FS_STATUS_ROOT "/sys/fs/ext4"

/* Members have the names of the files. docs/sysfs.abi says what they mean. */
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

/* True if frsp.ko has attached the filesystem that has this name below root. */
bool fs_status_is_attached(const char *root, const char *name);

/* 0; -ENOENT: not attached (any more); or another -errno. On error *file is the
 * file that could not be read.
 */
int fs_status_read(const char *root, const char *name, struct fs_status *status,
		   const char **file);

/* "on", "off", or "gave-up": frsp.ko switched it off, because audits failed. */
const char *fs_status_steering(const struct fs_status *status);

/* The percentage that ext4 took of the goals whose outcome is known; -1: there
 * are none.
 */
double fs_status_taken_pct(const struct fs_status *status);

/*
 * Lists the names of ext4 filesystems below root, sorted: all, or only those
 * that are attached. *names has *n of them; free it with
 * fs_status_free_names(). 0 or -errno.
 */
int fs_status_names(const char *root, bool attached, char ***names, size_t *n);
void fs_status_free_names(char **names, size_t n);

#endif
