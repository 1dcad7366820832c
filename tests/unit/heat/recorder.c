// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of recorder and replay: what is done to a hot table is recorded, and
 * the table of the replay has the same counts.
 */
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "heat/recorder.h"
#include "heat/replay.h"
#include "random.h"
#include "scratch.h"
#include "table.h"
#include "trace/format.h"

#define BEGIN	   1700000000000000000ULL
#define SEC	   1000000000ULL
#define N_CLUSTERS 32
#define N_SLOTS	   (N_CLUSTERS * FRSP_HOT_CLUSTER)
#define OWN_INO	   99

static struct hot_table table;
static __u64 touched[N_CLUSTERS];
static __u32 epoch;
static struct hot_recorder *recorder;
static struct trace_writer *writer;
static int fd;
static __u64 now_ns;
static bool is_named; /* whether files have paths */

static bool ask_fs(void *context, __u32 id, bool is_class, struct trace_fs *fs)
{
	(void)context;
	*fs = (struct trace_fs){.dev = 0x800000 + id,
				.subdev = 0x800000 + id,
				.type = "ext4",
				.mount = is_class ? "/disk" : "/srv"};
	return id != 7; /* that is not mounted */
}

static void ask_file(void *context, const struct path_key *key,
		     struct path_result *result)
{
	static char path[64];

	(void)context;
	snprintf(path, sizeof(path), "/srv/%llu", key->ino);
	*result = (struct path_result){
		.path = is_named ? path : NULL,
		.state = is_named ? PATH_KNOWN : PATH_UNKNOWN,
		.n_links = is_named,
	};
}

static bool is_own(void *context, const struct path_key *key)
{
	(void)context;
	return key->ino == OWN_INO;
}

static int setup(void **state)
{
	const struct trace_info info = {.half_life_ms = 300000,
					.begin_ns = BEGIN};
	const struct hot_recorder_asks asks = {
		.fs = ask_fs, .file = ask_file, .is_own = is_own};

	scratch_setup(state);
	table = table_new(N_SLOTS);
	memset(touched, 0, sizeof(touched));
	epoch = 1;
	table.touched = touched;
	table.epoch = &epoch;
	now_ns = BEGIN;
	is_named = true;
	fd = open(scratch_path("x"), O_RDWR | O_CREAT, 0600);
	assert_int_equal(trace_writer_new(fd, &info, &writer), 0);
	recorder = hot_recorder_new(&table, writer, &asks);
	return !recorder;
}

static int teardown(void **state)
{
	hot_recorder_free(recorder);
	trace_writer_free(writer);
	close(fd);
	free(table.slots);
	return scratch_teardown(state);
}

/* An I/O of a range and of its file, as BPF counts it. */
static void count(__u64 ino, __u32 range, bool is_write, __u64 bytes)
{
	const __u32 ranges[2] = {range, FRSP_HOT_RANGE_FILE};

	for (int i = 0; i < 2; i++) {
		struct frsp_hot_slot *slot =
			table_slot(&table, ino, 1, 3, ranges[i]);

		assert_non_null(slot);
		*(is_write ? &slot->writes : &slot->reads) += 1;
		*(is_write ? &slot->write_bytes : &slot->read_bytes) += bytes;
		hot_table_touch(&table, table_index(&table, slot));
	}
}

static void take(void)
{
	now_ns += 10 * SEC;
	assert_int_equal(hot_recorder_take(recorder, now_ns - 10 * SEC, now_ns,
					   5, 1),
			 0);
}

static struct hot_replay *replay_all(void)
{
	struct hot_replay *replay;
	struct trace_error error;

	assert_int_equal(hot_recorder_end(recorder), 0);
	if (hot_replay_open(scratch_path("x"), NULL, &replay, &error))
		fail_msg("%s", error.cause);
	assert_null(hot_replay_problem(replay));
	assert_true(hot_replay_play(replay, ~0ULL) >= 0);
	return replay;
}

