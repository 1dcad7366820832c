/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user half of bpf/hot.bpf.c: loads and attaches it, maps its table, reads
 * its counters. Ranking is hot_rank.h's, making room hot_evict.h's.
 */
#ifndef FRSP_HOT_TRACK_H
#define FRSP_HOT_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "bpf/hot.h"
#include "fs/cgroup.h"

#define HOT_TRACK_OBJECT "hot" /* where it is pinned */

/* As hotmon has them by default, and frsp-top has them: so they share pins. */
#define HOT_TRACK_DEFAULT_MEMORY      (16ULL << 20)
#define HOT_TRACK_DEFAULT_HALF_LIFE_S 300.0

#define HOT_TRACK_MAX_PIDS   16
#define HOT_TRACK_MIN_MEMORY (1ULL << 20)
#define HOT_TRACK_MAX_MEMORY (64ULL << 30)

struct hot_track_options {
	__u64 memory; /* bytes for all maps, HOT_TRACK_MIN.. to _MAX_MEMORY */
	double half_life_s; /* 1 s to 7 d */
	bool compat;
	bool one_fs; /* see hot_track_follow_fs() */
	__u32 pids[HOT_TRACK_MAX_PIDS];
	__u32 n_pids;
	const struct cgroup_ref *cgroup; /* and all below it; NULL: all */
};

/* The table as mapped; written by the kernel at any time. */
struct hot_table {
	unsigned char *slots;
	__u32 n_slots;
	__u32 stride; /* bytes from slot to slot */
	/* By cluster of slots: the epoch in which it was changed last. A reader
	 * raises the epoch before it reads. NULL: not known.
	 */
	__u64 *touched;
	__u32 *epoch;
};

/* The slot's cluster is changed. */
static inline void hot_table_touch(const struct hot_table *table, __u32 index)
{
	if (table->touched)
		__atomic_store_n(
			&table->touched[index >> FRSP_HOT_CLUSTER_SHIFT],
			*(volatile __u32 *)table->epoch, __ATOMIC_RELEASE);
}

static inline struct frsp_hot_slot *
hot_table_slot(const struct hot_table *table, __u32 index)
{
	return (struct frsp_hot_slot *)(table->slots +
					(size_t)index * table->stride);
}

/* Whether the program in the kernel, or another reader, has it in this state. */
static inline bool hot_slot_is(const struct frsp_hot_slot *slot,
			       enum frsp_hot_slot_state state)
{
	return FRSP_HOT_TAG_STATE(
		       __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE)) == state;
}

/* One reading of the clock that the table's times are in. */
struct hot_clock {
	__u32 heat_time; /* in heat units */
	__u32 heat_rate; /* for heat_decay() */
	__u64 wall_ns;	 /* for heat_compat_temperature() */
	bool compat;
};

struct hot_track;
struct bpf_object_skeleton;

/* Takes what is pinned (watch_pin.h), if that was loaded with these options and
 * without a filter, else it loads and attaches a program of its own. Returns 0,
 * -EPERM, -EOPNOTSUPP (the kernel lacks BTF, the tracepoint or a feature), or
 * another -errno.
 */
int hot_track_open(const struct hot_track_options *options,
		   struct hot_track **out);
void hot_track_close(struct hot_track *track);

/* Which filesystem an identity of the table is, or was. -ENOENT: there was no
 * room to keep it.
 */
int hot_track_fs(const struct hot_track *track, __u32 fs,
		 struct frsp_hot_fs *out);

/* The identity after this one, 0: the first; false: there are no more. */
bool hot_track_next_fs(const struct hot_track *track, __u32 *fs);

/* Keeps, if the program has not, or forgets what an identity is. */
void hot_track_keep_fs(const struct hot_track *track, __u32 fs,
		       const struct frsp_hot_fs *known);
void hot_track_forget_fs(const struct hot_track *track, __u32 fs);

/* Whether the filesystem is mounted now, in whatever namespace, and what is to
 * know of it. 0, -ENOENT: it is not, or -EAGAIN: that cannot be found out.
 */
int hot_track_find_fs(const struct hot_track *track,
		      struct frsp_hot_fs_query *query);

/* With .one_fs only this filesystem counts, and the disks whose identities
 * these are; fs 0: none does. Until the first call nothing does.
 */
struct hot_track_fs_filter {
	__u32 fs;
	__u32 disks[1 + FRSP_HOT_EXTRA_DEVS]; /* 0: none */
	bool any_disk; /* which of them are its own is not known */
};
void hot_track_follow_fs(struct hot_track *track,
			 const struct hot_track_fs_filter *filter);

/* The cgroup of the options has other ids now. */
void hot_track_follow(struct hot_track *track, const struct cgroup_ref *cgroup);

/* Whether it counts since before it was opened, and others may read it, too. */
bool hot_track_is_pinned(const struct hot_track *track);

/* It was pinned, and is not any more: nothing is counted. */
bool hot_track_is_gone(const struct hot_track *track);

/* Whether we are to make room in the table, and are told of new files. Of those
 * who have a pinned one open that is the first; the next, once that has ended.
 */
bool hot_track_tends(struct hot_track *track);

/* For watch_pin(). */
struct bpf_object_skeleton *hot_track_skeleton(const struct hot_track *track);

const struct hot_table *hot_track_table(const struct hot_track *track);
int hot_track_clock(const struct hot_track *track, struct hot_clock *clock);

/* stats: sums over all CPUs since the start, by enum frsp_hot_stat. */
int hot_track_stats(const struct hot_track *track,
		    __u64 stats[FRSP_HOT_NR_STATS]);

/* So many slots were emptied again since the start, of a table that we tend. 0
 * or -errno.
 */
int hot_track_set_evicted(const struct hot_track *track, __u64 n);

/* Calls announce for each file that entered the table since the last call of
 * the one that tends it; else for none.
 */
int hot_track_files(struct hot_track *track,
		    void (*announce)(void *context,
				     const struct frsp_hot_file *file),
		    void *context);

/* File descriptor of the program, for its run-time statistics. */
int hot_track_prog_fd(const struct hot_track *track);

/* What the kernel charges for all maps. */
__u64 hot_track_map_bytes(const struct hot_track *track);

#endif
