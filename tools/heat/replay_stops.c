// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stops on the way through a recording: copies of the table, at first a
 * sixteenth of the recording apart. To go back, the recording is played again
 * from the last one before the place. Stops take at most MAX_STOP_BYTES; if
 * more would be needed, every second one goes. Example: a day, and the place is
 * 20:00. There are stops at 1:30, 3:00, ... 19:30: half an hour is played.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/replay_state.h"

#define MAX_STOP_BYTES (256UL << 20)

static void free_stop(struct hot_replay_stop *stop)
{
	trace_place_free(stop->place);
	free(stop->slots);
}

static size_t slot_bytes(const struct hot_replay *replay, __u32 n)
{
	return (size_t)n * replay->table.stride;
}

static size_t stop_bytes(const struct hot_replay *replay,
			 const struct hot_replay_stop *stop)
{
	return trace_place_bytes(stop->place) +
	       slot_bytes(replay, stop->n_used);
}

/* Lets every second stop go. */
static void thin_out(struct hot_replay *replay)
{
	int n = 0;

	for (int i = 0; i < replay->n_stops; i++) {
		if (i % 2)
			replay->stops[n++] = replay->stops[i];
		else
			free_stop(&replay->stops[i]);
	}
	replay->n_stops = n;
	replay->stop_gap_ns *= 2;
}

/* Whether one more stop may be noted, of that many bytes. */
static bool has_room(const struct hot_replay *replay, size_t bytes)
{
	for (int i = 0; i < replay->n_stops; i++)
		bytes += stop_bytes(replay, &replay->stops[i]);
	return replay->n_stops < HOT_REPLAY_STOPS && bytes <= MAX_STOP_BYTES;
}

void hot_replay_note_stop(struct hot_replay *replay)
{
	__u64 last_ns = replay->n_stops
				? replay->stops[replay->n_stops - 1].at_ns
				: trace_info(replay->reader)->begin_ns;
	struct hot_replay_stop stop = {
		.at_ns = replay->at_ns,
		.n_used = replay->n_used,
		.bios = replay->bios,
		.lost = replay->lost,
	};

	if (replay->is_part || replay->at_ns < last_ns + replay->stop_gap_ns ||
	    trace_note_place(replay->reader, &stop.place))
		return;
	while (replay->n_stops > 1 &&
	       !has_room(replay, stop_bytes(replay, &stop)))
		thin_out(replay);
	stop.slots = malloc(slot_bytes(replay, stop.n_used) + 1);
	if (!stop.slots || !has_room(replay, stop_bytes(replay, &stop))) {
		free_stop(&stop);
		return;
	}
	memcpy(stop.slots, replay->table.slots,
	       slot_bytes(replay, stop.n_used));
	replay->stops[replay->n_stops++] = stop;
}

void hot_replay_touch(struct hot_replay *replay)
{
	for (__u32 i = 0; i < replay->n_used; i += FRSP_HOT_CLUSTER)
		hot_table_touch(&replay->table, i);
}

void hot_replay_forget_from(struct hot_replay *replay, __u32 n)
{
	hot_replay_touch(replay);
	memset(replay->table.slots + slot_bytes(replay, n), 0,
	       slot_bytes(replay, replay->n_used - n));
	memset(replay->before + n, 0,
	       (replay->n_used - n) * sizeof(*replay->before));
	memset(replay->places, 0, replay->n_places * sizeof(*replay->places));
	for (__u32 i = 0; i < n; i++) {
		const struct frsp_hot_slot *slot = hot_replay_slot(replay, i);
		const struct path_key key = {slot->ino, slot->fs, slot->gen};

		replay->before[i] = hot_replay_counters(replay, i);
		*hot_replay_find_place(replay, &key,
				       FRSP_HOT_TAG_RANGE(slot->tag)) = i + 1;
	}
	replay->n_used = n;
	replay->n_changed = 0;
}

static int go_to_stop(struct hot_replay *replay,
		      const struct hot_replay_stop *stop)
{
	__u32 n_used = replay->n_used;
	int err = trace_go_to(replay->reader, stop->place);

	if (err)
		return err;
	if (n_used < stop->n_used)
		replay->n_used = stop->n_used;
	memcpy(replay->table.slots, stop->slots,
	       slot_bytes(replay, stop->n_used));
	hot_replay_forget_from(replay, stop->n_used);
	replay->bios = replay->bios_before = stop->bios;
	replay->lost = stop->lost;
	replay->at_ns = replay->start_ns = stop->at_ns;
	replay->is_part = false;
	return 0;
}

int hot_replay_return(struct hot_replay *replay, __u64 ns)
{
	bool goes_back = ns < replay->at_ns;
	int i = replay->n_stops, err;
	struct trace_frame frame;

	while (i && replay->stops[i - 1].at_ns > ns)
		i--;
	/* Ahead, counts that began later go on. */
	if (!goes_back && (!i || replay->is_part ||
			   replay->stops[i - 1].at_ns <= replay->at_ns))
		return 0;
	while (i--) {
		err = go_to_stop(replay, &replay->stops[i]);
		if (err)
			return err;
		if (trace_peek(replay->reader, &frame) > 0 &&
		    frame.end_ns <= ns)
			return 0;
	}
	hot_replay_rewind(replay);
	return 0;
}

void hot_replay_stops_free(struct hot_replay *replay)
{
	while (replay->n_stops)
		free_stop(&replay->stops[--replay->n_stops]);
}