/* The slot of a range in the replay's table; NULL: it has none. */
static const struct frsp_hot_slot *find(const struct hot_replay *replay,
					__u64 ino, __u32 range)
{
	const struct hot_table *played = hot_replay_table(replay);
	const struct frsp_hot_slot *found = NULL;

	for (__u32 i = 0; i < played->n_slots; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(played, i);

		if (slot->tag != FRSP_HOT_TAG(range, FRSP_HOT_LIVE) ||
		    slot->ino != ino)
			continue;
		assert_null(found); /* only one */
		found = slot;
	}
	return found;
}

static void assert_counts(const struct hot_replay *replay, __u64 ino,
			  __u32 range, __u64 reads, __u64 writes,
			  __u64 read_bytes, __u64 write_bytes)
{
	const struct frsp_hot_slot *slot = find(replay, ino, range);

	assert_non_null(slot);
	assert_int_equal(slot->reads, reads);
	assert_int_equal(slot->writes, writes);
	assert_int_equal(slot->read_bytes, read_bytes);
	assert_int_equal(slot->write_bytes, write_bytes);
}

static void test_growth(void **state)
{
	struct hot_replay *replay;
	struct path_result file;

	(void)state;
	count(42, 5, false, 4096);
	count(42, 5, false, 4096);
	take();
	take(); /* nothing happened */
	count(42, 5, true, 512);
	count(43, 0, false, 1 << 20);
	take();
	replay = replay_all();
	assert_counts(replay, 42, 5, 2, 1, 8192, 512);
	assert_counts(replay, 42, FRSP_HOT_RANGE_FILE, 2, 1, 8192, 512);
	assert_counts(replay, 43, 0, 1, 0, 1 << 20, 0);
	hot_replay_path(replay, &(struct path_key){42, 1, 3}, &file);
	assert_string_equal(file.path, "/srv/42");
	assert_int_equal(hot_replay_end(replay), BEGIN + 30 * SEC);
	hot_replay_close(replay);
}

/* Only clusters that changed are read: a slot that changed without a mark is
 * not, until all are read.
 */
static void test_changed_only(void **state)
{
	struct frsp_hot_slot *slot;
	struct hot_replay *replay;

	(void)state;
	count(42, 5, false, 4096);
	take();
	take();
	slot = table_slot(&table, 42, 1, 3, 5);
	slot->reads++;
	take();
	hot_recorder_end(recorder);
	replay = replay_all();
	assert_counts(replay, 42, 5, 1, 0, 4096, 0);
	hot_replay_close(replay);
	/* the mark may be one older: a program had read the epoch before */
	touched[table_index(&table, slot) >> FRSP_HOT_CLUSTER_SHIFT] =
		epoch - 1;
	take();
	replay = replay_all();
	assert_counts(replay, 42, 5, 2, 0, 4096, 0);
	hot_replay_close(replay);
}

static void evict(__u64 ino, __u32 range)
{
	struct frsp_hot_slot *slot = table_slot(&table, ino, 1, 3, range);
	__u32 index = table_index(&table, slot);

	slot->tag = FRSP_HOT_TAG(range, FRSP_HOT_CLAIMED);
	hot_recorder_forget(recorder, index, slot);
	slot->tag = FRSP_HOT_TOMB;
	slot->reads = slot->writes = 0;
	slot->read_bytes = slot->write_bytes = 0;
	hot_table_touch(&table, index);
}

/* What a slot counted until it was evicted is recorded, and another key in the
 * same slot begins at 0.
 */
