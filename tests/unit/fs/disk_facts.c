// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what sysfs says about block devices, on a sysfs of our own. */
#include <errno.h>

#include "fs/disk_facts.h"
#include "fs/mount.h"
#include "scratch.h"

#define DEV(major, minor) ((__u32)(major) << KDEV_MINOR_BITS | (minor))

static void test_disk(void **state)
{
	struct disk_facts facts;

	(void)state;
	scratch_write("dev/block/8:0/size", "2048\n");
	scratch_write("dev/block/8:0/queue/iostats", "1\n");
	assert_int_equal(disk_facts_read(scratch, DEV(8, 0), &facts), 0);
	assert_int_equal(facts.disk, DEV(8, 0));
	assert_false(facts.is_empty);
	assert_false(facts.uncounted);
	assert_int_equal(facts.n_below, 0);
	assert_string_equal(facts.backing, "");
	scratch_write("dev/block/8:0/queue/iostats", "0\n");
	scratch_write("dev/block/8:0/size", "0\n");
	assert_int_equal(disk_facts_read(scratch, DEV(8, 0), &facts), 0);
	assert_true(facts.is_empty);
	assert_true(facts.uncounted);
	assert_int_equal(disk_facts_read(scratch, DEV(8, 1), &facts), -ENOENT);
}

/* In sysfs the directory of a partition is in that of its disk. */
static void test_partition(void **state)
{
	struct disk_facts facts;
	char path[PATH_MAX];

	(void)state;
	scratch_write("devices/nvme0n1/dev", "259:0\n");
	scratch_write("devices/nvme0n1/nvme0n1p2/partition", "2\n");
	scratch_write("devices/nvme0n1/nvme0n1p2/size", "64\n");
	scratch_write("dev/block/none", "");
	strcpy(path, scratch_path("devices/nvme0n1/nvme0n1p2"));
	assert_int_equal(symlink(path, scratch_path("dev/block/259:2")), 0);
	assert_int_equal(disk_facts_read(scratch, DEV(259, 2), &facts), 0);
	assert_int_equal(facts.disk, DEV(259, 0));
	assert_false(facts.is_empty);
	assert_false(facts.uncounted);
	scratch_write("devices/nvme0n1/queue/iostats", "0\n");
	assert_int_equal(disk_facts_read(scratch, DEV(259, 2), &facts), 0);
	assert_true(facts.uncounted);
	scratch_write("devices/nvme0n1/dev", "none\n");
	assert_int_equal(disk_facts_read(scratch, DEV(259, 2), &facts),
			 -EINVAL);
}

static void test_below(void **state)
{
	struct disk_facts facts;
	__u32 sum = 0;

	(void)state;
	scratch_write("dev/block/253:0/size", "64\n");
	scratch_write("dev/block/253:0/slaves/sda2/dev", "8:2\n");
	scratch_write("dev/block/253:0/slaves/sdb/dev", "8:16\n");
	assert_int_equal(disk_facts_read(scratch, DEV(253, 0), &facts), 0);
	assert_int_equal(facts.n_below, 2);
	for (unsigned int i = 0; i < facts.n_below; i++)
		sum += facts.below[i];
	assert_int_equal(sum, DEV(8, 2) + DEV(8, 16));
}

static void test_many_below(void **state)
{
	struct disk_facts facts;
	char file[64], dev[32];

	(void)state;
	scratch_write("dev/block/9:0/size", "64\n");
	for (int i = 0; i < DISK_MAX_BELOW + 3; i++) {
		snprintf(file, sizeof(file), "dev/block/9:0/slaves/sd%d/dev",
			 i);
		snprintf(dev, sizeof(dev), "8:%d\n", i);
		scratch_write(file, dev);
	}
	assert_int_equal(disk_facts_read(scratch, DEV(9, 0), &facts), 0);
	assert_int_equal(facts.n_below, DISK_MAX_BELOW);
}

static void test_loop(void **state)
{
	struct disk_facts facts;

	(void)state;
	scratch_write("dev/block/7:0/size", "64\n");
	scratch_write("dev/block/7:0/loop/backing_file", "/srv/an image\n");
	assert_int_equal(disk_facts_read(scratch, DEV(7, 0), &facts), 0);
	assert_string_equal(facts.backing, "/srv/an image");
	assert_int_equal(facts.n_below, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_disk),  scratch_test(test_partition),
		scratch_test(test_below), scratch_test(test_many_below),
		scratch_test(test_loop),
	};

	return cmocka_run_group_tests_name("disk_facts", tests, NULL, NULL);
}
