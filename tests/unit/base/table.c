// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <locale.h>

#include "suite.h"

static const struct table_column columns[] = {
	{"NAME", 0, true},
	{"N", 4, false},
	{"LAST", 0, true},
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

/* A number is narrower than its column may be. */
static void test_min_width(void **state)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	const char *const row[] = {"a", "1", "x"};

	(void)state;
	assert_non_null(table);
	assert_int_equal(table_add(table, row), 0);
	assert_int_equal(table_lay_out(table), 0);
	assert_string_equal(table_line(table, 0), "a       1 x");
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
	};

	return cmocka_run_group_tests(tests, use_utf8, NULL);
}
