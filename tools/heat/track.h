/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user half of bpf/hot.bpf.c: loads and attaches its programs or takes the
 * pinned ones, maps their table and reads their counters. heat/rank.h ranks the
 * table, heat/evict.h evicts from it.
 */
#ifndef FRSP_HOT_TRACK_H
#define FRSP_HOT_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "bpf/hot.h"
#include "fs/cgroup.h"

#define HOT_TRACK_OBJECT "hot" /* its name in watch/pin.h */

/* hotmon's defaults, and what frsp-top uses: so both can use the same pins. */
#define HOT_TRACK_DEFAULT_MEMORY      (16ULL << 20)
#define HOT_TRACK_DEFAULT_HALF_LIFE_S 300.0

#define HOT_TRACK_MAX_PIDS   16
#define HOT_TRACK_MIN_MEMORY (1ULL << 20)
#define HOT_TRACK_MAX_MEMORY (64ULL << 30)

struct hot_track_options {
	__u64 memory; /* bytes for all maps, HOT_TRACK_MIN.. to _MAX_MEMORY */
	/* For programs of its own in place of .memory, which pinned programs
	 * were loaded with; 0: .memory
	 */
	__u64 own_memory;
	double half_life_s; /* 1 s to 7 d */
	bool compat;	    /* the formula of 2013, see bpf/heat.h */
	bool only_pinned;   /* load nothing: -ENOENT if nothing is pinned */
	/* Of what is pinned: hot_track_prog_fd() of another one, which is then
	 * ours. 0: find it, which needs CAP_SYS_ADMIN.
	 */
	int program;
	/* Filters: count only what passes all of them. */
	bool one_fs; /* see hot_track_follow_fs() */
	__u32 pids[HOT_TRACK_MAX_PIDS];
	__u32 n_pids;			 /* 0: all processes */
	const struct cgroup_ref *cgroup; /* with all below it; NULL: all */
};

/* The mapped table. The kernel may write to it at any time. */
struct hot_table {
	unsigned char *slots;
	__u32 n_slots;
	__u32 stride; /* bytes from slot to slot */
	/* For each cluster of slots: the epoch of its last change (bpf/hot.h).
	 * NULL: unknown, as in tests.
	 */
	__u64 *touched;
	__u32 *epoch;
	struct frsp_hot_who *who;      /* by slot; NULL: unknown, as in tests */
	struct frsp_hot_actor *actors; /* by index of their ids */
	__u32 n_actors;		       /* the first is never used */
};

/* Marks the slot's cluster as changed. Call it after the change. */
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

/* Reads the state, which programs and other readers may change meanwhile. */
static inline bool hot_slot_is(const struct frsp_hot_slot *slot,
			       enum frsp_hot_slot_state state)
{
	return FRSP_HOT_TAG_STATE(
		       __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE)) == state;
}

/* One reading of the clock that the table's times come from. */
struct hot_clock {
	__u32 heat_time; /* in heat units */
	__u32 heat_rate; /* for heat_decay() */
	__u64 wall_ns;	 /* for heat_compat_temperature() */
	bool compat;
};

struct hot_track;
struct hot_replay;
struct bpf_object_skeleton;

/* Uses the pinned programs (watch/pin.h) if they were loaded with these options
 * and neither they nor the options have a filter. Else it loads and attaches
 * programs of its own. Returns 0, -EPERM, -EOPNOTSUPP (the kernel lacks BTF,
 * the tracepoint or a feature), or another -errno.
 */
int hot_track_open(const struct hot_track_options *options,
		   struct hot_track **out);
void hot_track_close(struct hot_track *track);

/* A track that has a recording (heat/replay.h) in place of BPF programs: its
 * table, filesystems, clock and counts of bios are those of the recording, and
 * nobody maintains it. The replay must live longer. Returns 0 or -ENOMEM.
 */
int hot_track_of_replay(struct hot_replay *replay, struct hot_track **out);

/* NULL: it has BPF programs. */
struct hot_replay *hot_track_replay(const struct hot_track *track);

/* What an identity of the table stands for, or stood for (bpf/hot_fs.h).
 * Returns 0 or -ENOENT: there was no room in hotmon_fs.
 */