static void test_eviction(void **state)
{
	struct hot_replay *replay;
	struct frsp_hot_slot *slot;

	(void)state;
	count(42, 5, false, 4096);
	take();
	count(42, 5, false, 4096);
	slot = table_slot(&table, 42, 1, 3, 5);
	evict(42, 5);
	slot->ino = 50;
	slot->fs = 1;
	slot->gen = 3;
	slot->tag = FRSP_HOT_TAG(9, FRSP_HOT_LIVE);
	slot->reads = 3;
	slot->read_bytes = 3 * 8192;
	take();
	count(42, 5, false, 4096); /* again, elsewhere */
	take();
	replay = replay_all();
	assert_counts(replay, 42, 5, 3, 0, 3 * 4096, 0);
	assert_counts(replay, 50, 9, 3, 0, 3 * 8192, 0);
	/* the file had no slot of its own, or its slot was read before */
	assert_counts(replay, 50, FRSP_HOT_RANGE_FILE, 0, 0, 0, 0);
	hot_replay_close(replay);
}

/* Another process evicted, and the same key came again: it counts from 0. */
static void test_evicted_by_others(void **state)
{
	struct frsp_hot_slot *slot;
	struct hot_replay *replay;

	(void)state;
	for (int i = 0; i < 5; i++)
		count(42, 5, false, 4096);
	take();
	slot = table_slot(&table, 42, 1, 3, 5);
	slot->reads = 2;
	slot->read_bytes = 8192;
	hot_table_touch(&table, table_index(&table, slot));
	take();
	/* and then another key, which has counted more */
	slot->ino = 61;
	slot->reads = 9;
	slot->read_bytes = 9 * 4096;
	hot_table_touch(&table, table_index(&table, slot));
	take();
	replay = replay_all();
	assert_counts(replay, 61, 5, 9, 0, 9 * 4096, 0);
	assert_counts(replay, 42, 5, 7, 0, 7 * 4096, 0);
	hot_replay_close(replay);
}

/* Two slots of one key are one range. */
static void test_twins(void **state)
{
	struct frsp_hot_slot *twin = NULL;
	struct hot_replay *replay;

	(void)state;
	count(42, 5, false, 4096);
	for (__u32 i = 0; i < N_SLOTS && !twin; i++)
		if (!hot_table_slot(&table, i)->tag)
			twin = hot_table_slot(&table, i);
	*twin = *table_slot(&table, 42, 1, 3, 5);
	take();
	twin->writes = 4;
	twin->write_bytes = 4 * 512;
	hot_table_touch(&table, table_index(&table, twin));
	take();
	replay = replay_all();
	assert_counts(replay, 42, 5, 2, 4, 8192, 2048);
	hot_replay_close(replay);
}

/* Counts of before the recording are not in it, but its warmth is. */
static void test_begin(void **state)
{
	const struct hot_clock clock = {.heat_time = 1000, .heat_rate = 1};
	const struct frsp_hot_slot *played;
	struct frsp_hot_slot *slot;
	struct hot_replay *replay;

	(void)state;
	count(42, 5, false, 4096);
	slot = table_slot(&table, 42, 1, 3, 5);
	slot->heat = 640 * HEAT_ONE;
	slot->heat_time = 1000;
	assert_int_equal(hot_recorder_begin(recorder, &clock, BEGIN), 0);
	count(42, 5, true, 512);
	take();
	replay = replay_all();
	assert_counts(replay, 42, 5, 0, 1, 0, 512);
	played = find(replay, 42, 5);
	assert_true(fabs((double)played->heat / HEAT_ONE /
				 (640 * exp2(-10 / 300.0) + 1) -
			 1) < 0.03);
	hot_replay_close(replay);
}

static void test_classes(void **state)
{
	struct frsp_hot_slot *slot =
		table_slot(&table, 0, 2, FRSP_HOT_GEN(FRSP_HOT_METADATA, 1),
			   FRSP_HOT_RANGE_FILE);
	struct frsp_hot_slot *other =
		table_slot(&table, 0, 7, FRSP_HOT_GEN(FRSP_HOT_METADATA, 1),
			   FRSP_HOT_RANGE_FILE);
	struct hot_replay *replay;

	(void)state;
	slot->writes = other->writes = 9;
	slot->write_bytes = other->write_bytes = 9 * 4096;
	take();
	replay = replay_all();
	assert_counts(replay, 0, FRSP_HOT_RANGE_FILE, 0, 9, 0, 9 * 4096);
	assert_int_equal(find(replay, 0, FRSP_HOT_RANGE_FILE)->gen,
			 FRSP_HOT_GEN(FRSP_HOT_METADATA, 1));
	hot_replay_close(replay);
}

