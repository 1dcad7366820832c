// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the heat that is kept: what is taken from a table, put into another
 * one, and what its file is like.
 */
#include "heat/state.h"

#include <errno.h>

#include "suite.h"
#include "table.h"

#define FS    7
#define OTHER 8

/* A half-life is 1000 units. */
static const struct hot_clock at_5000 = {.heat_time = 5000,
					 .heat_rate = 4294967};
static const struct hot_clock at_9000 = {.heat_time = 9000,
					 .heat_rate = 4294967};

static void add(struct hot_table *table, __u64 ino, __u32 fs, __u32 range,
		double heat, __u32 heat_time)
{
	struct frsp_hot_slot *slot = table_slot(table, ino, fs, 1, range);

	assert_non_null(slot);
	slot->heat = heat * HEAT_ONE;
	slot->heat_time = heat_time;
}

static double heat_of(struct hot_table *table, __u64 ino, __u32 range,
		      const struct hot_clock *clock)
{
	struct frsp_hot_slot *slot = table_slot(table, ino, FS, 1, range);

	return (double)heat_decay(slot->heat,
				  clock->heat_time - slot->heat_time,
				  clock->heat_rate) /
	       HEAT_ONE;
}

static struct heat_state taken(const struct hot_table *table)
{
	struct heat_state state = {.saved_ns = 1};
	int err = heat_state_take(table, &at_5000, FS, &state);

	assert_int_equal(err, 0);
	return state;
}

static void assert_near(double value, double wanted)
{
	if (value < wanted * 0.999 || value > wanted * 1.001)
		fail_msg("%g, not %g", value, wanted);
}

static struct hot_table warm_table(void)
{
	struct hot_table table = table_new(640);

	add(&table, 42, FS, FRSP_HOT_RANGE_FILE, 12, 5000);
	add(&table, 42, FS, 3, 8, 4000); /* 4 by now */
	add(&table, 43, FS, 0, 1, 1000); /* 1/16 */
	return table;
}

static void test_there_and_back(void **unused)
{
	struct hot_table from = warm_table(), to = table_new(1280);
	struct heat_state state = taken(&from);

	(void)unused;
	assert_int_equal(state.n, 3);
	assert_int_equal(heat_state_put(&to, &at_9000, FS, &state, 0.5, 1280),
			 3);
	assert_near(heat_of(&to, 42, FRSP_HOT_RANGE_FILE, &at_9000), 6);
	assert_near(heat_of(&to, 42, 3, &at_9000), 2);
	assert_near(heat_of(&to, 43, 0, &at_9000), 1.0 / 32);
	/* the counts begin with the programs */
	assert_int_equal(table_slot(&to, 42, FS, 1, 3)->reads, 0);
	free(state.entries);
	free(from.slots);
	free(to.slots);
}

static void test_what_is_not_kept(void **unused)
{
	struct hot_table table = table_new(640);
	struct heat_state state;

	(void)unused;
	add(&table, 1, OTHER, 0, 5, 5000);	 /* another filesystem */
	add(&table, 0, FS, 0, 5, 5000);		 /* no file */
	add(&table, 1ULL << 32, FS, 0, 5, 5000); /* none of ext4 */
	add(&table, 2, FS, 0, 1, 5000 - 10500);	 /* as good as cold */
	add(&table, 3, FS, 0, 5, 5000);
	table_slot(&table, 3, FS, 1, 0)->tag =
		FRSP_HOT_TAG(0, FRSP_HOT_CLAIMED); /* being evicted */
	state = taken(&table);
	assert_int_equal(state.n, 0);
	free(state.entries);
	free(table.slots);
}

static void test_again_changes_nothing(void **unused)
{
	struct hot_table table = warm_table();
	struct heat_state state = taken(&table);

	(void)unused;
	assert_int_equal(heat_state_put(&table, &at_5000, FS, &state, 1, 640),
			 0);
	assert_near(heat_of(&table, 42, FRSP_HOT_RANGE_FILE, &at_5000), 12);
	assert_near(heat_of(&table, 42, 3, &at_5000), 4);
	free(state.entries);
	free(table.slots);
}

