// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of raising and restoring ext4's knobs, in a directory that imitates
 * sysfs.
 */
#include <limits.h>

#include "base/sysfs.h"
#include "move/goal_knobs.h"
#include "scratch.h"

#define DIR_ "fs/ext4/sda1/"

static struct goal_knobs open_knobs(void)
{
	static char run[PATH_MAX];
	struct goal_knobs knobs = {
		.fs_name = "sda1", .dir = run, .sys = scratch};

	strcpy(run, scratch_path("run"));
	assert_int_equal(goal_knobs_open(&knobs), 0);
	return knobs;
}

static void expect(__u64 stream, __u64 linear)
{
	__u64 value;

	assert_int_equal(sysfs_read_u64(scratch, DIR_ "mb_stream_req", &value),
			 0);
	assert_int_equal(value, stream);
	assert_int_equal(sysfs_read_u64(scratch, DIR_ "mb_max_linear_groups",
					&value),
			 0);
	assert_int_equal(value, linear);
}

/* As long as what it is raised to: sysfs_write_u64() does not cut files. */
static void make(const char *linear)
{
	scratch_write(DIR_ "mb_stream_req", "1000000016\n");
	scratch_write(DIR_ "mb_max_linear_groups", linear);
}

static void test_raise(void **state)
{
	struct goal_knobs knobs;

	(void)state;
	make("0\n");
	knobs = open_knobs();
	expect(1000000016, 0);
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	expect(UINT_MAX, 4);
	assert_int_equal(goal_knobs_restore(&knobs), 0);
	expect(1000000016, 0);
	goal_knobs_close(&knobs);
}

static void test_scan(void **state)
{
	struct goal_knobs knobs;
	__u64 value;

	(void)state;
	make("0\n");
	scratch_write(DIR_ "mb_min_to_scan", "1000010\n");
	knobs = open_knobs();
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	assert_int_equal(sysfs_read_u64(scratch, DIR_ "mb_min_to_scan", &value),
			 0);
	assert_int_equal(value, 1 << 20);
	assert_int_equal(goal_knobs_restore(&knobs), 0);
	assert_int_equal(sysfs_read_u64(scratch, DIR_ "mb_min_to_scan", &value),
			 0);
	assert_int_equal(value, 1000010);
	goal_knobs_close(&knobs);
}

/* What is high enough stays. */
static void test_high(void **state)
{
	struct goal_knobs knobs;

	(void)state;
	make("9\n");
	knobs = open_knobs();
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	expect(UINT_MAX, 9);
	assert_int_equal(goal_knobs_restore(&knobs), 0);
	expect(1000000016, 9);
	goal_knobs_close(&knobs);
}

static void test_old_kernel(void **state)
{
	struct goal_knobs knobs;
	__u64 value;

	(void)state;
	scratch_write(DIR_ "mb_stream_req", "1000000016\n");
	knobs = open_knobs();
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	assert_int_equal(goal_knobs_restore(&knobs), 0);
	assert_int_equal(sysfs_read_u64(scratch, DIR_ "mb_stream_req", &value),
			 0);
	assert_int_equal(value, 1000000016);
	goal_knobs_close(&knobs);
}

/* A program was killed while they were raised. */
static void test_killed(void **state)
{
	struct goal_knobs knobs;

	(void)state;
	make("0\n");
	knobs = open_knobs();
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	goal_knobs_close(&knobs);
	expect(UINT_MAX, 4);
	knobs = open_knobs();
	expect(1000000016, 0);
	goal_knobs_close(&knobs);
}

/* And then somebody changed one. */
static void test_changed(void **state)
{
	struct goal_knobs knobs;

	(void)state;
	make("0\n");
	knobs = open_knobs();
	assert_int_equal(goal_knobs_raise(&knobs), 0);
	goal_knobs_close(&knobs);
	scratch_write(DIR_ "mb_stream_req", "1000000064\n");
	knobs = open_knobs();
	expect(1000000064, 0);
	/* the note is gone, too */
	scratch_write(DIR_ "mb_max_linear_groups", "4\n");
	goal_knobs_close(&knobs);
	knobs = open_knobs();
	expect(1000000064, 4);
	goal_knobs_close(&knobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_raise),      scratch_test(test_high),
		scratch_test(test_old_kernel), scratch_test(test_killed),
		scratch_test(test_changed),    scratch_test(test_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