static void test_own_file(void **state)
{
	struct hot_replay *replay;

	(void)state;
	count(OWN_INO, 0, true, 4096);
	count(42, 0, true, 4096);
	take();
	replay = replay_all();
	assert_null(find(replay, OWN_INO, 0));
	assert_non_null(find(replay, 42, 0));
	hot_replay_close(replay);
}

/* A file gets its path when that becomes known. */
static void test_named_later(void **state)
{
	struct hot_replay *replay;
	struct path_result file;

	(void)state;
	is_named = false;
	count(42, 5, false, 4096);
	count(43, 5, false, 4096);
	take();
	is_named = true;
	for (int i = 0; i < 3; i++) {
		count(42, 5, false, 4096);
		take();
	}
	replay = replay_all(); /* 43 had no more I/O: it is asked at the end */
	hot_replay_path(replay, &(struct path_key){42, 1, 3}, &file);
	assert_string_equal(file.path, "/srv/42");
	hot_replay_path(replay, &(struct path_key){43, 1, 3}, &file);
	assert_string_equal(file.path, "/srv/43");
	hot_replay_close(replay);
}

/* Steps, and back: the counts are those of that time. */
static void test_go(void **state)
{
	struct hot_replay *replay;
	struct hot_replay_now now;

	(void)state;
	for (int i = 0; i < 6; i++) {
		count(42, 5, false, 4096);
		take();
	}
	replay = replay_all();
	assert_int_equal(hot_replay_step(replay, 0), 0); /* the end */
	assert_int_equal(hot_replay_go(replay, BEGIN + 25 * SEC, false), 0);
	assert_counts(replay, 42, 5, 2, 0, 8192, 0);
	now = hot_replay_now(replay);
	assert_int_equal(now.start_ns, BEGIN + 10 * SEC);
	assert_int_equal(now.end_ns, BEGIN + 20 * SEC);
	assert_int_equal(now.before[0].reads, 1);
	assert_int_equal(now.bios, 5);
	assert_int_equal(hot_replay_step(replay, 24 * SEC), 2);
	assert_counts(replay, 42, 5, 4, 0, 4 * 4096, 0);
	assert_int_equal(hot_replay_now(replay).start_ns, BEGIN + 20 * SEC);
	/* counts that begin there */
	assert_int_equal(hot_replay_go(replay, BEGIN + 10 * SEC, true), 0);
	assert_counts(replay, 42, 5, 0, 0, 0, 0);
	assert_int_equal(hot_replay_step(replay, 0), 1);
	assert_counts(replay, 42, 5, 1, 0, 4096, 0);
	/* nothing ends by then */
	assert_int_equal(hot_replay_play(replay, BEGIN + 29 * SEC), 0);
	assert_int_equal(hot_replay_play(replay, BEGIN + 30 * SEC), 1);
	hot_replay_close(replay);
}

/* A file has its path from when it entered the table, also if nobody finds that
 * any more when its I/O is taken.
 */
static void test_named_early(void **state)
{
	struct hot_replay *replay;
	struct path_result file;

	(void)state;
	hot_recorder_name(recorder, &(struct path_key){42, 1, 3});
	hot_recorder_name(recorder, &(struct path_key){OWN_INO, 1, 3});
	assert_int_equal(hot_recorder_n_files(recorder), 1);
	is_named = false;
	count(42, 5, false, 4096);
	count(43, 5, false, 4096);
	take();
	replay = replay_all();
	hot_replay_path(replay, &(struct path_key){42, 1, 3}, &file);
	assert_string_equal(file.path, "/srv/42");
	hot_replay_path(replay, &(struct path_key){43, 1, 3}, &file);
	assert_null(file.path);
	hot_replay_close(replay);
}

