// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <locale.h>

#include "suite.h"

static const struct table_column columns[] = {
	{.title = "NAME", .is_text = true},
	{.title = "N", .min_width = 4},
	{.title = "LAST", .is_text = true},
};

static void test_lines(void **state)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	const char *const first[] = {"a", "1", "x"};
	const char *const second[] = {
		"\303\244\303\266\303\274\303\237\303\244", "12345", "longer"};

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_add(table, first), 0);
	assert_int_equal(table_add(table, second), 0);
	assert_int_equal(table_lay_out(table), 0);
	assert_int_equal(table_n_rows(table), 2);
	assert_string_equal(table_titles(table), "NAME      N LAST");
	assert_string_equal(table_line(table, 0), "a         1 x");
	assert_string_equal(
		table_line(table, 1),
		"\303\244\303\266\303\274\303\237\303\244 12345 longer");
	table_free(table);
}

/* A number is narrower than its column may be, also beside a long text. */
static void test_min_width(void **state)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	const char *const row[] = {"a", "1",
				   "a text that is longer than all the others"};

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_add(table, row), 0);
	assert_int_equal(table_lay_out(table), 0);
	assert_string_equal(
		table_line(table, 0),
		"a       1 a text that is longer than all the others");
	table_free(table);
}

static void test_empty(void **state)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_lay_out(table), 0);
	assert_int_equal(table_n_rows(table), 0);
	assert_string_equal(table_titles(table), "NAME    N LAST");
	table_free(table);
}

/* What a terminal would obey is shown. */
static void test_control(void **state)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	const char *const row[] = {"a\033[31m", "\n", "b\tc"};

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_add(table, row), 0);
	assert_int_equal(table_lay_out(table), 0);
	assert_string_equal(table_line(table, 0), "a\\x1b[31m \\x0a b\\x09c");
	table_free(table);
}

static const struct table_column narrow[] = {
	{.title = "A", .min_width = 4},
	{.title = "B", .min_width = 4, .leaves = 2},
	{.title = "C", .min_width = 4, .leaves = 1},
	{.title = "D", .min_width = 4, .leaves = 2},
	{.title = "PATH", .is_text = true, .is_path = true},
};

/* Makes a table of two rows that is n_columns wide. */
static struct table *fit(int n_columns, int *shift)
{
	static const char *const rows[][ARRAY_SIZE(narrow)] = {
		{"1", "2", "3", "4", "/srv/of-thirty-columns/in-all"},
		{"5", "6", "7", "8", "/a"},
	};
	struct table *table = table_new(narrow, ARRAY_SIZE(narrow));

	assert_non_null(table);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(table_add(table, rows[i]), 0);
	assert_int_equal(table_fit(table, n_columns, shift), 0);
	assert_int_equal(table_lay_out(table), 0);
	return table;
}

/* Those with the highest number leave together, when the path needs it. */
static void test_columns_leave(void **state)
{
	static const struct {
		int n_columns;
		const char *titles, *line;
	} rows[] = {
		{49, "   A    B    C    D PATH",
		 "   1    2    3    4 /srv/of-thirty-columns/in-all"},
		{46, "   A    B    C    D PATH",
		 "   1    2    3    4 \xe2\x80\xa6/of-thirty-columns/in-all"},
		{43, "   A    C PATH",
		 "   1    3 /srv/of-thirty-columns/in-all"},
		{36, "   A    C PATH",
		 "   1    3 \xe2\x80\xa6/of-thirty-columns/in-all"},
		{33, "   A PATH", "   1 \xe2\x80\xa6/of-thirty-columns/in-all"},
		{20, "   A PATH", "   1 \xe2\x80\xa6/in-all"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int shift = 0;
		struct table *table = fit(rows[i].n_columns, &shift);

		assert_string_equal(table_titles(table), rows[i].titles);
		assert_string_equal(table_line(table, 0), rows[i].line);
		table_free(table);
	}
}

/* A short path does not keep columns that are too wide together. */
static void test_short_path(void **state)
{
	static const char *const row[] = {"1", "2", "3", "4", "/a"};
	struct table *table = table_new(narrow, ARRAY_SIZE(narrow));
	int shift = 0;

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_add(table, row), 0);
	assert_int_equal(table_fit(table, 15, &shift), 0);
	assert_int_equal(table_lay_out(table), 0);
	assert_string_equal(table_titles(table), "   A    C PATH");
	assert_string_equal(table_line(table, 0), "   1    3 /a");
	table_free(table);
}

static void test_column_end(void **state)
{
	int shift = 0;
	struct table *table = fit(40, &shift);

	(void)state;
	assert_int_equal(table_column_end(table, 0), 4);
	assert_int_equal(table_column_end(table, 1), 0);
	assert_int_equal(table_column_end(table, 2), 9);
	table_free(table);
}

/* The paths scroll; the short one stays, and the longest says how far. */
static void test_shift(void **state)
{
	int shift = -100;
	struct table *table = fit(20, &shift);

	(void)state;
	assert_int_equal(shift, -22);
	assert_string_equal(table_line(table, 0),
			    "   1 /srv/of-thirty\xe2\x80\xa6");
	assert_string_equal(table_line(table, 1), "   5 /a");
	table_free(table);
}

static int use_utf8(void **state)
{
	(void)state;
	return !setlocale(LC_CTYPE, "C.UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_min_width),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_columns_leave),
		cmocka_unit_test(test_short_path),
		cmocka_unit_test(test_column_end),
		cmocka_unit_test(test_shift),
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
