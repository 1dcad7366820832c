/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of one file: its heat (heat/file_heat.h), who caused it, and what
 * the system knows about the file. hotmon prints it as text and as JSON.
 */
#ifndef FRSP_HOT_PAGE_H
#define FRSP_HOT_PAGE_H

#include <sys/stat.h>

#include "fs/mount_name.h"
#include "fs/tier.h"
#include "heat/file_heat.h"
#include "heat/monitor.h"
#include "heat/who_list.h"
#include "paths/extents.h"

#define HOT_PAGE_NAMES 8

struct hot_page {
	struct file_heat heat;
	/* of all ranges, most bytes first; valid until the next sample */
	struct who_list who;
	/* Of the filesystem, as far as it is known, also without I/O. */
	struct frsp_hot_fs fs;
	char *given;	   /* the path of --file; NULL: none */
	bool is_suggested; /* .given, to the look-up of paths */
	/* The mount through which the file is asked; NULL: there is none. */
	char *mount;
	char device[MOUNT_NAME_LEN]; /* in the kernel; "": unknown */
	char shown[MOUNT_NAME_LEN];  /* the same for people */
	char *names[HOT_PAGE_NAMES]; /* paths through other mounts */
	__u32 n_names;
	bool has_more_names;
	int stat_err; /* of .st: 0 or -errno; -ENODEV: not mounted here */
	struct stat st;
	/* The disks below the filesystem's device; on error there are none. */
	struct tiers tiers;
	int tiers_err;
	double tiers_s;		       /* when they were read; 0: never */
	struct path_inode_query query; /* if .mount */
	struct path_extents *extents;  /* NULL: not asked for */
	/* 0: counted; -EINPROGRESS: counting; -ENODATA: not asked for; or the
	 * -errno that ended the count.
	 */
	int extents_state;
};

/* Begins the page of a file of the table. NULL: no memory. */
struct hot_page *hot_page_new(const struct path_key *key);
void hot_page_free(struct hot_page *page); /* NULL: does nothing */

/* Begins the page of the file at a path, which may have had no I/O yet. Returns
 * 0; -ENOENT and the like: there is no such file; -EISDIR: it is no regular
 * file; -ENODEV: it is not on a disk; -EOPNOTSUPP: its filesystem has no file
 * handles that we know; -ETIMEDOUT: its filesystem does not answer; or another
 * -errno.
 */
int hot_page_of_path(struct hot_monitor *monitor, const char *path,
		     struct hot_page **out);

/* Reads everything anew but the extents. Call it after a sample. Returns 0 or
 * -ENOMEM.
 */
int hot_monitor_page(struct hot_monitor *monitor, struct hot_page *page);

/* Begins to count the extents, or counts them anew. */
void hot_page_count_extents(struct hot_page *page);

/* Takes note of the progress of the count. Returns true if it goes on. */
bool hot_page_is_counting(struct hot_page *page);

/* The path to show, if there is one; else NULL. */
const char *hot_page_path(const struct hot_page *page);

#endif
