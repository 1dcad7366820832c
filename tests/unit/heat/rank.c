// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the ranking, on hand-made and random tables, against a naive sort. */
#include <stdio.h>

#include "heat/rank.h"
#include "table.h"
#include "random.h"
#include "suite.h"

#define FS 0x800001

static const struct hot_clock clock_now = {.heat_time = 1000,
					   .heat_rate = 4294967 /* 1000 */};

static bool any_fs(void *context, __u32 fs)
{
	(void)context;
	(void)fs;
	return true;
}

static bool only_fs(void *context, __u32 fs)
{
	(void)context;
	return fs == FS;
}

static struct frsp_hot_slot *add(struct hot_table *table, __u64 ino,
				 __u32 range, __u64 heat)
{
	struct frsp_hot_slot *slot = table_slot(table, ino, FS, 1, range);

	assert_non_null(slot);
	slot->heat = heat * HEAT_ONE;
	slot->heat_time = clock_now.heat_time;
	return slot;
}

static struct hot_ranking refresh(struct hot_rank *rank,
				  const struct hot_table *table,
				  const struct hot_request *request)
{
	struct hot_ranking ranking = {0};

	assert_int_equal(hot_rank_refresh(rank, table, &clock_now, request,
					  any_fs, &ranking),
			 0);
	return ranking;
}

static void test_orders_and_cuts(void **state)
{
	static const __u64 heats[] = {5, 1, 9, 7, 3, 8, 2};
	struct hot_table table = table_new(2048);
	struct hot_rank *rank = hot_rank_new(table.n_slots);
	struct hot_request request = {.max_rows = 3, .interval_s = 1};
	struct hot_ranking ranking;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heats); i++)
		add(&table, 100 + i, FRSP_HOT_RANGE_FILE, heats[i]);
	ranking = refresh(rank, &table, &request);
	assert_int_equal(ranking.files.n_rows, 3);
	assert_int_equal(ranking.files.n_total, 7);
	assert_int_equal(ranking.files.rows[0].ino, 102);
	assert_int_equal(ranking.files.rows[1].ino, 105);
	assert_int_equal(ranking.files.rows[2].ino, 103);
	request.sort.ascending = true;
	ranking = refresh(rank, &table, &request);
	assert_int_equal(ranking.files.rows[0].ino, 101);
	request.max_rows = 0;
	ranking = refresh(rank, &table, &request);
	assert_int_equal(ranking.files.n_rows, 7);
	hot_rank_free(rank);
	free(table.slots);
}

static void test_rates_are_of_the_interval(void **state)
{
	struct hot_table table = table_new(2048);
	struct hot_rank *rank = hot_rank_new(table.n_slots);
	const struct hot_request request = {.max_rows = 5, .interval_s = 2};
	struct frsp_hot_slot *slot = add(&table, 7, FRSP_HOT_RANGE_FILE, 1);
	struct hot_ranking ranking;

	(void)state;
	slot->read_bytes = 4096;
	slot->reads = (1ULL << 32) - 1; /* a count may exceed 32 bits */
	ranking = refresh(rank, &table, &request);
	assert_true(ranking.files.rows[0].read_bytes_per_s == 2048);
	slot->reads += 6;
	slot->writes = 3;
	ranking = refresh(rank, &table, &request);
	assert_true(ranking.files.rows[0].read_bytes_per_s == 0);
	assert_true(ranking.files.rows[0].reads_per_s == 3);
	assert_true(ranking.files.rows[0].writes_per_s == 1.5);
	slot->write_bytes = 100;
	slot->read_bytes += 10;
	ranking = refresh(rank, &table, &request);
	assert_true(ranking.files.rows[0].read_bytes_per_s == 5);
	assert_true(ranking.files.rows[0].write_bytes_per_s == 50);
	assert_int_equal(ranking.files.rows[0].read_bytes, 4106);
	/* the slot is used for another key */
	slot->read_bytes = 6;
	hot_rank_forget(rank, table_index(&table, slot));
	ranking = refresh(rank, &table, &request);
	assert_true(ranking.files.rows[0].read_bytes_per_s == 3);
	/* another reader has evicted the slot; hot_rank_forget() is not called */
	slot->read_bytes = 2;
	ranking = refresh(rank, &table, &request);
	assert_true(ranking.files.rows[0].read_bytes_per_s == 1);
	assert_true(ranking.files.rows[0].write_bytes_per_s == 50);
	hot_rank_free(rank);
	free(table.slots);
}

