// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slot for each range and each file of the recording, in the order in which
 * they first appear. The table never gets full, so nothing is evicted from it,
 * and ranges need not stand where their hash says (bpf/hot.h): whoever looks
 * for the twin of a slot finds none.
 *
 * The identity of a filesystem is its index plus 1. The inode and generation of
 * a file are those recorded.
 *
 * Example: the recording has two intervals, of 10 s each. Range 5 of file 0 has
 * 2 reads in the first and 3 in the second. After hot_replay_play() of the
 * first, its slot has 2 reads, and .before says 0; after the second 5, and
 * .before says 2: 0.3 reads/s. If a key asks for another order of the same
 * frame, rank gets the same .before again, and so the same rates.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heat/replay_state.h"

/* Heat units: a sixteenth of a second. */
#define UNIT_NS 62500000ULL
#define HOTTEST 0x1p39 /* what a slot can hold */

/* --- the survey: how much there is ----------------------------------------- */

/* A set of (file, range), as .places of the replay; keys plus 1, 0: free. */
struct key_set {
	__u64 *keys;
	__u32 n_places, n;
};

static void put_key(struct key_set *set, __u64 key)
{
	__u32 at = hot_replay_hash(key >> 32, key) & (set->n_places - 1);

	while (set->keys[at] && set->keys[at] != key + 1)
		at = (at + 1) & (set->n_places - 1);
	set->n += !set->keys[at];
	set->keys[at] = key + 1;
}

static int grow_keys(struct key_set *set)
{
	struct key_set grown = {.n_places = set->n_places ? set->n_places * 2
							  : 1 << 16};

	if (grown.n_places > 1U << 30)
		return -EFBIG;
	grown.keys = calloc(grown.n_places, sizeof(*grown.keys));
	if (!grown.keys)
		return -ENOMEM;
	for (__u32 i = 0; i < set->n_places; i++)
		if (set->keys[i])
			put_key(&grown, set->keys[i] - 1);
	free(set->keys);
	*set = grown;
	return 0;
}

static int note_keys(struct key_set *set, const struct trace_access *accesses,
		     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int err = set->n >= set->n_places / 2 ? grow_keys(set) : 0;

		if (err)
			return err;
		put_key(set, (__u64)accesses[i].file << 32 | accesses[i].range);
	}
	return 0;
}

/* Reads all of the recording. Returns 0 or -errno. */
static int survey(struct hot_replay *replay, const struct hot_replay_wait *wait,
		  __u32 *n_keys)
{
	struct key_set set = {0};
	struct trace_frame frame;
	int found, err = 0;

	replay->end_ns = trace_info(replay->reader)->begin_ns;
	trace_want_temperatures(replay->reader, false);
	while (!err && (found = trace_next(replay->reader, &frame)) > 0) {
		err = note_keys(&set, frame.accesses, frame.n);
		if (!err)
			err = note_keys(&set, frame.totals, frame.n_totals);
		replay->end_ns = frame.end_ns;
		if (!replay->interval_ns)
			replay->interval_ns = frame.end_ns - frame.start_ns;
		if (!err && wait &&
		    !wait->tell(wait->context, trace_part_read(replay->reader)))
			err = -EINTR;
	}
	*n_keys = set.n;
	free(set.keys);
	replay->has_problem = trace_problem(replay->reader);
	if (replay->has_problem)
		replay->problem = *trace_problem(replay->reader);
	replay->n_fs = trace_n_fs(replay->reader);
	replay->stop_gap_ns =
		(replay->end_ns - trace_info(replay->reader)->begin_ns) /
		HOT_REPLAY_STOPS;
	trace_want_temperatures(replay->reader, true);
	trace_rewind(replay->reader);
	return err ?: found == -EBADMSG ? 0 : found;
}

/* --- opening ---------------------------------------------------------------- */

