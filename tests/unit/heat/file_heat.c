// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the heat of one file: its ranges, their rates, and the strip. */
#include "heat/file_heat.h"
#include "suite.h"
#include "table.h"

#define MIB (1ULL << 20)

static struct hot_table table;
static struct file_heat heat;
static const struct hot_clock now = {.heat_rate = 0};

static int setup(void **state)
{
	(void)state;
	table = table_new(1024);
	heat = (struct file_heat){.key = {7, 1, 2}};
	return !table.slots;
}

static int teardown(void **state)
{
	(void)state;
	free(table.slots);
	file_heat_free(&heat);
	return 0;
}

static void count(__u64 ino, __u32 range, __u64 reads, __u64 degrees)
{
	struct frsp_hot_slot *slot = table_slot(&table, ino, 1, 2, range);

	slot->reads += reads;
	slot->read_bytes += reads * 4096;
	slot->heat = degrees * HEAT_ONE;
}

static void read_at(double now_s)
{
	assert_int_equal(file_heat_read(&heat, &table, &now, now_s), 0);
}

static void test_ranges(void **state)
{
	(void)state;
	count(7, 9, 3, 30);
	count(7, 2, 1, 10);
	count(7, FRSP_HOT_RANGE_FILE, 4, 40);
	count(8, 3, 100, 999);
	read_at(1);
	assert_true(heat.is_tracked);
	assert_int_equal(heat.row.reads, 4);
	assert_int_equal(heat.row.n_ranges, 2);
	assert_int_equal(heat.n_ranges, 2);
	assert_int_equal(heat.ranges[0].range, 2);
	assert_int_equal(heat.ranges[1].range, 9);
	assert_int_equal(heat.ranges[1].read_bytes, 3 * 4096);
	assert_true(heat.hottest == 30);
	assert_false(heat.has_rates);
}

static void test_not_tracked(void **state)
{
	(void)state;
	count(8, FRSP_HOT_RANGE_FILE, 4, 40);
	read_at(1);
	assert_false(heat.is_tracked);
	assert_int_equal(heat.row.ino, 7);
	assert_int_equal(heat.row.reads, 0);
	assert_int_equal(heat.n_ranges, 0);
}

/* Only the file is in the table, or only a range: the other was forgotten. */
static void test_parts(void **state)
{
	(void)state;
	count(7, 5, 1, 10);
	read_at(1);
	assert_false(heat.is_tracked);
	assert_int_equal(heat.n_ranges, 1);
}

static void test_rates(void **state)
{
	(void)state;
	count(7, FRSP_HOT_RANGE_FILE, 10, 1);
	count(7, 5, 10, 1);
	read_at(1);
	count(7, FRSP_HOT_RANGE_FILE, 8, 1);
	count(7, 5, 6, 1);
	count(7, 3, 2, 1);
	read_at(3);
	assert_true(heat.has_rates);
	assert_true(heat.row.reads_per_s == 4);
	assert_true(heat.row.writes_per_s == 0);
	assert_true(heat.row.read_bytes_per_s == 4 * 4096);
	assert_true(heat.ranges[0].reads_per_s == 1);
	assert_true(heat.ranges[0].read_bytes_per_s == 1 * 4096);
	assert_true(heat.ranges[1].read_bytes_per_s == 3 * 4096);
	/* forgotten meanwhile: all that is there came since */
	table_slot(&table, 7, 1, 2, 5)->read_bytes = 4096;
	read_at(4);
	assert_true(heat.ranges[1].read_bytes_per_s == 4096);
	assert_true(heat.ranges[0].read_bytes_per_s == 0);
}

/* Two slots of one range, as after a race, are one range. */
static void test_twins(void **state)
{
	struct frsp_hot_slot *twin;

	(void)state;
	count(7, 5, 10, 3);
	twin = table_slot(&table, 9, 9, 9, 9);
	*twin = *table_slot(&table, 7, 1, 2, 5);
	read_at(1);
	assert_int_equal(heat.n_ranges, 1);
	assert_int_equal(heat.ranges[0].reads, 20);
	assert_int_not_equal(heat.ranges[0].slot, heat.ranges[0].twin);
}

static void test_span(void **state)
{
	(void)state;
	assert_int_equal(file_heat_span(&heat, 5000), 5000);
	count(7, 3, 1, 1);
	read_at(1);
	assert_int_equal(file_heat_span(&heat, 0), 4 * MIB);
	assert_int_equal(file_heat_span(&heat, 3 * MIB + 1), 3 * MIB + 1);
	assert_int_equal(file_heat_span(&heat, 100 * MIB), 100 * MIB);
	/* the file was shortened: what was hot is still shown */
	assert_int_equal(file_heat_span(&heat, MIB), 4 * MIB);
}

static void test_strip(void **state)
{
	double cells[8];

	(void)state;
	count(7, 0, 1, 5);
	count(7, 3, 1, 7);
	count(7, 2, 1, 9);
	read_at(1);
	/* two cells to a range */
	file_heat_strip(&heat, 4 * MIB, 8, cells);
	assert_true(cells[0] == 5 && cells[1] == 5);
	assert_true(cells[2] < 0 && cells[3] < 0);
	assert_true(cells[4] == 9 && cells[5] == 9);
	assert_true(cells[6] == 7 && cells[7] == 7);
	/* two ranges to a cell: the hotter one */
	file_heat_strip(&heat, 4 * MIB, 2, cells);
	assert_true(cells[0] == 5 && cells[1] == 9);
	/* the file ends inside the last range */
	file_heat_strip(&heat, 3 * MIB + 1, 8, cells);
	assert_true(cells[7] == 9 || cells[7] == 7);
	assert_int_equal(file_heat_cell(4 * MIB, 4 * MIB, 8), 7);
}

static void test_order(void **state)
{
	const struct hot_row *order[3];

	(void)state;
	count(7, 1, 5, 1);
	count(7, 2, 5, 9);
	count(7, 3, 6, 3);
	read_at(1);
	file_heat_order(&heat, (struct hot_sort){.key = HOT_BY_TEMPERATURE},
			order);
	assert_int_equal(order[0]->range, 2);
	file_heat_order(&heat, (struct hot_sort){HOT_BY_READS, true}, order);
	assert_int_equal(order[0]->range, 1);
	assert_int_equal(order[1]->range, 2);
	assert_int_equal(order[2]->range, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_tracked, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_span, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	};

	return cmocka_run_group_tests_name("file_heat", tests, NULL, NULL);
}
