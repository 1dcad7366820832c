/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of struct hot_replay, for replay.c and the files whose names begin
 * with its name only.
 */
#ifndef FRSP_HOT_REPLAY_STATE_H
#define FRSP_HOT_REPLAY_STATE_H

#include "heat/replay.h"

#define HOT_REPLAY_STOPS 16

/* The replay as it was between two chunks of the recording. */
struct hot_replay_stop {
	struct trace_place *place;
	__u64 at_ns;
	__u32 n_used;
	char *slots; /* the first n_used */
	__u64 bios, lost;
};

struct hot_replay {
	struct trace_reader *reader;
	struct hot_table table;
	__u32 epoch;
	struct hot_moved *before; /* by slot */
	/* The slots whose counters are not those of .before any more: so an
	 * interval begins without a look at all slots.
	 */
	__u32 *changed;
	__u32 n_changed;
	__u32 *files; /* by slot: index in the recording */
	/* Where the slot of a key is: by hash, index plus 1; a power of two. */
	__u32 *places;
	__u32 n_places;
	__u32 n_used;
	__u64 end_ns, interval_ns;
	__u64 start_ns, at_ns; /* of what was played last */
	__u64 bios, lost;      /* since the counts began */
	__u64 bios_before;     /* .bios at .start_ns */
	bool has_problem;
	struct trace_error problem;
	struct hot_replay_stop stops[HOT_REPLAY_STOPS]; /* by rising time */
	int n_stops;
	__u64 stop_gap_ns; /* the least between two stops */
	bool is_part;	   /* the counts began later: no stop is noted */
	__u32 n_fs;
	/* Of the mounts: those of the reader change while it reads. */
	char **texts;
	size_t n_texts;
};

static inline struct frsp_hot_slot *
hot_replay_slot(const struct hot_replay *replay, __u32 index)
{
	return hot_table_slot(&replay->table, index);
}

static inline __u32 hot_replay_hash(__u32 file, __u32 range)
{
	__u64 hash = ((__u64)file << 32 | range) * 0x9e3779b97f4a7c15ULL;

	return hash >> 32;
}

/* Where the key is in .places, or where it goes. */
__u32 *hot_replay_find_place(const struct hot_replay *replay,
			     const struct path_key *key, __u32 range);

/* The counters of the slot, as .before has them. */
static inline struct hot_moved
hot_replay_counters(const struct hot_replay *replay, __u32 index)
{
	const struct frsp_hot_slot *slot = hot_replay_slot(replay, index);

	return (struct hot_moved){slot->read_bytes, slot->write_bytes,
				  (__u32)slot->reads, (__u32)slot->writes};
}

/* Who ranks the table has to read all of it again. */
void hot_replay_touch(struct hot_replay *replay);

/* Empties the table from slot n on; the slots before it have their keys. */
void hot_replay_forget_from(struct hot_replay *replay, __u32 n);

/* Notes a stop here, if that is between two chunks, and far enough from the
 * last one. Without memory there is none.
 */
void hot_replay_note_stop(struct hot_replay *replay);

/* Goes to where playing on leads to this time soonest, and at least an interval
 * is played: stays, or goes to a stop, or before the first interval. 0 or
 * -ENOMEM.
 */
int hot_replay_return(struct hot_replay *replay, __u64 ns);

/* Goes before the first interval. */
void hot_replay_rewind(struct hot_replay *replay);

void hot_replay_stops_free(struct hot_replay *replay);

#endif