static int make_table(struct hot_replay *replay, __u32 n_keys)
{
	struct hot_table *table = &replay->table;
	__u32 n_clusters = n_keys / FRSP_HOT_CLUSTER + 1;

	table->n_slots = n_clusters * FRSP_HOT_CLUSTER;
	table->stride = sizeof(struct frsp_hot_slot);
	table->slots = calloc(table->n_slots, table->stride);
	table->touched = calloc(n_clusters, sizeof(*table->touched));
	table->epoch = &replay->epoch;
	table->who = calloc(table->n_slots, sizeof(*table->who));
	table->actors = calloc(1, sizeof(*table->actors));
	table->n_actors = 1; /* the one that is never used */
	replay->before = calloc(table->n_slots, sizeof(*replay->before));
	replay->changed = calloc(table->n_slots, sizeof(*replay->changed));
	replay->n_places = 1024;
	while (replay->n_places < 2 * table->n_slots)
		replay->n_places *= 2;
	replay->places = calloc(replay->n_places, sizeof(*replay->places));
	replay->files = calloc(table->n_slots, sizeof(*replay->files));
	return table->slots && table->touched && table->who && table->actors &&
			       replay->before && replay->changed &&
			       replay->places && replay->files
		       ? 0
		       : -ENOMEM;
}

int hot_replay_open(const char *path, const struct hot_replay_wait *wait,
		    struct hot_replay **out, struct trace_error *error)
{
	struct hot_replay *replay = calloc(1, sizeof(*replay));
	__u32 n_keys;
	int err;

	if (!replay) {
		snprintf(error->cause, sizeof(error->cause), "%s: %s", path,
			 strerror(ENOMEM));
		error->hint = NULL;
		return -ENOMEM;
	}
	err = trace_open(path, &replay->reader, error);
	if (err) {
		free(replay);
		return err;
	}
	err = survey(replay, wait, &n_keys);
	if (!err)
		err = make_table(replay, n_keys);
	if (err) {
		snprintf(error->cause, sizeof(error->cause), "%s: %s", path,
			 strerror(-err));
		error->hint = NULL;
		hot_replay_close(replay);
		return err;
	}
	replay->at_ns = trace_info(replay->reader)->begin_ns;
	replay->start_ns = replay->at_ns;
	*out = replay;
	return 0;
}

void hot_replay_close(struct hot_replay *replay)
{
	if (!replay)
		return;
	hot_replay_stops_free(replay);
	trace_close(replay->reader);
	free(replay->table.slots);
	free(replay->table.touched);
	free(replay->table.who);
	free(replay->table.actors);
	free(replay->before);
	free(replay->changed);
	free(replay->places);
	while (replay->n_texts)
		free(replay->texts[--replay->n_texts]);
	free(replay->texts);
	free(replay->files);
	free(replay);
}

const struct trace_error *hot_replay_problem(const struct hot_replay *replay)
{
	return replay->has_problem ? &replay->problem : NULL;
}

const struct trace_info *hot_replay_info(const struct hot_replay *replay)
{
	return trace_info(replay->reader);
}

__u64 hot_replay_at(const struct hot_replay *replay)
{
	return replay->at_ns;
}

__u64 hot_replay_end(const struct hot_replay *replay)
{
	return replay->end_ns;
}

__u64 hot_replay_interval(const struct hot_replay *replay)
{
	return replay->interval_ns;
}

__u64 hot_replay_mono_ns(const struct hot_replay *replay)
{
	const struct trace_info *info = trace_info(replay->reader);

	return info->begin_mono_ns + replay->at_ns - info->begin_ns ?: 1;
}

/* --- playing ---------------------------------------------------------------- */

__u32 *hot_replay_find_place(const struct hot_replay *replay,
			     const struct path_key *key, __u32 range)
{
	__u32 at = hot_replay_hash(key->ino * 31 + key->gen + key->fs, range) &
		   (replay->n_places - 1);

	for (; replay->places[at]; at = (at + 1) & (replay->n_places - 1)) {
		const struct frsp_hot_slot *slot =
			hot_replay_slot(replay, replay->places[at] - 1);

		if (slot->ino == key->ino && slot->gen == key->gen &&
		    slot->fs == key->fs &&
		    FRSP_HOT_TAG_RANGE(slot->tag) == range)
			break;
	}
	return &replay->places[at];
}

/* The slot of an access; a new one, if it has none. */
static __u32 get_slot(struct hot_replay *replay,
		      const struct trace_access *access)
{
	const struct trace_file *file =
		trace_file(replay->reader, access->file);
	const struct path_key key = {file->ino, file->fs + 1, file->gen};
	__u32 *place = hot_replay_find_place(replay, &key, access->range);
	struct frsp_hot_slot *slot;

	if (*place)
		return *place - 1;
	slot = hot_replay_slot(replay, replay->n_used);
	slot->ino = key.ino;
	slot->fs = key.fs;
	slot->gen = key.gen;
	slot->tag = FRSP_HOT_TAG(access->range, FRSP_HOT_LIVE);
	replay->files[replay->n_used] = access->file;
	*place = ++replay->n_used;
	return *place - 1;
}

