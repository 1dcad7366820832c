// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the tree of directories. A tree is compared as text: for each row
 * its depth in blanks, v or > for a directory that is open or closed, its name,
 * the sum of its reads and the number of its files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heat/actors.h"
#include "heat/dir_tree.h"
#include "paths/path.h"
#include "suite.h"

#define MAX_FILES 16

static struct path_result places[MAX_FILES];
static struct hot_row rows[MAX_FILES];
static struct hot_rows files;
static struct hot_dir_tree *tree;
static struct hot_sort sort;
static char text[4096];
static struct hot_rows made;

static int setup(void **state)
{
	(void)state;
	files = (struct hot_rows){.rows = rows};
	sort = (struct hot_sort){.key = HOT_BY_READS};
	tree = hot_dir_tree_new();
	return !tree;
}

static int teardown(void **state)
{
	(void)state;
	hot_dir_tree_free(tree);
	return 0;
}

static struct hot_row *add(const char *path, __u64 reads)
{
	__u32 i = files.n_rows++;

	places[i] = (struct path_result){
		.path = path,
		.state = path ? PATH_KNOWN : PATH_UNKNOWN,
	};
	rows[i] = (struct hot_row){
		.ino = 100 + i,
		.reads = reads,
		.temperature = reads,
		.n_ranges = 1,
		.file = &places[i],
	};
	return &rows[i];
}

static const char *make(__u32 max_rows)
{
	size_t len = 0;

	assert_int_equal(hot_dir_tree_make(tree, &files, sort, max_rows, &made),
			 0);
	text[0] = '\0';
	for (__u32 i = 0; i < made.n_rows; i++) {
		const struct hot_row *row = &made.rows[i];

		len += snprintf(text + len, sizeof(text) - len,
				"%*s%s%s %llu %u\n", (int)row->tree->depth, "",
				!row->tree->is_dir   ? ""
				: row->tree->is_open ? "v "
						     : "> ",
				*row->tree->name ? row->tree->name : "-",
				row->reads, row->n_files);
	}
	return text;
}

/* The example of heat/dir_tree.h. */
static void add_example(void)
{
	add("/srv/mail/1", 3);
	add("/srv/mail/new/2", 4);
	add("/srv/a.db", 4);
	add("/srv/www/htdocs/index", 1);
	add("/var/log/syslog", 3);
}

static void test_closed(void **state)
{
	(void)state;
	add_example();
	assert_string_equal(make(0), "> /srv 12 4\n"
				     "> /var/log 3 1\n");
	assert_string_equal(made.rows[1].file->path, "/var/log");
	assert_int_equal(made.n_total, 2);
}

static void test_open(void **state)
{
	(void)state;
	add_example();
	hot_dir_tree_open(tree, "/srv");
	assert_string_equal(make(0), "v /srv 12 4\n"
				     " > mail 7 2\n"
				     " a.db 4 1\n"
				     " > www/htdocs 1 1\n"
				     "> /var/log 3 1\n");
	assert_string_equal(made.rows[1].file->path, "/srv/mail");
	assert_int_equal(made.rows[2].ino, 102);
	assert_int_equal(made.rows[1].ino, 0);
	hot_dir_tree_open(tree, "/srv/mail");
	assert_string_equal(make(0), "v /srv 12 4\n"
				     " v mail 7 2\n"
				     "  > new 4 1\n"
				     "  1 3 1\n"
				     " a.db 4 1\n"
				     " > www/htdocs 1 1\n"
				     "> /var/log 3 1\n");
}

/* A parent is the sum of its children, each file once. */
static void test_sums(void **state)
{
	__u64 sum = 0;

	(void)state;
	add_example();
	for (int i = 0; i < 3; i++) {
		static const char *const open[] = {"/srv", "/srv/mail",
						   "/var/log"};

		hot_dir_tree_open(tree, open[i]);
	}
	make(0);
	for (__u32 i = 0; i < made.n_rows; i++) {
		const struct hot_row *row = &made.rows[i];
		__u64 below = 0;

		if (!row->tree->is_dir)
			sum += row->reads;
		for (__u32 k = i + 1;
		     k < made.n_rows &&
		     made.rows[k].tree->depth > row->tree->depth;
		     k++)
			if (made.rows[k].tree->depth == row->tree->depth + 1)
				below += made.rows[k].reads;
		if (row->tree->is_open)
			assert_int_equal(row->reads, below);
	}
	assert_int_equal(sum, 15 - 1 - 4); /* www and new are closed */
}

