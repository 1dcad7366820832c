// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of heat/actors.c on a table in plain memory. The functions of
 * heat/track.h that it calls are here: they give this table, and note what was
 * asked of the BPF maps.
 */
#include "heat/actors.h"

#include <pthread.h>

#include "suite.h"
#include "table.h"

#define N_ACTORS 64

static struct hot_table table;
static struct frsp_hot_actor in_table[N_ACTORS];
static struct frsp_hot_who who[64];
static struct hot_actors *actors;
static __u32 n_forgotten;

const struct hot_table *hot_track_table(const struct hot_track *track)
{
	(void)track;
	return &table;
}

bool hot_track_tends(struct hot_track *track)
{
	(void)track;
	return true;
}

void hot_track_forget_actor(const struct hot_track *track,
			    const struct frsp_hot_actor *actor)
{
	(void)track;
	(void)actor;
	n_forgotten++;
}

void hot_track_reuse_actor(const struct hot_track *track,
			   struct frsp_hot_actor *actor, __u32 id)
{
	(void)track;
	(void)id;
	*actor = (struct frsp_hot_actor){0};
}

static int setup(void **state)
{
	(void)state;
	memset(in_table, 0, sizeof(in_table));
	memset(who, 0, sizeof(who));
	n_forgotten = 0;
	table = (struct hot_table){.who = who,
				   .n_slots = 64,
				   .actors = in_table,
				   .n_actors = N_ACTORS};
	actors = hot_actors_new(NULL);
	return !actors;
}

static int teardown(void **state)
{
	(void)state;
	hot_actors_free(actors);
	return 0;
}

/* A process that was last busy at a time; its id is its index. */
static void process(__u32 id, __u64 last)
{
	in_table[id] = (struct frsp_hot_actor){
		.id = id, .last = last, .key = {.pid = 1000 + id}};
}

static void moved(__u32 slot, int entry, __u32 id, __u64 sectors)
{
	who[slot].top[entry] = FRSP_HOT_WHO_ENTRY(sectors, id);
}

static void expect_who(const struct hot_row *row, int i, __u32 pid, __u64 bytes)
{
	assert_true((__u32)i < row->n_who);
	assert_int_equal(row->who[i].actor->counts.key.pid, pid);
	assert_int_equal(row->who[i].bytes, bytes);
}

static void test_both_slots(void **state)
{
	struct hot_row row = {.slot = 3, .twin = 9};

	(void)state;
	process(1, 5);
	process(2, 5);
	moved(3, 0, 1, 8);
	moved(9, 1, 1, 2);
	moved(9, 2, 2, 9);
	hot_actors_sample(actors, 1);
	hot_actors_fill(actors, &row);
	assert_int_equal(row.n_who, 2);
	expect_who(&row, 0, 1001, 10 * 512);
	expect_who(&row, 1, 1002, 9 * 512);
}

static void test_one_slot_once(void **state)
{
	struct hot_row row = {.slot = 3, .twin = 3};

	(void)state;
	process(1, 5);
	moved(3, 0, 1, 8);
	hot_actors_sample(actors, 1);
	hot_actors_fill(actors, &row);
	assert_int_equal(row.n_who, 1);
	expect_who(&row, 0, 1001, 8 * 512);
}

static void test_nearly_full(void **state)
{
	__u32 n = 0;

	(void)state;
	for (__u32 id = 1; id < 51; id++)
		process(id, id);
	hot_actors_make_room(actors);
	assert_int_equal(n_forgotten, 0);
	process(51, 51);
	process(52, 52);
	hot_actors_make_room(actors);
	for (__u32 id = 1; id < N_ACTORS; id++)
		n += in_table[id].id != 0;
	assert_int_equal(n, 32);
	assert_int_equal(n_forgotten, 20);
}

static void test_longest_idle_leave(void **state)
{
	struct hot_row row = {.slot = 3, .twin = 3};

	(void)state;
	for (__u32 id = 1; id < 60; id++)
		process(id, 1000 - id);
	moved(3, 0, 59, 8); /* the longest idle */
	hot_actors_make_room(actors);
	for (__u32 id = 1; id < 60; id++)
		assert_int_equal(in_table[id].id != 0, id <= 32);
	/* it has left, and is still known */
	hot_actors_sample(actors, 1);
	hot_actors_fill(actors, &row);
	assert_int_equal(row.n_who, 1);
	expect_who(&row, 0, 1059, 8 * 512);
}

static bool is_over;

/* What BPF does while hotmon reads the table. */
static void *keep_reading(void *arg)
{
	while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
		__sync_fetch_and_add(&in_table[1].read_bytes, 4096);
	return arg;
}

/* The rates are those of the counts that are shown, also if the counts grow
 * meanwhile. Else a process could show more bytes per second than it ever read.
 */
static void test_rates_of_what_is_shown(void **state)
{
	__u64 before = 0;
	int n_grown = 0; /* samples; few while both threads share a CPU */
	pthread_t thread;

	(void)state;
	process(1, 5);
	is_over = false;
	assert_int_equal(pthread_create(&thread, NULL, keep_reading, NULL), 0);
	while (n_grown < 500000) {
		const struct hot_actor *actor;

		hot_actors_sample(actors, 1);
		actor = hot_actors_find(actors, 1);
		assert_int_equal(actor->read_bytes_per_s,
				 actor->counts.read_bytes - before);
		n_grown += actor->counts.read_bytes != before;
		before = actor->counts.read_bytes;
	}
	__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_slots, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_one_slot_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_nearly_full, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_longest_idle_leave, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_rates_of_what_is_shown,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("actors", tests, NULL, NULL);
}
