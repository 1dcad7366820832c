/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples what frsp-top shows: one frame at a time, with all filesystems that
 * it watches. All output forms take their numbers from a frame. The model does
 * not depend on any of them.
 */
#ifndef FRSP_TOP_MODEL_H
#define FRSP_TOP_MODEL_H

#include <stdbool.h>

#include "fs/diskstats.h"
#include "fs/mount.h"
#include "fs/mount_name.h"
#include "heat/monitor.h"
#include "map/disk.h"
#include "module/free_table.h"
#include "module/fs_status.h"
#include "paths/kept.h"
#include "paths/path.h"
#include "top/since.h"
#include "watch/alloc.h"
#include "watch/busy.h"
#include "watch/es.h"

/* A percentage for each of the last intervals, the oldest first. */
#define TOP_HISTORY	 60
#define TOP_HISTORY_NONE 255 /* nothing was counted in the interval */
struct top_history {
	size_t n;
	unsigned char percent[TOP_HISTORY];
};

/* From when on .since of a filesystem counts. */
enum top_origin {
	TOP_SINCE_START, /* of frsp-top */
	TOP_SINCE_PIN,	 /* the BPF programs are pinned */
	TOP_SINCE_RESET, /* top_model_reset() */
};

/* One filesystem, ext4 or XFS. The counts of BPF programs begin when they are
 * attached or pinned.
 */
struct top_fs {
	__u32 dev;		     /* kernel dev_t */
	const struct top_fs *before; /* in the previous frame; NULL: not there */
	char name[MOUNT_NAME_LEN];   /* of the device, in the kernel */
	char shown[MOUNT_NAME_LEN];  /* the name for people */
	char fs_type[16];
	bool is_ext4;	   /* or ext2 or ext3 with the driver of ext4 */
	char *mount;	   /* its mount point */
	char *mount_label; /* the same for a terminal (path_escape()) */
	__u64 bytes, free_bytes;
	bool has_status; /* frsp.ko has attached it */
	struct fs_status status;
	bool has_alloc; /* ext4, and the allocator is watched */
	struct frsp_alloc_fs alloc;
	bool has_events; /* frsp.ko has attached it, and is watched */
	bool has_es;	 /* ext4, and the extent status tree is watched */
	struct es_cache es;
	/* where the inodes of .es.top are; NULL: top_model_name_inodes() was
	 * not called
	 */
	const struct path_result *es_files[ES_NR_ORDERS][ES_TOP_INODES];
	struct top_history es_history; /* look-ups that were hits */
	bool has_busy;		       /* freed space is watched */
	struct frsp_busy_fs busy;
	struct top_counts since; /* the counts above, less the baseline */
	bool has_disk;		 /* .disk is known */
	struct diskstats_rates disk;
	/* A row of the frame's heat, with .file; NULL: no row has such a file,
	 * or top_model_name_hottest() was not called.
	 */
	const struct hot_row *hottest;
	/* What top_model_map() got. */
	struct disk_map *map;
	int map_err;		   /* why .map is NULL, if it was asked for */
	const struct tiers *tiers; /* NULL: not asked for */
	int tiers_err;		   /* why .tiers is empty */
	bool asked_free, has_free; /* for and by top_model_free_extents() */
	struct free_table free;
};

struct top_frame {
	__u64 wall_ns;	   /* when the frame was taken */
	__u64 mono_ns;	   /* the same moment of CLOCK_MONOTONIC */
	double interval_s; /* since the previous frame, or since the start */
	enum top_origin origin; /* of .since of the filesystems */
	double since_s;		/* how long ago that was; 0 if pinned */
	struct diskstats disks; /* at that moment; empty: cannot be read */
	bool only;		/* show only the filesystem of the options */
	bool is_remote;	   /* what is hot is frspd's; there are no watches */
	struct top_fs *fs; /* sorted by mount point */
	size_t n_fs;
	/* sums over the watches of top_model_watch(), since the start */
	__u64 map_bytes;
	__u64 lost;
	__u64 events;
	double events_ns; /* the time that the programs took for the events */
	bool has_heat;
	struct hot_frame heat;	/* its rows are valid until the next frame */
	struct path_kept *kept; /* .es_files of the filesystems */
};

struct top_model;

struct top_options {
	const char *device; /* as mount_name_find() takes it; NULL: all */
	__u64 own_memory;   /* for the table of heat; 0: the default */
	/* Take what is hot from frspd, and watch nothing. It must live longer.
	 * NULL: we watch.
	 */
	struct hot_remote *remote;
};

/* Checks that the device of the options is a mounted filesystem. Returns 0,
 * -ENODEV or -ENOENT: no such filesystem, -EINVAL: neither ext4 nor XFS, or
 * another -errno.
 */
int top_model_check(const struct top_options *options);

/* options: as top_model_check() accepts them. Returns 0, -EOPNOTSUPP: this
 * kernel has nothing to watch, -EPROTO: programs of another schema are pinned,
 * or another -errno.
 */
int top_model_open(const struct top_options *options, struct top_model **out);
void top_model_close(struct top_model *model);

/* The optional parts of a frame. */
struct top_request {
	struct hot_frame_request heat;
	/* the present content of the extent status trees, and its inodes */
	bool es_now;
};

/* Takes a frame, which is valid until the next frame but one. Returns 0,
 * -ENODEV: the filesystem of the options is not mounted any more, or another
 * -errno.
 */
int top_model_sample(struct top_model *model, const struct top_request *request,
		     struct top_frame **frame);

/* Makes .since of all filesystems count from the latest frame on, in that
 * frame, too. The maps of the kernel stay as they are. Returns 0 or -ENOMEM.
 */
int top_model_reset(struct top_model *model);

/* Keeps up with the kernel between samples: call it every second or so. */
void top_model_tend(struct top_model *model);

/* These add to the latest frame what takes longer than to read counts. None
 * does it a second time in a frame.
 *
 * hottest: the hottest file of each filesystem, among the rows. Deleted files
 * are skipped: they may be from a filesystem that had the same device number
 * before. inodes: those of the filesystem's extent status tree.
 */
void top_model_name_hottest(struct top_model *model, struct top_frame *frame);
void top_model_name_inodes(struct top_model *model, struct top_frame *frame,
			   struct top_fs *fs);

/* The free extents that frsp.ko knows now, if it has attached the filesystem. */
void top_model_free_extents(struct top_model *model, struct top_fs *fs);

/* The filesystem's map. The first call reads all groups; later calls refresh
 * some of them, once per frame. .map_err is then 0, -EOPNOTSUPP: not ext4, or
 * another -errno. with_tiers: on which of its disks its blocks are, too.
 */
void top_model_map(struct top_model *model, struct top_fs *fs, bool with_tiers);

/* The monitor that names the rows of frame->heat; NULL if the frame has
 * no heat.
 */
struct hot_monitor *top_model_hot(const struct top_model *model);

/* Pins all programs and maps, as watch_pin(). Only a running frsp-top or hotmon
 * evicts from the heat's table (heat/track.h).
 */
int top_model_pin(struct top_model *model);

/* The i-th open watch (from 0), for its cost; NULL: there are no more. */
const struct watch *top_model_watch(const struct top_model *model, size_t i);

#endif