/* Both show the same: all counters, temperatures and rates. */
static void assert_same(const struct hot_replay *one,
			const struct hot_replay *other)
{
	const struct hot_table *a = hot_replay_table(one);
	const struct hot_table *b = hot_replay_table(other);
	struct hot_replay_now now = hot_replay_now(one);
	struct hot_replay_now then = hot_replay_now(other);
	__u64 stats[FRSP_HOT_NR_STATS], others[FRSP_HOT_NR_STATS];

	assert_int_equal(now.start_ns, then.start_ns);
	assert_int_equal(now.end_ns, then.end_ns);
	assert_int_equal(now.bios, then.bios);
	hot_replay_stats(one, stats);
	hot_replay_stats(other, others);
	assert_memory_equal(stats, others, sizeof(stats));
	assert_int_equal(a->n_slots, b->n_slots);
	assert_memory_equal(a->slots, b->slots, a->n_slots * a->stride);
	assert_memory_equal(now.before, then.before,
			    a->n_slots * sizeof(*now.before));
}

/* Wherever it goes from wherever, it is as if it had been played up to there
 * once; and who ranks the table sees what has changed.
 */
static void test_stops(void **state)
{
	struct hot_replay *replay, *fresh;
	struct hot_replay_now now;
	struct trace_error error;

	(void)state;
	random_seed();
	for (int i = 0; i < 80; i++) {
		/* later ones appear later */
		for (unsigned int k = 1 + random_below(20); k; k--)
			count(1 + random_below(3 + i / 2), random_below(9),
			      false, 4096);
		take();
		if (i % 3 == 0)
			assert_int_equal(trace_write_flush(writer), 0);
	}
	replay = replay_all();
	/* its interval is the whole recording, of a fresh one the last 10 s */
	assert_int_equal(hot_replay_go(replay, BEGIN, false), 0);
	for (int i = 0; i < 200; i++) {
		__u64 ns = BEGIN + random_below(810) * SEC;
		__u32 seen = ++*hot_replay_table(replay)->epoch;
		__u64 was_ns = hot_replay_at(replay);

		assert_int_equal(hot_replay_go(replay, ns, false), 0);
		assert_int_equal(hot_replay_open(scratch_path("x"), NULL,
						 &fresh, &error),
				 0);
		assert_int_equal(hot_replay_go(fresh, ns, false), 0);
		now = hot_replay_now(replay);
		/* ahead, to the interval where it is: nothing was played */
		if (hot_replay_at(replay) != was_ns || now.start_ns < was_ns)
			assert_same(replay, fresh);
		if (ns < was_ns)
			assert_int_equal(hot_replay_table(replay)->touched[0],
					 seen);
		hot_replay_close(fresh);
	}
	hot_replay_close(replay);
}

static void test_random(void **state)
{
	static __u64 reads[20][50], bytes[20][50];
	struct hot_replay *replay;

	(void)state;
	random_seed();
	memset(reads, 0, sizeof(reads));
	memset(bytes, 0, sizeof(bytes));
	for (int i = 0; i < 30; i++) {
		for (unsigned int k = random_below(200); k; k--) {
			__u32 ino = random_below(20), range = random_below(50);
			__u64 n = 512 * (1 + random_below(64));

			count(1 + ino, range, false, n);
			reads[ino][range]++;
			bytes[ino][range] += n;
		}
		take();
	}
	replay = replay_all();
	for (__u32 ino = 0; ino < 20; ino++)
		for (__u32 range = 0; range < 50; range++)
			if (reads[ino][range])
				assert_counts(replay, 1 + ino, range,
					      reads[ino][range], 0,
					      bytes[ino][range], 0);
	hot_replay_close(replay);
}

#define test(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_growth),	test(test_changed_only),
		test(test_eviction),	test(test_evicted_by_others),
		test(test_twins),	test(test_begin),
		test(test_classes),	test(test_own_file),
		test(test_named_later), test(test_go),
		test(test_random),	test(test_stops),
		test(test_named_early),
	};

	return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
