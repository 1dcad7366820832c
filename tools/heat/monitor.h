/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches the heat of one system: ties together the BPF programs, ranking,
 * eviction, paths and cost. It samples frames; hotmon's output forms and
 * frsp-top show them.
 */
#ifndef FRSP_HOT_MONITOR_H
#define FRSP_HOT_MONITOR_H

#include "fs/mount.h"
#include "heat/dir_tree.h"
#include "heat/rank.h"
#include "heat/view.h"
#include "paths/path.h"

struct hot_monitor;
struct hot_remote;

struct hot_monitor_options {
	struct hot_track_options track;
	/* Show what frspd gives; then none of the other options counts. It must
	 * live longer. NULL: we track.
	 */
	struct hot_remote *remote;
	/* Show a recording in place of what happens now; then only .directory
	 * counts of the other options. It must live longer. NULL: none.
	 */
	struct hot_replay *replay;
	const char *directory; /* absolute, resolved; NULL: all files */
	/* If a file has several paths: show one below this directory. NULL:
	 * any. If .directory is set, it is taken instead.
	 */
	const char *prefer;
	/* Track only the filesystem that has this device number now (kernel
	 * dev_t of its superblock), also when it is mounted again. 0: all.
	 */
	__u32 fs_dev;
	/* Track all filesystems, as pinned programs do, but show only the one
	 * that has this device number when a frame is sampled. It is an ext4 or
	 * XFS. 0: show all.
	 */
	__u32 only_dev;
	bool no_scan; /* do not search filesystems for files without a path */
	bool latency; /* measure times from the start */
};

struct hot_frame_request {
	struct hot_sort sort;
	__u32 max_rows; /* 0: all */
	bool ranges;
	enum hot_view view; /* if it is one of groups: rank them, too */
	/* The view of directories is this tree, and .ranking.files has all of
	 * its files; NULL: each directory by itself.
	 */
	struct hot_dir_tree *tree;
	bool latency; /* measure the times of files (heat/latency.h) */
	/* Only rows whose path contains this, with the escapes of
	 * path_escape(), in capitals or not; if a path is not known, what
	 * path_label() writes instead. NULL or "": all.
	 */
	const char *filter;
	bool no_metadata; /* list and sum up only files */
	/* Only the filesystem whose superblock has this device number (kernel
	 * dev_t), and I/O without a file on its disks. 0: all.
	 */
	__u32 fs_dev;
};

/* What one refresh shows. Rows stay valid until the next one. */
struct hot_frame {
	__u64 wall_ns;	   /* when it was taken */
	__u64 mono_ns;	   /* the same moment of CLOCK_MONOTONIC */
	double interval_s; /* since the last frame, or since attaching */
	struct hot_ranking ranking;
	/* The files with the metadata among them: the rows of HOT_VIEW_FILES.
	 */
	struct hot_rows listed;
	struct hot_rows metadata; /* a row per class and filesystem */
	enum hot_view view;	  /* of .groups; else there are none */
	struct hot_rows groups;	  /* sums over files; who caused the I/O */
	__u64 processes_lost;	  /* times that there was no room for one */
	__u64 nobody_bytes; /* of I/O whose actor is unknown, since the start */
	__u64 mover_bytes;  /* left out: frspctl moved data; since the start */
	__u64 dropped; /* key updates that found no room, since the start */
	__u64 missed;  /* bios the kernel ran no program for (recursion) */
	/* files not announced as the ring buffer was full, and filesystems that
	 * hotmon_fs had no room for
	 */
	__u64 unnamed;
	__u64 n_evicted; /* slots evicted, since the start */
	__u64 n_used, n_slots;
	__u64 events; /* bios seen, since the start */
	double events_per_s;
	double ns_per_event; /* 0: not measured yet */
	__u64 map_bytes;
	struct hot_latency_state latency;
	bool cgroup_gone; /* .cgroup of the options: nothing is counted */
	bool fs_gone;	  /* .fs_dev is not mounted: nothing is counted */
	bool of_pids;	  /* .pids of the options: no writeback is counted */
	bool pinned;	  /* "the start" is when the programs were pinned */
	/* the kernel's series, such as "7.4", if it is newer than all that were
	 * tested; else NULL
	 */
	const char *untested;
	int naming_percent; /* of the search for paths; -1: none is running */
	/* The frame is of a recording: its head, and where it ends. NULL: the
	 * frame is of now.
	 */
	const struct trace_info *recorded;
	__u64 recorded_end_ns;
};

int hot_monitor_open(const struct hot_monitor_options *options,
		     struct mount_table *mounts, struct hot_monitor **out);
void hot_monitor_close(struct hot_monitor *monitor);

/* Returns 0, -ECANCELED: the programs were unpinned, or another -errno. */
int hot_monitor_sample(struct hot_monitor *monitor,
		       const struct hot_frame_request *request,
		       struct hot_frame *frame);

/* Looks up the paths of at most n rows of the latest frame, beginning with the
 * row from, and sets .file of each, which stays valid as long as the row. A row
 * that has .file is not looked up again.
 */
void hot_monitor_name(struct hot_monitor *monitor, const struct hot_rows *rows,
		      __u32 from, __u32 n);

/* A filesystem that the table has files of, and that is mounted here. */
struct hot_filesystem {
	__u32 dev;	    /* kernel dev_t of its superblock */
	const char *target; /* where; valid until the next sample or tend */
};

/* Lists at most max of them. Returns how many. */
size_t hot_monitor_filesystems(struct hot_monitor *monitor,
			       struct hot_filesystem *list, size_t max);

/* Keeps up with the kernel between samples: call it every second or so. Returns
 * 0, -ECANCELED: the programs were unpinned, or another -errno.
 */
int hot_monitor_tend(struct hot_monitor *monitor);

/* Where the frames come from, if they are frspd's; else NULL. */
struct hot_remote *hot_monitor_remote(const struct hot_monitor *monitor);

/* The skeleton of the BPF programs, for watch_pin(). */
struct bpf_object_skeleton *
hot_monitor_skeleton(const struct hot_monitor *monitor);

#endif
