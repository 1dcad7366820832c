/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One tracked system: ties together the BPF side, ranking, making room, paths
 * and cost. hotmon's output forms all show the frames that it samples.
 */
#ifndef FRSP_HOT_MONITOR_H
#define FRSP_HOT_MONITOR_H

#include "fs/mount.h"
#include "heat/rank.h"
#include "paths/path.h"

struct hot_monitor;

struct hot_monitor_options {
	struct hot_track_options track;
	const char *directory; /* absolute, resolved; NULL: all files */
	/* Paths are below this one, where there are several; NULL: any. With
	 * .directory, below that.
	 */
	const char *prefer;
	/* Only this filesystem, which has this device number now (kernel dev_t
	 * of its superblock), is tracked, wherever it is mounted later. 0: all.
	 */
	__u32 fs_dev;
	/* Shows only the filesystem that has this number at the time, ext4 or
	 * XFS, but has all tracked, as what is pinned does. 0: all.
	 */
	__u32 only_dev;
	bool no_scan; /* do not search for files that have no path else */
};

struct hot_frame_request {
	struct hot_sort sort;
	__u32 max_rows; /* 0: all */
	bool ranges;
};

/* What one refresh shows. Rows stay valid until the next one. */
struct hot_frame {
	__u64 wall_ns;	   /* when it was taken */
	__u64 mono_ns;	   /* the same moment of CLOCK_MONOTONIC */
	double interval_s; /* since the last frame, or since attaching */
	struct hot_ranking ranking;
	__u64 dropped;	 /* key updates that found no room, since the start */
	__u64 missed;	 /* bios the kernel ran no program for (recursion) */
	__u64 unnamed;	 /* files announced in vain: the ring was full */
	__u64 n_evicted; /* slots forgotten, since the start */
	__u64 n_used, n_slots;
	__u64 events; /* bios seen, since the start */
	double events_per_s;
	double ns_per_event; /* 0: not measured yet */
	__u64 map_bytes;
	bool cgroup_gone; /* that of the options: nothing is counted */
	bool fs_gone;	  /* the same: it is not mounted */
	bool pinned;	  /* so "the start" was when it was pinned */
	/* series of the kernel, such as "7.4", if it is newer than those that
	 * are tested; else NULL
	 */
	const char *untested;
	int naming_percent; /* of the search for names; -1: there is none */
};

int hot_monitor_open(const struct hot_monitor_options *options,
		     struct mount_table *mounts, struct hot_monitor **out);
void hot_monitor_close(struct hot_monitor *monitor);

/* 0, -ECANCELED: it was pinned, and was taken away, or another -errno. */
int hot_monitor_sample(struct hot_monitor *monitor,
		       const struct hot_frame_request *request,
		       struct hot_frame *frame);

/* Keeps up with the kernel between samples: call it every second or so. */
int hot_monitor_tend(struct hot_monitor *monitor);

/* Of its programs, for watch_pin(). */
struct bpf_object_skeleton *
hot_monitor_skeleton(const struct hot_monitor *monitor);

void hot_monitor_path(struct hot_monitor *monitor, const struct hot_row *row,
		      struct path_result *result);

#endif