static void test_counts_ranges_and_classes(void **state)
{
	struct hot_table table = table_new(2048);
	struct hot_rank *rank = hot_rank_new(table.n_slots);
	struct hot_request request = {
		.max_rows = 4, .ranges = true, .interval_s = 1};
	struct hot_ranking ranking;
	struct frsp_hot_slot *class;
	enum frsp_hot_meta meta;
	__u64 sum;

	(void)state;
	add(&table, 7, FRSP_HOT_RANGE_FILE, 9);
	add(&table, 7 + 256, FRSP_HOT_RANGE_FILE, 8); /* the same bucket */
	for (__u32 range = 0; range < 6; range++)
		add(&table, 7, range, range + 1);
	add(&table, 7 + 256, 3, 20);
	class = table_slot(&table, 0, FS, FRSP_HOT_METADATA,
			   FRSP_HOT_RANGE_FILE);
	class->reads = 3;
	class = table_slot(&table, 0, FS + 1,
			   FRSP_HOT_GEN(FRSP_HOT_METADATA,
					FRSP_HOT_META_INODES),
			   FRSP_HOT_RANGE_FILE);
	class->reads = 5;
	class = table_slot(&table, 0, FS, FRSP_HOT_SWAP, FRSP_HOT_RANGE_FILE);
	class->reads = 50;
	ranking = refresh(rank, &table, &request);
	assert_int_equal(ranking.files.n_rows, 2);
	assert_int_equal(ranking.files.rows[0].n_ranges, 6);
	assert_int_equal(ranking.files.rows[1].n_ranges, 1);
	assert_int_equal(ranking.ranges.n_rows, 4);
	assert_int_equal(ranking.ranges.n_total, 7);
	assert_int_equal(ranking.ranges.rows[0].ino, 7 + 256);
	assert_int_equal(ranking.ranges.rows[0].range, 3);
	assert_int_equal(ranking.ranges.rows[1].range, 5);
	assert_int_equal(ranking.classes[FRSP_HOT_METADATA].reads, 8);
	assert_int_equal(ranking.metadata.n_rows, 2);
	assert_true(ranking.metadata.rows[0].is_metadata);
	sum = ranking.metadata.rows[0].reads + ranking.metadata.rows[1].reads;
	assert_int_equal(sum, 8);
	meta = ranking.metadata.rows[ranking.metadata.rows[0].reads == 3].meta;
	assert_int_equal(meta, FRSP_HOT_META_INODES);
	assert_int_equal(hot_rank_refresh(rank, &table, &clock_now, &request,
					  only_fs, &ranking),
			 0);
	assert_int_equal(ranking.classes[FRSP_HOT_METADATA].reads, 3);
	assert_int_equal(ranking.metadata.n_rows, 1);
	hot_rank_free(rank);
	free(table.slots);
}

/* A race can leave two slots with the same key; they show as one row. */
static void test_twins_are_one(void **state)
{
	struct hot_table table = table_new(2048);
	struct hot_rank *rank = hot_rank_new(table.n_slots);
	const struct hot_request request = {.interval_s = 1};
	struct frsp_hot_slot *first = add(&table, 7, FRSP_HOT_RANGE_FILE, 1),
			     *second;
	struct hot_ranking ranking;

	(void)state;
	first->tag = FRSP_HOT_CLAIMED;
	second = add(&table, 7, FRSP_HOT_RANGE_FILE, 5);
	first->tag = FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE, FRSP_HOT_LIVE);
	assert_ptr_not_equal(first, second);
	first->reads = 10;
	second->reads = 7;
	ranking = refresh(rank, &table, &request);
	assert_int_equal(ranking.files.n_rows, 1);
	assert_int_equal(ranking.files.rows[0].reads, 17);
	hot_rank_free(rank);
	free(table.slots);
}

static int by_heat(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return left < right ? 1 : left > right ? -1 : 0;
}

static void test_random_against_sort(void **state)
{
	unsigned int seed = 20261121;
	struct hot_table table = table_new(4096);
	struct hot_rank *rank = hot_rank_new(table.n_slots);
	struct hot_request request = {.interval_s = 1};
	struct hot_ranking ranking;
	__u64 heats[2000];

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (size_t i = 0; i < ARRAY_SIZE(heats); i++) {
		heats[i] = random() % 1000;
		add(&table, random() * 4096ULL + i, FRSP_HOT_RANGE_FILE,
		    heats[i]);
	}
	qsort(heats, ARRAY_SIZE(heats), sizeof(*heats), by_heat);
	for (__u32 max = 1; max <= 2000; max += 111) {
		request.max_rows = max;
		ranking = refresh(rank, &table, &request);
		assert_int_equal(ranking.files.n_rows, max);
		for (__u32 i = 0; i < max; i++)
			assert_true(ranking.files.rows[i].temperature ==
				    heats[i]);
	}
	hot_rank_free(rank);
	free(table.slots);
}

static void same_rows(const struct hot_rows *is, const struct hot_rows *wanted)
{
	assert_int_equal(is->n_total, wanted->n_total);
	assert_int_equal(is->n_rows, wanted->n_rows);
	for (__u32 i = 0; i < is->n_rows; i++)
		assert_memory_equal(&is->rows[i], &wanted->rows[i],
				    sizeof(is->rows[i]));
}

