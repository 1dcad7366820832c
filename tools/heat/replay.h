/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a recording: fills a table like that of the BPF programs, so that what
 * ranks and shows that one shows this one, too. Nothing of the running system
 * is asked: filesystems and paths are those of the recording.
 *
 * What is not recorded is empty: who caused the I/O, latencies, devices.
 */
#ifndef FRSP_HOT_REPLAY_H
#define FRSP_HOT_REPLAY_H

#include "fs/mount.h"
#include "heat/rank.h"
#include "paths/path.h"
#include "trace/read.h"

struct hot_replay;

/* Who waits while a recording is read. */
struct hot_replay_wait {
	/* So much of the file was read, 0 to 1. False: stop. */
	bool (*tell)(void *context, double part);
	void *context;
};

/* Opens a recording and reads it once, to know how large the table must be.
 * wait: or NULL. Returns 0; -EINTR: wait->tell() stopped it; or another -errno;
 * then *error says what is wrong. If only its end is missing or damaged: see
 * hot_replay_problem().
 */
int hot_replay_open(const char *path, const struct hot_replay_wait *wait,
		    struct hot_replay **out, struct trace_error *error);
void hot_replay_close(struct hot_replay *replay);

/* Why the recording is not used up to the end of the file; NULL: it is. */
const struct trace_error *hot_replay_problem(const struct hot_replay *replay);

const struct trace_info *hot_replay_info(const struct hot_replay *replay);

/* Where it is, where it ends, and the length of its first interval, in ns. */
__u64 hot_replay_at(const struct hot_replay *replay);
__u64 hot_replay_end(const struct hot_replay *replay);
__u64 hot_replay_interval(const struct hot_replay *replay);

/* Where it is, by the CLOCK_MONOTONIC of the recorded machine; never 0. */
__u64 hot_replay_mono_ns(const struct hot_replay *replay);

/* Goes to a time, back or ahead. The counts then begin at 0 if is_begin, else
 * they are those since the recording began. The last interval up to there is
 * that of the rates. Returns 0 or -errno.
 */
int hot_replay_go(struct hot_replay *replay, __u64 ns, bool is_begin);

/* Plays the intervals that end by this time; all of them are that of the rates.
 * If there are none, nothing changes. Returns how many, or -errno.
 */
int hot_replay_play(struct hot_replay *replay, __u64 until_ns);

/* The same for this length from the next interval's begin on: those that end
 * nearest to that, and at least one. 0: the recording is at its end.
 */
int hot_replay_step(struct hot_replay *replay, __u64 length_ns);

/* What the last of these played. */
struct hot_replay_now {
	__u64 start_ns, end_ns;
	/* of each slot at start_ns, for hot_rank_rebase() */
	const struct hot_moved *before;
	__u64 bios;
};
struct hot_replay_now hot_replay_now(const struct hot_replay *replay);

/* As the functions of heat/track.h. */
const struct hot_table *hot_replay_table(const struct hot_replay *replay);
void hot_replay_clock(const struct hot_replay *replay, struct hot_clock *clock);
bool hot_replay_fs(const struct hot_replay *replay, __u32 id,
		   struct frsp_hot_fs *fs);
bool hot_replay_next_fs(const struct hot_replay *replay, __u32 *id);
int hot_replay_find_fs(const struct hot_replay *replay,
		       struct frsp_hot_fs_query *query);
void hot_replay_stats(const struct hot_replay *replay,
		      __u64 stats[FRSP_HOT_NR_STATS]);

/* The path of a file of the table, as far as it was recorded. Valid until more
 * is played.
 */
void hot_replay_path(const struct hot_replay *replay,
		     const struct path_key *key, struct path_result *result);

/* The mounts of the recording, which the caller frees before the replay. Call
 * it once. Returns 0 or -ENOMEM.
 */
int hot_replay_mounts(struct hot_replay *replay, struct mount_table **out);

#endif
