/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What frsp-top shows: one frame at a time, of all filesystems that it watches.
 * All output forms take their numbers from here; nothing here knows of any.
 */
#ifndef FRSP_TOP_MODEL_H
#define FRSP_TOP_MODEL_H

#include <stdbool.h>

#include "alloc_watch.h"
#include "busy_watch.h"
#include "fs_status.h"
#include "mount.h"
#include "mount_name.h"

/* One filesystem, ext4 or XFS. Counts are since it was first seen. */
struct top_fs {
	__u32 dev; /* kernel dev_t */
	char name[MOUNT_NAME_LEN];
	char fs_type[16];
	char *mount; /* where it is mounted here */
	__u64 bytes, free_bytes;
	bool has_status; /* frsp.ko has attached it */
	struct fs_status status;
	bool has_alloc; /* ext4, and the allocator is watched */
	struct alloc_fs alloc;
	bool has_busy; /* freed space is watched */
	struct busy_fs busy;
};

struct top_frame {
	__u64 wall_ns;	   /* when it was taken */
	__u64 mono_ns;	   /* the same moment of CLOCK_MONOTONIC */
	double interval_s; /* since the frame before, or the start */
	struct top_fs *fs; /* by mount point */
	size_t n_fs;
	__u64 map_bytes;
	__u64 lost[ALLOC_NR_LOST];
	__u64 busy_lost[BUSY_NR_LOST];
};

struct top_model;

struct top_options {
	const char *device; /* as mount_name_find() takes it; NULL: all */
};

/* 0, -EOPNOTSUPP: this kernel has nothing of what is watched, -ENODEV or
 * -ENOENT: no such filesystem, -EINVAL: not ext4 or XFS, or another -errno.
 */
int top_model_open(const struct top_options *options, struct top_model **out);
void top_model_close(struct top_model *model);

/* Takes a frame, which is valid until the next but one. 0, -ENODEV: the
 * filesystem that was named is gone, or another -errno.
 */
int top_model_sample(struct top_model *model, const struct top_frame **frame);

/* The filesystem in the frame before; NULL: it was not there. */
const struct top_fs *top_model_before(const struct top_model *model,
				      const struct top_fs *fs);

/* What is watched, for its cost: i from 0 on; NULL: no more. */
const struct watch *top_model_watch(const struct top_model *model, size_t i);

#endif
