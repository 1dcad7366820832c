// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the columns: what a range's offset looks like, what has a colour. */
#include "heat/columns.h"

#include <string.h>

#include "suite.h"

static const struct hot_column *column(const char *title)
{
	for (int i = 0; i < HOT_N_COLUMNS; i++)
		if (!strcmp(hot_columns[i].title, title))
			return &hot_columns[i];
	fail_msg("no column %s", title);
	return NULL;
}

/* Each range has a text of its own. */
static void test_offset(void **state)
{
	static const struct {
		__u32 range;
		const char *text, *exact;
	} rows[] = {
		{0, "0M", "0"},
		{1, "1M", "1048576"},
		{1023, "1023M", "1072693248"},
		{1024, "1024M", "1073741824"},
		{1025, "1025M", "1074790400"},
		{16777216 - 1, "16777215M", "17592184995840"}, /* 16 TiB */
	};
	const struct hot_column *offset = column("OFFSET");
	char text[FMT_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct hot_row row = {.range = rows[i].range};

		assert_string_equal(offset->cell(text, &row, false),
				    rows[i].text);
		assert_string_equal(offset->cell(text, &row, true),
				    rows[i].exact);
	}
}

static void test_glow(void **state)
{
	static const struct {
		double temperature;
		int glow;
	} rows[] = {
		{5000, 3}, {500, 3}, {499, 2}, {50, 2},
		{49, 1},   {5, 1},   {4.9, 0}, {0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct hot_row row = {.temperature = rows[i].temperature};

		if (hot_row_glow(&row, 5000) != rows[i].glow)
			fail_msg("%g", rows[i].temperature);
	}
	assert_true(hot_glow_least(2, 5000) == 50);
}

static void test_sorts(void **state)
{
	(void)state;
	assert_true(hot_column_sorts(column("READ/s"), HOT_BY_READ_RATE));
	assert_true(hot_column_sorts(column("READ/s"), HOT_BY_RATE));
	assert_false(hot_column_sorts(column("READ/s"), HOT_BY_WRITE_RATE));
	assert_true(hot_column_sorts(column("WRITES"), HOT_BY_OPS));
	assert_false(hot_column_sorts(column("FILE"), HOT_BY_OPS));
}

/* Each key marks a column. */
static void test_each_key_has_a_column(void **state)
{
	(void)state;
	for (int key = 0; key < HOT_NR_SORT_KEYS; key++) {
		int n = 0;

		for (int i = 0; i < HOT_N_COLUMNS; i++)
			n += hot_column_sorts(&hot_columns[i], key);
		assert_in_range(n, 1, 2);
	}
}

/* The columns of times are there only while times are measured. */
static void test_latency(void **state)
{
	int n = 0;

	(void)state;
	for (int i = 0; i < HOT_N_COLUMNS; i++)
		n += hot_column_shown(&hot_columns[i], HOT_VIEW_FILES, true) &&
		     !hot_column_shown(&hot_columns[i], HOT_VIEW_FILES, false);
	assert_int_equal(n, 4);
	assert_false(hot_column_shown(column("R-P99"), HOT_VIEW_RANGES, true));
	assert_true(hot_column_shown(column("READ/s"), HOT_VIEW_FILES, false));
}

/* Reads and writes have their own times; 0 is not known. */
static void test_times(void **state)
{
	const struct hot_row row = {
		.times[FRSP_LATENCY_READ] = {.p50_ns = 1500, .p99_ns = 20e6},
		.times[FRSP_LATENCY_WRITE] = {.p50_ns = 0, .p99_ns = 999},
	};
	char text[FMT_LEN];

	(void)state;
	assert_string_equal(column("R-P50")->cell(text, &row, false), "1.5us");
	assert_string_equal(column("R-P50")->cell(text, &row, true), "1500");
	assert_string_equal(column("R-P99")->cell(text, &row, false), "20ms");
	assert_string_equal(column("W-P50")->cell(text, &row, false), "-");
	assert_string_equal(column("W-P99")->cell(text, &row, false), "999ns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_glow),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_each_key_has_a_column),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