static void add(struct hot_replay *replay, const struct trace_access *access,
		__u32 heat_time)
{
	__u32 index = get_slot(replay, access);
	struct frsp_hot_slot *slot = hot_replay_slot(replay, index);
	struct hot_moved now = hot_replay_counters(replay, index);

	if ((access->reads || access->writes) &&
	    !memcmp(&now, &replay->before[index], sizeof(now)))
		replay->changed[replay->n_changed++] = index;
	slot->reads += access->reads;
	slot->writes += access->writes;
	slot->read_bytes += access->read_bytes;
	slot->write_bytes += access->write_bytes;
	slot->heat = fmin(access->temperature, HOTTEST) * HEAT_ONE;
	slot->heat_time = heat_time;
	hot_table_touch(&replay->table, index);
}

static __u32 heat_time(const struct hot_replay *replay, __u64 ns)
{
	return (ns - trace_info(replay->reader)->begin_ns) / UNIT_NS;
}

static void play(struct hot_replay *replay, const struct trace_frame *frame)
{
	__u32 time = heat_time(replay, frame->end_ns);

	for (size_t i = 0; i < frame->n; i++)
		add(replay, &frame->accesses[i], time);
	for (size_t i = 0; i < frame->n_totals; i++)
		add(replay, &frame->totals[i], time);
	replay->bios += frame->bios;
	replay->lost += frame->lost;
	replay->at_ns = frame->end_ns;
}

/* Keeps the counters, for the rates of what is played next. */
static void begin_interval(struct hot_replay *replay, __u64 start_ns)
{
	while (replay->n_changed) {
		__u32 index = replay->changed[--replay->n_changed];

		replay->before[index] = hot_replay_counters(replay, index);
	}
	replay->start_ns = start_ns;
	replay->bios_before = replay->bios;
}

/* Plays the frame that was peeked at. */
static void play_next(struct hot_replay *replay, struct trace_frame *frame,
		      bool is_first)
{
	if (is_first)
		begin_interval(replay, frame->start_ns);
	play(replay, frame);
	trace_next(replay->reader, frame);
	hot_replay_note_stop(replay);
}

int hot_replay_play(struct hot_replay *replay, __u64 until_ns)
{
	struct trace_frame frame;
	int n = 0, found;

	while ((found = trace_peek(replay->reader, &frame)) > 0 &&
	       frame.end_ns <= until_ns)
		play_next(replay, &frame, !n++);
	return n ?: found < 0 && found != -EBADMSG ? found : 0;
}

int hot_replay_step(struct hot_replay *replay, __u64 length_ns)
{
	__u64 until_ns = 0;
	struct trace_frame frame;
	int n = 0, found;

	while ((found = trace_peek(replay->reader, &frame)) > 0) {
		if (!n)
			until_ns = frame.start_ns + length_ns;
		else if (frame.end_ns > until_ns &&
			 frame.end_ns - until_ns >
				 (frame.end_ns - frame.start_ns) / 2)
			break;
		play_next(replay, &frame, !n);
		n++;
	}
	return n ?: found < 0 && found != -EBADMSG ? found : 0;
}

static void clear_counts(struct hot_replay *replay)
{
	for (__u32 i = 0; i < replay->n_used; i++) {
		struct frsp_hot_slot *slot = hot_replay_slot(replay, i);

		slot->reads = slot->writes = 0;
		slot->read_bytes = slot->write_bytes = 0;
	}
	memset(replay->before, 0, replay->n_used * sizeof(*replay->before));
	replay->n_changed = 0;
	replay->bios = replay->bios_before = replay->lost = 0;
}

void hot_replay_rewind(struct hot_replay *replay)
{
	const __u64 begin_ns = trace_info(replay->reader)->begin_ns;

	trace_rewind(replay->reader);
	clear_counts(replay);
	hot_replay_forget_from(replay, 0);
	replay->at_ns = replay->start_ns = begin_ns;
	replay->is_part = false;
}

