// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the names of a tree of directories in a table: marks, indentation. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_width.h"
#include "heat/dir_tree.h"
#include "heat/text.h"
#include "suite.h"

static const struct path_result place = {.path = "/x", .state = PATH_KNOWN};
static struct hot_tree_row branch;
static struct table *table;

/* Returns the line of one row of a tree in a table of this width; 0: any. */
static const char *line_of(int n_columns)
{
	struct hot_row row = {.file = &place, .tree = &branch, .n_files = 1};
	const struct hot_rows rows = {.rows = &row, .n_rows = 1};
	struct hot_table_style style = {
		.view = HOT_VIEW_DIRECTORIES,
		.live = true,
		.n_columns = n_columns,
	};

	table_free(table);
	assert_int_equal(hot_table_make(&rows, 0, 1, &style, &table), 0);
	if (getenv("SHOW"))
		puts(table_line(table, 0));
	return table_line(table, 0);
}

static void assert_ends(const char *line, const char *end)
{
	size_t len = strlen(line), n = strlen(end);

	if (len < n || strcmp(line + len - n, end))
		fail_msg("'%s' does not end with '%s'", line, end);
}

static void test_marks(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	branch = (struct hot_tree_row){.name = "/srv", .is_dir = true};
	assert_ends(line_of(120), " \u25b8 /srv");
	branch.is_open = true;
	assert_ends(line_of(120), " \u25be /srv");
	branch = (struct hot_tree_row){.name = "a\033b", .depth = 2};
	assert_ends(line_of(120), "       a\\033b");
	branch = (struct hot_tree_row){.name = ""};
	assert_ends(line_of(120), "   (no path)");
	assert_non_null(setlocale(LC_ALL, "C"));
	branch = (struct hot_tree_row){.name = "x", .is_dir = true};
	assert_ends(line_of(120), " + x");
	branch.is_open = true;
	assert_ends(line_of(120), " - x");
}

/* In a narrow table the indentation is shorter, and then the name. */
static void test_narrow(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	branch = (struct hot_tree_row){
		.name = "directory", .depth = 9, .is_dir = true};
	assert_ends(line_of(120), "                   + directory");
	assert_ends(line_of(60), " <            + directory");
	branch.depth = 40;
	assert_ends(line_of(60), " <            + directory");
	branch.name = "a/b/c/a-name-of-many-letters";
	assert_ends(line_of(60), " < + </a-name-of-many-le>");
	for (int width = 60; width < 200; width += 7)
		if (text_width(line_of(width)) > width)
			fail_msg("%d: %s", width, line_of(width));
}

static int end(void **state)
{
	(void)state;
	table_free(table);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_narrow),
	};

	return cmocka_run_group_tests_name("tree_text", tests, NULL, end);
}