static void test_order(void **state)
{
	(void)state;
	add_example();
	hot_dir_tree_open(tree, "/srv");
	sort.ascending = true;
	assert_string_equal(make(0), "> /var/log 3 1\n"
				     "v /srv 12 4\n"
				     " > www/htdocs 1 1\n"
				     " a.db 4 1\n"
				     " > mail 7 2\n");
}

static void test_close(void **state)
{
	(void)state;
	add_example();
	hot_dir_tree_open(tree, "/srv");
	hot_dir_tree_open(tree, "/srv/mail");
	hot_dir_tree_open(tree, "/srv/mailman"); /* no part of the same name */
	hot_dir_tree_close(tree, "/srv/mail");
	assert_string_equal(make(0), "v /srv 12 4\n"
				     " > mail 7 2\n"
				     " a.db 4 1\n"
				     " > www/htdocs 1 1\n"
				     "> /var/log 3 1\n");
	/* closes what is below, too */
	hot_dir_tree_open(tree, "/srv/mail");
	hot_dir_tree_close(tree, "/srv");
	hot_dir_tree_open(tree, "/srv");
	assert_null(strstr(make(0), "v mail"));
}

/* What was one row with the directory below it, and open, stays open. */
static void test_more_in_a_chain(void **state)
{
	(void)state;
	add("/a/b/c/1", 1);
	hot_dir_tree_open(tree, "/a/b/c");
	assert_string_equal(make(0), "v /a/b/c 1 1\n"
				     " 1 1 1\n");
	add("/a/x", 5);
	assert_string_equal(make(0), "v /a 6 2\n"
				     " x 5 1\n"
				     " v b/c 1 1\n"
				     "  1 1 1\n");
}

static void test_same_path(void **state)
{
	(void)state;
	add("/db/journal", 1);
	add("/db/journal", 2);
	add("/db/journal/was a directory", 4);
	hot_dir_tree_open(tree, "/db");
	assert_string_equal(make(0), "v /db 7 3\n"
				     " > journal 4 1\n"
				     " journal 3 2\n");
	assert_int_equal(made.rows[2].ino, 100);
}

static void test_top_and_none(void **state)
{
	(void)state;
	add("/top", 1);
	add(NULL, 3);
	add(NULL, 2);
	assert_string_equal(make(0), "- 5 2\n"
				     "/top 1 1\n");
	assert_null(made.rows[0].file->path);
	assert_int_equal(made.rows[0].ino, 0);
	assert_string_equal(make(1), "- 5 2\n");
	assert_int_equal(made.n_total, 2);
	files.n_rows = 0;
	assert_string_equal(make(0), "");
}

static void test_who(void **state)
{
	static struct hot_actor one, two;
	struct hot_row *file;

	(void)state;
	two.counts.key.pid = 2;
	file = add("/srv/1", 1);
	file->who[0] = (struct hot_row_who){&one, 5};
	file->n_who = 1;
	file = add("/srv/2", 1);
	file->who[0] = (struct hot_row_who){&two, 4};
	file->who[1] = (struct hot_row_who){&one, 3};
	file->n_who = 2;
	make(0);
	assert_int_equal(made.rows[0].n_who, 2);
	assert_ptr_equal(made.rows[0].who[0].actor, &one);
	assert_int_equal(made.rows[0].who[0].bytes, 8);
	assert_int_equal(made.rows[0].n_ranges, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sums, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_in_a_chain, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_same_path, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_top_and_none, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_who, setup, teardown),
	};

	return cmocka_run_group_tests_name("dir_tree", tests, NULL, NULL);
}
