/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What frsp-top shows: one frame at a time, of all filesystems that it watches.
 * All output forms take their numbers from here; nothing here knows of any.
 */
#ifndef FRSP_TOP_MODEL_H
#define FRSP_TOP_MODEL_H

#include <stdbool.h>

#include "fs/mount.h"
#include "fs/mount_name.h"
#include "heat/monitor.h"
#include "map/disk.h"
#include "module/free_table.h"
#include "module/fs_status.h"
#include "paths/path.h"
#include "watch/alloc.h"
#include "watch/busy.h"
#include "watch/es.h"

/* A share of each of the last intervals, in percent. */
#define TOP_HISTORY	 60
#define TOP_HISTORY_NONE 255 /* of nothing */
struct top_history {
	size_t n;
	unsigned char percent[TOP_HISTORY];
};

/* One filesystem, ext4 or XFS. Counts are since it was first seen. */
struct top_fs {
	__u32 dev; /* kernel dev_t */
	char name[MOUNT_NAME_LEN];
	char fs_type[16];
	bool is_ext4;	   /* or ext2 or ext3, run by ext4's driver */
	char *mount;	   /* where it is mounted here */
	char *mount_label; /* the same for a terminal (path_escape()) */
	__u64 bytes, free_bytes;
	bool has_status; /* frsp.ko has attached it */
	struct fs_status status;
	bool has_alloc; /* ext4, and the allocator is watched */
	struct frsp_alloc_fs alloc;
	bool has_events; /* frsp.ko has attached it, and is watched, too */
	bool has_es;	 /* ext4, and the extent status tree is watched */
	struct es_cache es;
	struct top_history es_history; /* hits of the lookups */
	bool has_busy;		       /* freed space is watched */
	struct frsp_busy_fs busy;
};

struct top_frame {
	__u64 wall_ns;	   /* when it was taken */
	__u64 mono_ns;	   /* the same moment of CLOCK_MONOTONIC */
	double interval_s; /* since the frame before, or the start */
	struct top_fs *fs; /* by mount point */
	size_t n_fs;
	/* of all that is watched, since the start */
	__u64 map_bytes;
	__u64 lost;
	__u64 events;
	double events_ns; /* what they took */
	bool has_heat;
	struct hot_frame heat; /* rows: until the next */
};

struct top_model;

struct top_options {
	const char *device; /* as mount_name_find() takes it; NULL: all */
};

/* Whether there is what the options name. 0, -ENODEV or -ENOENT: no such
 * filesystem, -EINVAL: not ext4 or XFS, or another -errno.
 */
int top_model_check(const struct top_options *options);

/* Of options that top_model_check() takes. 0, -EOPNOTSUPP: this kernel has
 * nothing of what is watched, -EPROTO: programs of another schema are pinned,
 * or another -errno.
 */
int top_model_open(const struct top_options *options, struct top_model **out);
void top_model_close(struct top_model *model);

/* What a frame is to have besides. */
struct top_request {
	struct hot_frame_request heat;
	bool es_now; /* what is in the extent status trees, and whose they are */
};

/* Takes a frame, which is valid until the next but one.
 * 0, -ENODEV: the filesystem that was named is gone, or another -errno.
 */
int top_model_sample(struct top_model *model, const struct top_request *request,
		     const struct top_frame **frame);

/* Keeps up with the kernel between samples: call it every second or so. */
void top_model_tend(struct top_model *model);

/* The filesystem in the frame before; NULL: it was not there. */
const struct top_fs *top_model_before(const struct top_model *model,
				      const struct top_fs *fs);

/* The label (path.h) of the hottest of its files among the rows of the latest
 * frame, cut to fit; empty: there is none. Files that are deleted do not count:
 * they may be of a filesystem that had the device number before.
 */
void top_model_hottest(struct top_model *model, const struct top_fs *fs,
		       char *label, size_t size);

/* Free extents as frsp.ko has them now. 0, or -errno: it has none. */
int top_model_free_extents(struct top_model *model, const struct top_fs *fs,
			   struct free_table *table);

/* Its map, refreshed a little in each frame: at first all, then some. 0,
 * -EOPNOTSUPP: not ext4, or another -errno.
 */
int top_model_map(struct top_model *model, const struct top_fs *fs,
		  struct disk_map **map);

/* For paths of the rows. */
struct hot_monitor *top_model_hot(struct top_model *model);

/* The path of an inode on the filesystem with this device, as it is now. */
void top_model_path(const struct top_model *model, __u64 ino, __u32 dev,
		    __u32 gen, struct path_result *result);

/* Pins all that is watched, as watch_pin(). The heat's table needs a reader now
 * and then, who makes room in it (hot_track.h).
 */
int top_model_pin(struct top_model *model);

/* What is watched, for its cost: i from 0 on; NULL: no more. */
const struct watch *top_model_watch(const struct top_model *model, size_t i);

#endif
