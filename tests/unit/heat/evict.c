// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of eviction: the coldest go first, files after their ranges, and
 * evicted slots are clean. */
#include "heat/evict.h"
#include "table.h"
#include "suite.h"

#define N_SLOTS 1000

static const struct hot_clock clock_now = {.heat_time = 5000,
					   .heat_rate = 4294967};
static int n_hooked;
static __u32 hand;

static void count_evicted(void *context, __u32 index,
			  const struct frsp_hot_slot *slot)
{
	(void)context;
	(void)index;
	assert_int_equal(slot->tag,
			 FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE, FRSP_HOT_CLAIMED));
	assert_int_not_equal(slot->reads, 0);
	n_hooked++;
}

static const struct hot_evict_hooks hooks = {.evicted = count_evicted};

static void assert_evicts(const struct hot_table *table, int n_emptied,
			  int n_in_use)
{
	struct hot_evict_result result;

	n_hooked = 0;
	assert_int_equal(hot_evict(table, &clock_now, &hooks, &hand, &result),
			 0);
	assert_int_equal(n_hooked, n_emptied);
	assert_int_equal(result.n_emptied, n_emptied);
	assert_int_equal(result.n_in_use, n_in_use);
}

static struct hot_table full_table(void)
{
	struct hot_table table = table_new(N_SLOTS);
	__u64 ino = 1;

	hand = 0;
	/* slot i has heat 2^(i / 25) and has not been touched for i % 3 * 100 */
	for (__u32 i = 0; i < N_SLOTS; i++) {
		struct frsp_hot_slot *slot = hot_table_slot(&table, i);

		slot->ino = ino++;
		slot->fs = 1;
		slot->tag = FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE, FRSP_HOT_LIVE);
		slot->heat = HEAT_ONE << i / 25;
		slot->heat_time = clock_now.heat_time - i % 3 * 100;
		slot->reads = i + 1;
	}
	return table;
}

static void test_due_at_80_percent(void **state)
{
	const struct hot_table table = {.n_slots = N_SLOTS};

	(void)state;
	assert_false(hot_evict_is_due(&table, 799));
	assert_true(hot_evict_is_due(&table, 800));
}

static void test_coldest_go(void **state)
{
	struct hot_table table = full_table();
	struct frsp_hot_slot *slot;

	(void)state;
	assert_evicts(&table, 300, 700);
	for (__u32 i = 0; i < N_SLOTS; i++) {
		slot = hot_table_slot(&table, i);
		if (FRSP_HOT_TAG_STATE(slot->tag) == FRSP_HOT_LIVE) {
			assert_true(i >= 250); /* within a factor of 2 */
			continue;
		}
		assert_true(i < 350);
		assert_int_equal(slot->tag, FRSP_HOT_TOMB);
		assert_int_equal(slot->reads, 0);
		assert_int_equal(slot->heat, 0);
	}
	assert_evicts(&table, 0, 700);
	free(table.slots);
}

static void make_warm(struct frsp_hot_slot *slot, __u64 ino)
{
	slot->ino = ino;
	slot->tag = FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE, FRSP_HOT_LIVE);
	slot->heat = HEAT_ONE;
	slot->heat_time = clock_now.heat_time;
	slot->reads = 1;
}

/* If all slots are equally warm, those filled since the last eviction are not
 * the next ones to go. */
static void test_the_last_to_come_stay(void **state)
{
	struct hot_table table = full_table();
	__u32 round, i, n_new;

	(void)state;
	for (i = 0; i < N_SLOTS; i++)
		make_warm(hot_table_slot(&table, i), 1);
	for (round = 2; round < 9; round++) {
		assert_evicts(&table, 300, 700);
		for (i = n_new = 0; i < N_SLOTS; i++) {
			struct frsp_hot_slot *slot = hot_table_slot(&table, i);

			if (slot->tag == FRSP_HOT_TOMB)
				make_warm(slot, round);
			else
				n_new += slot->ino == round - 1;
		}
		assert_true(round == 2 || n_new == 300);
	}
	free(table.slots);
}

/* A reader that is killed may leave claimed slots behind. */
static void test_claims_of_nobody_are_released(void **state)
{
	struct hot_table table = full_table();

	(void)state;
	for (__u32 i = 990; i < N_SLOTS; i++)
		hot_table_slot(&table, i)->tag =
			FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE, FRSP_HOT_CLAIMED);
	assert_evicts(&table, 300, 700);
	for (__u32 i = 990; i < N_SLOTS; i++) {
		assert_int_equal(hot_table_slot(&table, i)->tag, FRSP_HOT_TOMB);
		assert_int_equal(hot_table_slot(&table, i)->reads, 0);
	}
	free(table.slots);
}

static void test_classes_stay(void **state)
{
	struct hot_table table = full_table();
	struct frsp_hot_slot *slot = hot_table_slot(&table, 0);

	(void)state;
	slot->ino = 0;
	assert_evicts(&table, 300, 700);
	assert_int_equal(FRSP_HOT_TAG_STATE(slot->tag), FRSP_HOT_LIVE);
	free(table.slots);
}

/* A key is found behind a slot that was evicted. */
static void test_tombs_are_passed_over(void **state)
{
	struct hot_table table = table_new(2048);
	struct frsp_hot_slot *first = table_slot(&table, 7, 1, 1, 0), *second;

	(void)state;
	first->tag = FRSP_HOT_CLAIMED;
	second = table_slot(&table, 7, 1, 1, 0);
	first->tag = FRSP_HOT_TOMB;
	assert_ptr_equal(table_slot(&table, 7, 1, 1, 0), second);
	free(table.slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due_at_80_percent),
		cmocka_unit_test(test_coldest_go),
		cmocka_unit_test(test_the_last_to_come_stay),
		cmocka_unit_test(test_claims_of_nobody_are_released),
		cmocka_unit_test(test_classes_stay),
		cmocka_unit_test(test_tombs_are_passed_over),
	};

	return cmocka_run_group_tests_name("hot_evict", tests, NULL, NULL);
}
