// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the sums by path and by directory. */
#include "heat/actors.h"
#include "heat/roll_up.h"
#include "suite.h"

#define N 6

static const struct path_result places[N] = {
	{.path = "/db/journal", .state = PATH_DELETED},
	{.path = "/db/journal", .state = PATH_KNOWN},
	{.path = "/db/data", .state = PATH_KNOWN},
	{.path = "/top", .state = PATH_KNOWN},
	{.path = NULL, .state = PATH_UNKNOWN},
	{.path = NULL, .state = PATH_DELETED},
};

static struct hot_actor actors[5];

static const struct hot_actor *actor(int i)
{
	actors[i].counts.key.pid = 1 + i;
	return &actors[i];
}

static struct hot_row files[N];

static int setup(void **state)
{
	(void)state;
	for (__u32 i = 0; i < N; i++)
		files[i] = (struct hot_row){
			.ino = 100 + i,
			.range = FRSP_HOT_RANGE_FILE,
			.file = &places[i],
			.n_ranges = 1,
			.reads = 1,
			.writes = 10,
			.read_bytes = 100 << i,
			.write_bytes = 1000,
			.temperature = 1 << i,
			.who = {{actor(i % 5), 10}, {actor(0), 3}},
			.n_who = i % 5 ? 2 : 1,
		};
	return 0;
}

static struct hot_rolled_up *rolled;

static struct hot_rows roll_up(enum hot_view view, struct hot_sort sort,
			       __u32 max_rows)
{
	const struct hot_rows all = {.rows = files, .n_rows = N};
	struct hot_rows rows;

	hot_rolled_up_free(rolled);
	rolled = hot_rolled_up_new();
	assert_non_null(rolled);
	assert_int_equal(hot_roll_up(rolled, &all, view, sort, max_rows, &rows),
			 0);
	return rows;
}

static const struct hot_row *row_of(const struct hot_rows *rows,
				    const char *path)
{
	for (__u32 i = 0; i < rows->n_rows; i++)
		if (!strcmp(rows->rows[i].file->path ?: "", path))
			return &rows->rows[i];
	fail_msg("no row %s", path);
	return NULL;
}

static const struct hot_sort by_reads = {.key = HOT_BY_READ_BYTES};

static void test_path(void **state)
{
	const struct hot_rows rows = roll_up(HOT_VIEW_PATHS, by_reads, 0);
	const struct hot_row *journal = row_of(&rows, "/db/journal");

	(void)state;
	assert_int_equal(rows.n_rows, 4);
	assert_int_equal(rows.n_total, 4);
	assert_int_equal(journal->n_files, 2);
	assert_int_equal(journal->reads, 2);
	assert_int_equal(journal->writes, 20);
	assert_int_equal(journal->read_bytes, 300);
	assert_int_equal(journal->write_bytes, 2000);
	assert_int_equal(journal->n_ranges, 2);
	assert_true(journal->temperature == 3);
	assert_int_equal(journal->file->state, PATH_KNOWN);
	assert_int_equal(row_of(&rows, "")->n_files, 2);
}

static void test_directory(void **state)
{
	const struct hot_rows rows = roll_up(HOT_VIEW_DIRECTORIES, by_reads, 0);

	(void)state;
	assert_int_equal(rows.n_rows, 3);
	assert_int_equal(row_of(&rows, "/db")->n_files, 3);
	assert_int_equal(row_of(&rows, "/db")->read_bytes, 700);
	assert_int_equal(row_of(&rows, "/")->read_bytes, 800);
	assert_int_equal(row_of(&rows, "")->read_bytes, 4800);
}

static void test_order(void **state)
{
	struct hot_sort up = {.key = HOT_BY_READ_BYTES, .ascending = true};
	struct hot_rows rows = roll_up(HOT_VIEW_DIRECTORIES, by_reads, 2);

	(void)state;
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.n_total, 3);
	assert_null(rows.rows[0].file->path);
	assert_string_equal(rows.rows[1].file->path, "/");
	rows = roll_up(HOT_VIEW_DIRECTORIES, up, 1);
	assert_string_equal(rows.rows[0].file->path, "/db");
}

static void test_who(void **state)
{
	const struct hot_rows rows = roll_up(HOT_VIEW_DIRECTORIES, by_reads, 0);
	const struct hot_row *db = row_of(&rows, "/db");

	(void)state;
	/* 10 of file 0, 3 of each of the files 1 and 2 */
	assert_int_equal(db->n_who, 3);
	assert_ptr_equal(db->who[0].actor, actor(0));
	assert_int_equal(db->who[0].bytes, 16);
	assert_int_equal(db->who[1].bytes, 10);
}

static int teardown(void **state)
{
	(void)state;
	hot_rolled_up_free(rolled);
	return 0;
}

/* Each class is a row among the paths; all metadata of a filesystem is a row
 * among the directories, and no file's directory.
 */
static void test_metadata(void **state)
{
	static const struct path_result srv = {.path = "/srv"},
					db = {.path = "/db"};
	struct hot_row rows[4];
	const struct hot_rows all = {.rows = rows, .n_rows = 4};
	struct hot_rows sums;

	(void)state;
	for (__u32 i = 0; i < 3; i++)
		rows[i] = (struct hot_row){
			.is_metadata = true,
			.meta = i ? FRSP_HOT_META_INODES
				  : FRSP_HOT_META_JOURNAL,
			.file = i == 2 ? &db : &srv,
			.read_bytes = 10 << i,
		};
	rows[3] = files[2]; /* /db/data */
	hot_rolled_up_free(rolled);
	rolled = hot_rolled_up_new();
	assert_non_null(rolled);
	assert_int_equal(hot_roll_up(rolled, &all, HOT_VIEW_PATHS, by_reads, 0,
				     &sums),
			 0);
	assert_int_equal(sums.n_rows, 4);
	assert_false(sums.rows[0].is_metadata);
	assert_string_equal(sums.rows[1].file->path, "/db");
	assert_int_equal(sums.rows[1].meta, FRSP_HOT_META_INODES);
	assert_int_equal(sums.rows[1].n_files, 0);
	assert_int_equal(hot_roll_up(rolled, &all, HOT_VIEW_DIRECTORIES,
				     by_reads, 0, &sums),
			 0);
	assert_int_equal(sums.n_rows, 3);
	assert_int_equal(sums.rows[0].n_files, 1);
	assert_string_equal(sums.rows[0].file->path, "/db");
	assert_int_equal(sums.rows[1].read_bytes, 40);
	assert_int_equal(sums.rows[2].read_bytes, 30);
	assert_true(sums.rows[2].is_metadata);
	assert_int_equal(sums.rows[2].meta, FRSP_HOT_META_ANY);
	assert_string_equal(sums.rows[2].file->path, "/srv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_path, setup),
		cmocka_unit_test_setup(test_directory, setup),
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_who, setup),
		cmocka_unit_test_setup(test_metadata, setup),
	};

	return cmocka_run_group_tests_name("roll_up", tests, NULL, teardown);
}
