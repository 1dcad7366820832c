// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the rates of the last minutes. */
#include <math.h>

#include "heat/history.h"
#include "suite.h"

static struct hot_history *history;
static const struct path_key key = {7, 1, 2};
static double cells[HOT_HISTORY_S];

static int setup(void **state)
{
	(void)state;
	history = hot_history_new();
	return !history;
}

static int teardown(void **state)
{
	(void)state;
	hot_history_free(history);
	return 0;
}

static struct hot_row row_of(__u64 ino, __u64 reads)
{
	return (struct hot_row){
		.ino = ino,
		.fs = 1,
		.gen = 2,
		.reads = reads,
		.read_bytes = reads * 4096,
	};
}

static void note(__u64 reads, double interval_s, double now_s)
{
	const struct hot_row row = row_of(7, reads);

	hot_history_note(history, &row, interval_s, now_s);
}

/* The rate in the cell that is n before the last. */
static double reads_at(double now_s, __u32 n_cells, __u32 n)
{
	hot_history_cells(history, &key, HOT_HISTORY_READS, now_s, n_cells,
			  cells);
	return cells[n_cells - 1 - n];
}

static void assert_rate(double rate, double expected)
{
	if (fabs(rate - expected) > 0.01)
		fail_msg("%f is not %f", rate, expected);
}

static void test_spread(void **state)
{
	(void)state;
	note(100, 0, 1000);
	note(300, 0, 1002);
	assert_rate(reads_at(1002.5, HOT_HISTORY_S, 1), 100);
	assert_rate(reads_at(1002.5, HOT_HISTORY_S, 2), 100);
	assert_true(reads_at(1002.5, HOT_HISTORY_S, 0) < 0);
	assert_true(reads_at(1002.5, HOT_HISTORY_S, 3) < 0);
}

/* A second that is not over is known for its first part only. */
static void test_part_of_a_second(void **state)
{
	(void)state;
	note(0, 0, 1000);
	note(50, 0, 1000.5);
	assert_rate(reads_at(1000.5, HOT_HISTORY_S, 0), 100);
	note(60, 0, 1000.6);
	assert_rate(reads_at(1000.6, HOT_HISTORY_S, 0), 100);
}

static void test_cells(void **state)
{
	double first_s;

	(void)state;
	note(0, 0, 1000);
	for (int i = 1; i <= 20; i++)
		note(i <= 10 ? i * 10 : 100, 0, 1000 + i);
	first_s = hot_history_cells(history, &key, HOT_HISTORY_READS, 1019.5,
				    60, cells);
	assert_rate(first_s, 1000);
	assert_true(cells[55] < 0);
	assert_rate(cells[56], 10);
	assert_rate(cells[57], 10);
	assert_rate(cells[58], 0);
	hot_history_cells(history, &key, HOT_HISTORY_READ_BYTES, 1019.5, 60,
			  cells);
	assert_rate(cells[56], 40960);
}

/* The counts of a file that is new are of its first interval. */
static void test_new_file(void **state)
{
	struct hot_row row = row_of(7, 50);

	(void)state;
	row.read_bytes_per_s = row.read_bytes / 2.0;
	hot_history_note(history, &row, 2, 1002);
	assert_rate(reads_at(1001.5, HOT_HISTORY_S, 0), 25);
	/* this one had I/O before the interval: it is not known when */
	row = row_of(8, 50);
	row.read_bytes_per_s = row.read_bytes / 4.0;
	hot_history_note(history, &row, 2, 1002);
	assert_true(hot_history_cells(history, &(struct path_key){8, 1, 2},
				      HOT_HISTORY_READS, 1002, 1, cells) < 0);
}

static void test_forgotten_by_the_table(void **state)
{
	(void)state;
	note(1000, 0, 1000);
	note(10, 0, 1001);
	assert_rate(reads_at(1000.5, HOT_HISTORY_S, 0), 10);
}

static void test_old_seconds(void **state)
{
	(void)state;
	note(0, 0, 1000);
	note(10, 0, 1001);
	assert_rate(reads_at(1000.5, HOT_HISTORY_S, 0), 10);
	assert_true(reads_at(1300.5, HOT_HISTORY_S, 0) < 0);
	assert_true(hot_history_cells(history, &key, HOT_HISTORY_READS, 1301, 1,
				      cells) < 0);
	/* a gap longer than all of it */
	note(5010, 0, 6001);
	assert_rate(reads_at(6000.5, HOT_HISTORY_S, 0), 1);
	assert_rate(reads_at(6000.5, 1, 0), 1);
}

static void test_bound(void **state)
{
	(void)state;
	for (__u64 at = 0; at < 2; at++)
		for (__u64 i = 0; i <= HOT_HISTORY_FILES; i++) {
			const struct hot_row row = row_of(7 + i, at);

			hot_history_note(history, &row, 0, 1000 + at);
		}
	/* file 7 left when the last one came, and began anew */
	assert_true(reads_at(1000.5, HOT_HISTORY_S, 0) < 0);
	assert_true(hot_history_cells(history,
				      &(struct path_key){7 + HOT_HISTORY_FILES,
							 1, 2},
				      HOT_HISTORY_READS, 1001, 1, cells) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_spread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_of_a_second, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten_by_the_table,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_seconds, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_bound, setup, teardown),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