static void ranges_are_counted(const struct hot_rows *files,
			       const struct hot_table *table)
{
	for (__u32 row = 0; row < files->n_rows; row++) {
		__u32 n = 0;

		for (__u32 i = 0; i < table->n_slots; i++) {
			const struct frsp_hot_slot *slot =
				hot_table_slot(table, i);

			n += FRSP_HOT_TAG_STATE(slot->tag) == FRSP_HOT_LIVE &&
			     FRSP_HOT_TAG_RANGE(slot->tag) !=
				     FRSP_HOT_RANGE_FILE &&
			     slot->ino == files->rows[row].ino;
		}
		assert_int_equal(files->rows[row].n_ranges, n);
	}
}

/* I/O on some keys, of which some are new; some others are evicted. */
static void change(struct hot_table *table, struct hot_rank *ranks[2],
		   __u32 heat_time)
{
	for (unsigned int n = random_below(40); n; n--) {
		__u64 ino = 1 + random_below(40);
		__u32 range = random_below(3) ? random_below(300)
					      : FRSP_HOT_RANGE_FILE;
		struct frsp_hot_slot *slot =
			table_slot(table, ino, FS, 1, range);
		__u32 index;

		if (!slot)
			continue;
		index = table_index(table, slot);
		if (random_below(8)) {
			slot->heat += random_below(100) * HEAT_ONE;
			slot->heat_time = heat_time;
			slot->reads++;
			slot->read_bytes += random_below(4) * 4096;
		} else {
			/* the key stays, as in tools/heat/evict.c */
			slot->heat = 0;
			memset(&slot->reads, 0,
			       sizeof(*slot) -
				       offsetof(struct frsp_hot_slot, reads));
			slot->tag = FRSP_HOT_TOMB;
			hot_rank_forget(ranks[0], index);
			hot_rank_forget(ranks[1], index);
		}
		hot_table_touch(table, index);
	}
}

static bool is_odd(void *context, const struct frsp_hot_slot *slot)
{
	(void)context;
	return slot->ino % 2;
}

/* hot_rank_refresh() does not read untouched clusters again. The rows are still
 * those of a rank that reads the whole table each time. */
static void test_untouched_clusters_are_left(void **state)
{
	struct hot_table table = table_new(4096), all;
	struct hot_rank *ranks[2] = {hot_rank_new(4096), hot_rank_new(4096)};
	struct hot_clock now = clock_now;
	__u32 epoch = 0;

	(void)state;
	random_seed();
	all = table;
	table.touched = calloc(4096 / FRSP_HOT_CLUSTER, sizeof(__u64));
	table.epoch = &epoch;
	for (int round = 0; round < 3000; round++) {
		const struct hot_request request = {
			.sort.key = random_below(20)
					    ? HOT_BY_TEMPERATURE
					    : random_below(HOT_NR_SORT_KEYS),
			.max_rows = 1 + random_below(12),
			.ranges = random_below(10),
			.interval_s = 1,
			/* sometimes a filesystem without any slot */
			.only_fs = random_below(10) ? 0 : FS + 1,
			.wanted = random_below(10) ? NULL : is_odd,
		};
		struct hot_ranking is = {0}, wanted = {0};

		change(&table, ranks, now.heat_time);
		assert_int_equal(hot_rank_refresh(ranks[0], &table, &now,
						  &request, any_fs, &is),
				 0);
		assert_int_equal(hot_rank_refresh(ranks[1], &all, &now,
						  &request, any_fs, &wanted),
				 0);
		same_rows(&is.files, &wanted.files);
		same_rows(&is.ranges, &wanted.ranges);
		ranges_are_counted(&is.files, &table);
		now.heat_time += random_below(30);
	}
	hot_rank_free(ranks[0]);
	hot_rank_free(ranks[1]);
	free(table.touched);
	free(table.slots);
}

static void test_sort_names(void **state)
{
	struct hot_sort sort;

	(void)state;
	assert_int_equal(hot_sort_parse("temp", &sort), 0);
	assert_int_equal(sort.key, HOT_BY_TEMPERATURE);
	assert_false(sort.ascending);
	assert_int_equal(hot_sort_parse("+wbytes", &sort), 0);
	assert_int_equal(sort.key, HOT_BY_WRITE_BYTES);
	assert_true(sort.ascending);
	assert_int_not_equal(hot_sort_parse("", &sort), 0);
	assert_int_not_equal(hot_sort_parse("tem", &sort), 0);
	assert_int_not_equal(hot_sort_parse("--temp", &sort), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders_and_cuts),
		cmocka_unit_test(test_rates_are_of_the_interval),
		cmocka_unit_test(test_counts_ranges_and_classes),
		cmocka_unit_test(test_twins_are_one),
		cmocka_unit_test(test_random_against_sort),
		cmocka_unit_test(test_untouched_clusters_are_left),
		cmocka_unit_test(test_sort_names),
	};

	return cmocka_run_group_tests_name("hot_rank", tests, NULL, NULL);
}
