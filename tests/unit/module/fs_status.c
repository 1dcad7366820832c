// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading frsp.ko's files in sysfs, from a tree that imitates them,
 * and of the columns of frspctl status. */
#include <errno.h>

#include "base/sysfs.h"
#include "ctl/status_columns.h"
#include "module/fs_status.h"
#include "scratch.h"

/* The content of the files is first, first + 1 and so on. */
static void make_fs(const char *name, int first)
{
	char file[128], text[32];

	for (size_t i = 0; i < FS_STATUS_N; i++) {
		snprintf(file, sizeof(file), "%s/%s", name,
			 fs_status_numbers[i].file);
		snprintf(text, sizeof(text), "%zu\n", first + i);
		scratch_write(file, text);
	}
}

static void test_read(void **state)
{
	struct fs_status status;
	const char *file;

	(void)state;
	make_fs("sda1", 100);
	assert_int_equal(fs_status_read(scratch, "sda1", &status, &file), 0);
	assert_int_equal(status.freespace_tree, 100);
	assert_int_equal(status.goals_offered, 105);
	assert_int_equal(status.gave_up, 100 + FS_STATUS_N - 1);
	for (size_t i = 0; i < FS_STATUS_N; i++)
		assert_int_equal(fs_status_number(&status, i), 100 + i);
}

static void test_unreadable(void **state)
{
	struct fs_status status;
	const char *file;

	(void)state;
	make_fs("sda1", 0);
	scratch_write("sda1/frsp/audits", "many\n");
	assert_int_equal(fs_status_read(scratch, "sda1", &status, &file),
			 -EINVAL);
	assert_string_equal(file, "frsp/audits");
	assert_int_equal(unlink(scratch_path("sda1/frsp/audits")), 0);
	assert_int_equal(fs_status_read(scratch, "sda1", &status, &file),
			 -ENOENT);
	assert_int_equal(fs_status_read(scratch, "sdb", &status, &file),
			 -ENOENT);
}

static void test_names(void **state)
{
	char **names;
	size_t n;

	(void)state;
	make_fs("vdb", 0);
	make_fs("dm-0", 0);
	scratch_write("features/extents", "supported\n");
	scratch_write("sda/lifetime_write_kbytes", "1\n");
	assert_int_equal(fs_status_names(scratch, true, &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "dm-0");
	assert_string_equal(names[1], "vdb");
	fs_status_free_names(names, n);
	assert_int_equal(fs_status_names(scratch, false, &names, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(names[1], "sda");
	fs_status_free_names(names, n);
	assert_true(fs_status_is_attached(scratch, "vdb"));
	assert_false(fs_status_is_attached(scratch, "sda"));
	assert_int_equal(
		fs_status_names(scratch_path("none"), true, &names, &n), 0);
	assert_int_equal(n, 0);
	fs_status_free_names(names, n);
}

static void test_steering(void **state)
{
	struct fs_status status = {.freespace_tree = 1};

	(void)state;
	assert_string_equal(fs_status_steering(&status), "on");
	status.gave_up = 1;
	assert_string_equal(fs_status_steering(&status), "gave-up");
	status.freespace_tree = 0;
	assert_string_equal(fs_status_steering(&status), "off");
}

static void test_taken(void **state)
{
	struct fs_status status = {.goals_offered = 5};

	(void)state;
	assert_true(fs_status_taken_pct(&status) < 0);
	status.goals_missed = 1;
	assert_true(fs_status_taken_pct(&status) == 0);
	status.goals_taken = 3;
	assert_true(fs_status_taken_pct(&status) == 75);
}

static void assert_row(const struct status_row *row, bool exact,
		       const char *const wanted[STATUS_N_COLUMNS])
{
	char cell[STATUS_CELL_LEN];

	for (size_t i = 0; i < STATUS_N_COLUMNS; i++) {
		const char *text =
			status_cell(cell, &status_columns[i], row, exact);

		if (strcmp(text, wanted[i]) != 0)
			fail_msg("%s: %s, not %s", status_columns[i].title,
				 text, wanted[i]);
	}
}

static void test_columns(void **state)
{
	static const char *const human[] = {
		"vda",	"/srv", "on", "3", "1.5M/43.5M", "2/4", "20/30/60", "9",
		"88.9", "1",	"5",  "6", "7",		 "8",	"0/12",
	};
	static const char *const exact[] = {
		"vda", "elsewhere", "on", "3",	  "1572864/unlimited",
		"2/4", "20/30/60",  "9",  "idle", "0",
		"5",   "6",	    "7",  "8",	  "0/12",
	};
	struct status_row row = {
		.name = "vda",
		.shown = "vda",
		.mount = "/srv",
		.status =
			{
				.freespace_tree = 1,
				.frsp_cache_aggression = 3,
				.frsp_tree_usage = 3 << 19,
				.mb_frsp_max_mem = 87 << 19,
				.trees = 4,
				.trees_cached = 2,
				.groups_loaded = 20,
				.groups_known = 30,
				.groups = 60,
				.goals_offered = 9,
				.goals_taken = 8,
				.goals_missed = 1,
				.kept_goals = 5,
				.short_goals = 6,
				.stood_aside = 7,
				.busy_blocks = 8,
				.audits = 12,
			},
	};

	(void)state;
	assert_row(&row, false, human);
	row.mount = NULL;
	row.status.mb_frsp_max_mem = 0;
	row.status.goals_taken = 0;
	row.status.goals_missed = 0;
	assert_row(&row, true, exact);
}

static void test_largest_cells(void **state)
{
	struct status_row row = {.name = "vda"};
	char cell[STATUS_CELL_LEN];

	(void)state;
	memset(&row.status, 0xff, sizeof(row.status));
	for (size_t i = 0; i < STATUS_N_COLUMNS; i++)
		assert_true(strlen(status_cell(cell, &status_columns[i], &row,
					       true)) < STATUS_CELL_LEN - 1);
}

static void test_sysfs(void **state)
{
	char line[8];
	__u64 value;

	(void)state;
	scratch_write("number", "18446744073709551615\n");
	assert_int_equal(sysfs_read_u64(scratch, "number", &value), 0);
	assert_true(value == ~0ULL);
	scratch_write("number", "");
	assert_int_equal(sysfs_write_u64(scratch, "number", 1234567), 0);
	assert_int_equal(sysfs_read_u64(scratch, "number", &value), 0);
	assert_true(value == 1234567);
	scratch_write("text", "1234567\nmore\n");
	assert_int_equal(sysfs_read_line(scratch, "text", line, sizeof(line)),
			 -ENAMETOOLONG);
	scratch_write("text", "123456\nmore\n");
	assert_int_equal(sysfs_read_line(scratch, "text", line, sizeof(line)),
			 0);
	assert_string_equal(line, "123456");
	scratch_write("text", "");
	assert_int_equal(sysfs_read_line(scratch, "text", line, sizeof(line)),
			 0);
	assert_string_equal(line, "");
	assert_int_equal(sysfs_read_u64(scratch, "text", &value), -EINVAL);
	assert_int_equal(sysfs_write_u64(scratch, "none", 7), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_read),
		scratch_test(test_unreadable),
		scratch_test(test_names),
		cmocka_unit_test(test_steering),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_largest_cells),
		scratch_test(test_sysfs),
	};

	return cmocka_run_group_tests_name("fs_status", tests, NULL, NULL);
}