int hot_replay_go(struct hot_replay *replay, __u64 ns, bool is_begin)
{
	int n = 1, err = hot_replay_return(replay, ns);

	if (err)
		return err;
	/* one by one: the last is that of the rates */
	while (n > 0 && replay->at_ns < ns) {
		struct trace_frame frame;

		n = trace_peek(replay->reader, &frame);
		if (n > 0 && frame.end_ns > ns)
			break;
		n = hot_replay_step(replay, 0);
	}
	if (is_begin) {
		clear_counts(replay);
		hot_replay_touch(replay);
		replay->start_ns = replay->at_ns;
		replay->is_part = true;
	}
	return n < 0 && n != -EBADMSG ? n : 0;
}

struct hot_replay_now hot_replay_now(const struct hot_replay *replay)
{
	return (struct hot_replay_now){
		.start_ns = replay->start_ns,
		.end_ns = replay->at_ns,
		.before = replay->before,
		.bios = replay->bios - replay->bios_before,
	};
}

/* --- as the BPF programs -------------------------------------------------- */

const struct hot_table *hot_replay_table(const struct hot_replay *replay)
{
	return &replay->table;
}

void hot_replay_clock(const struct hot_replay *replay, struct hot_clock *clock)
{
	double units = trace_info(replay->reader)->half_life_ms * 1e6 / UNIT_NS;

	*clock = (struct hot_clock){
		.heat_time = heat_time(replay, replay->at_ns),
		.heat_rate = 4294967296.0 / units + 0.5,
		.wall_ns = replay->at_ns,
	};
}

bool hot_replay_fs(const struct hot_replay *replay, __u32 id,
		   struct frsp_hot_fs *fs)
{
	const struct trace_fs *recorded;

	if (!id || id > replay->n_fs)
		return false;
	recorded = trace_fs(replay->reader, id - 1);
	*fs = (struct frsp_hot_fs){
		.fs = id,
		.fs_dev = recorded->dev,
		.dev = recorded->subdev,
	};
	strncpy(fs->fs_type, recorded->type, sizeof(fs->fs_type) - 1);
	return true;
}

bool hot_replay_next_fs(const struct hot_replay *replay, __u32 *id)
{
	if (*id >= replay->n_fs)
		return false;
	++*id;
	return true;
}

int hot_replay_find_fs(const struct hot_replay *replay,
		       struct frsp_hot_fs_query *query)
{
	for (__u32 id = 1; id <= replay->n_fs; id++) {
		__u32 dev = trace_fs(replay->reader, id - 1)->dev;

		if ((query->fs && query->fs != id) ||
		    (query->fs_dev && query->fs_dev != dev))
			continue;
		query->fs = id;
		query->fs_dev = dev;
		query->where = FRSP_HOT_FS_HERE;
		query->is_found = 1;
		return 0;
	}
	return -ENOENT;
}

void hot_replay_stats(const struct hot_replay *replay,
		      __u64 stats[FRSP_HOT_NR_STATS])
{
	memset(stats, 0, FRSP_HOT_NR_STATS * sizeof(*stats));
	stats[FRSP_HOT_STAT_EVENTS] = replay->bios;
	stats[FRSP_HOT_STAT_DROPPED] = replay->lost;
	stats[FRSP_HOT_STAT_SLOTS] = replay->n_used;
}

void hot_replay_path(const struct hot_replay *replay,
		     const struct path_key *key, struct path_result *result)
{
	static const enum path_state states[TRACE_NR_PATH_STATES] = {
		[TRACE_PATH_KNOWN] = PATH_KNOWN,
		[TRACE_PATH_UNKNOWN] = PATH_UNKNOWN,
		[TRACE_PATH_DELETED] = PATH_DELETED,
		[TRACE_PATH_INTERNAL] = PATH_INTERNAL,
	};
	__u32 place = *hot_replay_find_place(replay, key, FRSP_HOT_RANGE_FILE);
	const struct trace_file *file;

	*result = (struct path_result){.state = PATH_UNKNOWN};
	if (!place)
		return;
	file = trace_file(replay->reader, replay->files[place - 1]);
	*result = (struct path_result){
		.path = file->path,
		.state = states[file->state],
		.n_links = file->n_links,
		.fs_type = trace_fs(replay->reader, file->fs)->type,
		.fs_dev = trace_fs(replay->reader, file->fs)->dev,
	};
}