int hot_track_fs(const struct hot_track *track, __u32 fs,
		 struct frsp_hot_fs *out);

/* Sets *fs to the identity that follows it in hotmon_fs; after 0 comes the
 * first. Returns false after the last one.
 */
bool hot_track_next_fs(const struct hot_track *track, __u32 *fs);

/* Adds an identity to hotmon_fs, unless it is there, or deletes it. */
void hot_track_keep_fs(const struct hot_track *track, __u32 fs,
		       const struct frsp_hot_fs *known);
void hot_track_forget_fs(const struct hot_track *track, __u32 fs);

/* Finds a mounted filesystem, in any mount namespace, by the members of *query
 * that are not 0, and fills in the others. Returns 0, -ENOENT: no such
 * filesystem is mounted, -EAGAIN: the search was disturbed each time, or
 * another -errno.
 */
int hot_track_find_fs(const struct hot_track *track,
		      struct frsp_hot_fs_query *query);

/* With .one_fs, the programs count only the I/O of this filesystem, and I/O
 * without a file on these disks. Before the first call they count nothing.
 */
struct hot_track_fs_filter {
	__u32 fs;			      /* identity; 0: none */
	__u32 disks[1 + FRSP_HOT_EXTRA_DEVS]; /* identities; 0: none */
	bool any_disk; /* its disks are not known: count all disks */
	__u32 dev;     /* of its superblock, if that stays; 0: else */
};
void hot_track_follow_fs(struct hot_track *track,
			 const struct hot_track_fs_filter *filter);

/* Tells the programs the new parent id of the options' cgroup. */
void hot_track_follow(struct hot_track *track, const struct cgroup_ref *cgroup);

/* Whether the programs are pinned: they count since before hot_track_open(),
 * and other processes may read the table, too.
 */
bool hot_track_is_pinned(const struct hot_track *track);

/* Whether only what some processes submit counts (.pids of the options), and so
 * no writeback.
 */
bool hot_track_is_of_pids(const struct hot_track *track);

/* Whether the programs were pinned, and were unpinned: they do not count. */
bool hot_track_is_gone(const struct hot_track *track);

/* Whether we maintain the table: evict, and receive announcements of files. For
 * pinned programs that is one process: the first that asked. When it ends, the
 * next one to ask takes over.
 */
bool hot_track_tends(struct hot_track *track);

/* For watch_pin(). */
struct bpf_object_skeleton *hot_track_skeleton(const struct hot_track *track);

const struct hot_table *hot_track_table(const struct hot_track *track);
int hot_track_clock(const struct hot_track *track, struct hot_clock *clock);

/* stats: sums over all CPUs since the start, by enum frsp_hot_stat. Returns 0
 * or -errno.
 */
int hot_track_stats(const struct hot_track *track,
		    __u64 stats[FRSP_HOT_NR_STATS]);

/* Lets another actor have the entry of one that was evicted: _forget() before
 * the grace period (heat/evict.h), _reuse() after it. Only for the process that
 * maintains the table. id: that it had, as .id is 0 by then.
 */
void hot_track_forget_actor(const struct hot_track *track,
			    const struct frsp_hot_actor *actor);
void hot_track_reuse_actor(const struct hot_track *track,
			   struct frsp_hot_actor *actor, __u32 id);

/* Counts n slots more as taken into use, which heat/state.h has. A program that
 * takes one just then may not be counted. Only for the process that maintains
 * the table. Returns 0 or -errno.
 */
int hot_track_add_used(const struct hot_track *track, __u32 n);

/* Records how many slots were evicted since the start. Only for the process
 * that maintains the table. Returns 0 or -errno.
 */
int hot_track_set_evicted(const struct hot_track *track, __u64 n);

/* If we maintain the table: calls announce() for each file that entered the
 * table since the last call. Returns 0 or -errno.
 */
int hot_track_files(struct hot_track *track,
		    void (*announce)(void *context,
				     const struct frsp_hot_file *file),
		    void *context);

/* File descriptor of the program that counts, for its run-time statistics. */
int hot_track_prog_fd(const struct hot_track *track);

/* Bytes that the kernel charges for all maps. */
__u64 hot_track_map_bytes(const struct hot_track *track);

#endif