static void test_the_higher_counts(void **unused)
{
	struct hot_table from = warm_table(), to = table_new(640);
	struct heat_state state = taken(&from);

	(void)unused;
	add(&to, 42, FS, FRSP_HOT_RANGE_FILE, 30, 9000);
	add(&to, 42, FS, 3, 2, 8000); /* 1 by now */
	assert_int_equal(heat_state_put(&to, &at_9000, FS, &state, 1, 640), 1);
	assert_near(heat_of(&to, 42, FRSP_HOT_RANGE_FILE, &at_9000), 30);
	assert_near(heat_of(&to, 42, 3, &at_9000), 4);
	assert_int_equal(table_slot(&to, 42, FS, 1, 3)->heat_time, 9000);
	free(state.entries);
	free(from.slots);
	free(to.slots);
}

static void test_no_more_than_there_is_room(void **unused)
{
	struct hot_table from = warm_table(), to = table_new(640);
	struct heat_state state = taken(&from);

	(void)unused;
	add(&to, 42, FS, 3, 1, 9000);
	assert_int_equal(heat_state_put(&to, &at_9000, FS, &state, 1, 1), 1);
	/* what has a slot needs no room */
	assert_near(heat_of(&to, 42, 3, &at_9000), 4);
	free(state.entries);
	free(from.slots);
	free(to.slots);
}

static void test_a_full_table_stays(void **unused)
{
	struct hot_table from = warm_table(), to = table_new(64);
	struct heat_state state = taken(&from);

	(void)unused;
	for (__u32 i = 0; i < 64; i++)
		hot_table_slot(&to, i)->tag = FRSP_HOT_TAG(9, FRSP_HOT_LIVE);
	assert_int_equal(heat_state_put(&to, &at_9000, FS, &state, 1, 64), 0);
	for (__u32 i = 0; i < 64; i++)
		assert_int_equal(hot_table_slot(&to, i)->heat, 0);
	free(state.entries);
	free(from.slots);
	free(to.slots);
}

static void test_too_long_ago(void **unused)
{
	struct hot_table from = warm_table(), to = table_new(640);
	struct heat_state state = taken(&from);

	(void)unused;
	assert_int_equal(heat_state_put(&to, &at_9000, FS, &state, 1e-6, 640),
			 0);
	free(state.entries);
	free(from.slots);
	free(to.slots);
}

static void encoded(void **data, size_t *len)
{
	struct hot_table table = warm_table();
	struct heat_state state = taken(&table);
	int err;

	memset(state.uuid, 0xa5, sizeof(state.uuid));
	state.saved_ns = 1234567890123456789ULL;
	err = heat_state_encode(&state, data, len);
	assert_int_equal(err, 0);
	free(state.entries);
	free(table.slots);
}

static void test_file(void **unused)
{
	struct heat_state state;
	void *data, *again;
	size_t len, len_again;

	(void)unused;
	encoded(&data, &len);
	assert_int_equal(len, 40 + 3 * 20 + 4);
	assert_int_equal(heat_state_decode(data, len, &state), 0);
	assert_int_equal(state.n, 3);
	assert_int_equal(state.uuid[15], 0xa5);
	assert_int_equal(state.saved_ns, 1234567890123456789ULL);
	assert_int_equal(heat_state_encode(&state, &again, &len_again), 0);
	assert_int_equal(len_again, len);
	assert_memory_equal(again, data, len);
	free(state.entries);
	free(again);
	free(data);
}

static void test_every_damage_is_seen(void **unused)
{
	struct heat_state state;
	unsigned char *data;
	size_t len;

	(void)unused;
	encoded((void **)&data, &len);
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 1;
		assert_int_equal(heat_state_decode(data, len, &state),
				 i < 8	  ? -EINVAL
				 : i < 12 ? -EPROTONOSUPPORT
					  : -EBADMSG);
		data[i] ^= 1;
	}
	for (size_t n = 0; n < len; n++)
		assert_int_not_equal(heat_state_decode(data, n, &state), 0);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_is_not_kept),
		cmocka_unit_test(test_again_changes_nothing),
		cmocka_unit_test(test_the_higher_counts),
		cmocka_unit_test(test_no_more_than_there_is_room),
		cmocka_unit_test(test_a_full_table_stays),
		cmocka_unit_test(test_too_long_ago),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_every_damage_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
