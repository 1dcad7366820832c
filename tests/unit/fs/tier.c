// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the tiers of devices, in a directory tree that imitates sysfs, with
 * the device-mapper tables below.
 */
#include <errno.h>

#include "fs/tier.h"
#include "scratch.h"

#define SECTOR	  512ULL
#define DEV(m, n) ((m) << KDEV_MINOR_BITS | (n))
/* No device of this machine has these majors, so the names are the numbers. */
#define DISK  4000U
#define DM    4001U
#define OTHER 4002U

struct target {
	__u64 start, len; /* sectors */
	const char *type, *params;
};

/* The tables of device-mapper, by minor number. */
static const struct target tables[][3] = {
	[0] = {{0, 100, "linear", "4000:0 0"}, {100, 60, "linear", "4000:1 8"}},
	/* a disk, and then the table above */
	[1] = {{0, 20, "linear", "4000:2 0"}, {20, 90, "linear", "4001:0 50"}},
	[2] = {{0, 40, "striped", "2 8 4000:0 0 4000:1 0"},
	       {40, 60, "linear", "4000:0 0"}},
	[3] = {{0, 40, "linear", "4001:2 30"}},
	/* a loop: each is on the other */
	[4] = {{0, 40, "linear", "4001:5 0"}},
	[5] = {{0, 40, "linear", "4001:4 0"}},
	[6] = {{0, 40, "linear", "nonsense"}},
	/* partitions: two of one disk, and one of a device of device-mapper */
	[7] = {{0, 40, "linear", "4002:1 0"},
	       {40, 40, "linear", "4002:2 0"},
	       {80, 40, "linear", "4000:1 0"}},
	[8] = {{0, 30, "linear", "4002:3 80"}},
	/* the first disk occurs twice */
	[9] = {{0, 10, "linear", "4000:2 0"},
	       {10, 10, "linear", "4000:0 0"},
	       {20, 10, "linear", "4000:2 10"}},
	[10] = {{0, 10, "linear", "4000:3 0"}, {10, 10, "linear", "4000:1 0"}},
	[11] = {{0, 10, "linear", "4000:1 50"}, {10, 10, "linear", "4000:1 0"}},
};

static int n_read;

static int read_table(__u32 dev, struct tier_map *map)
{
	const struct target *targets;
	int err = 0;

	n_read++;
	assert_int_equal(kdev_major(dev), DM);
	if (kdev_minor(dev) >= ARRAY_SIZE(tables))
		return -ENXIO;
	targets = tables[kdev_minor(dev)];
	for (size_t i = 0; !err && i < 3 && targets[i].type; i++)
		err = tier_map_add_target(map, dev, targets[i].start,
					  targets[i].len, targets[i].type,
					  targets[i].params);
	return err;
}

static const struct tier_source source = {scratch, DM, read_table};

static void make(const char *dev, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "dev/block/%s/%s", dev, file);
	scratch_write(path, text);
}

/* Disks 0 and 1 rotate, disk 2 does not, and disk 3 does not say. */
static void make_sysfs(void)
{
	static const char *const partitions[][4] = {
		/* name, number, start, disk */
		{"4002:1", "1", "2048", "4000:0"},
		{"4002:2", "2", "4096", "4000:0"},
		{"4002:3", "3", "40", "4001:0"},
	};
	char dev[32];

	make("4000:0", "queue/rotational", "1\n");
	make("4000:1", "queue/rotational", "1\n");
	make("4000:2", "queue/rotational", "0\n");
	make("4000:0", "size", "4096\n");
	make("4000:2", "size", "77\n");
	make("4000:3", "size", "36028797018963968\n");
	for (unsigned int minor = 0; minor < 15; minor++) {
		snprintf(dev, sizeof(dev), "%u:%u", DM, minor);
		make(dev, "size", "160\n");
		make(dev, "queue/rotational", "0\n");
	}
	/* the filesystem is larger than the table */
	make("4001:9", "size", "1000000\n");
	for (size_t i = 0; i < ARRAY_SIZE(partitions); i++) {
		char path[128], link[128];

		/* in the directory of its disk, as in sysfs */
		snprintf(path, sizeof(path), "disk%zu/dev", i);
		scratch_write(path, partitions[i][3]);
		snprintf(path, sizeof(path), "disk%zu/part/partition", i);
		scratch_write(path, partitions[i][1]);
		snprintf(path, sizeof(path), "disk%zu/part/start", i);
		scratch_write(path, partitions[i][2]);
		snprintf(path, sizeof(path), "disk%zu/part/size", i);
		scratch_write(path, "120\n");
		snprintf(path, sizeof(path), "dev/block/%s", partitions[i][0]);
		snprintf(link, sizeof(link), "../../disk%zu/part", i);
		assert_int_equal(symlink(link, scratch_path(path)), 0);
	}
}

struct tier_case {
	const char *name;
	__u32 dev;
	int err;
	struct {
		__u32 dev;
		enum tier_class class;
		__u64 len; /* sectors */
	} tiers[3];
	struct {
		__u64 start, len; /* sectors */
		unsigned int tier;
	} extents[4];
};

static const struct tier_case cases[] = {
	{"a disk",
	 DEV(DISK, 2),
	 0,
	 {{DEV(DISK, 2), TIER_FAST, 77}},
	 {{0, 77, 0}}},
	{"a partition is on its disk",
	 DEV(OTHER, 2),
	 0,
	 {{DEV(DISK, 0), TIER_SLOW, 120}},
	 {{0, 120, 0}}},
	{"linear: two alike, in order",
	 DEV(DM, 0),
	 0,
	 {{DEV(DISK, 0), TIER_SLOW, 100}, {DEV(DISK, 1), TIER_SLOW, 60}},
	 {{0, 100, 0}, {100, 60, 1}}},
	{"linear on linear",
	 DEV(DM, 1),
	 0,
	 {{DEV(DISK, 2), TIER_FAST, 20},
	  {DEV(DISK, 0), TIER_SLOW, 50},
	  {DEV(DISK, 1), TIER_SLOW, 40}},
	 {{0, 20, 0}, {20, 50, 1}, {70, 40, 2}}},
	{"striped ends the way, linear beside it does not",
	 DEV(DM, 2),
	 0,
	 {{DEV(DM, 2), TIER_FAST, 40}, {DEV(DISK, 0), TIER_SLOW, 60}},
	 {{0, 40, 0}, {40, 60, 1}}},
	{"a part of that, one above",
	 DEV(DM, 3),
	 0,
	 {{DEV(DM, 2), TIER_FAST, 10}, {DEV(DISK, 0), TIER_SLOW, 30}},
	 {{0, 10, 0}, {10, 30, 1}}},
	{"in a circle", DEV(DM, 4), -ELOOP, {{0}}, {{0}}},
	{"a table without sense", DEV(DM, 6), -EINVAL, {{0}}, {{0}}},
	{"no such device", DEV(DM, 14), -ENXIO, {{0}}, {{0}}},
	{"not in sysfs", DEV(DISK, 9), -ENOENT, {{0}}, {{0}}},
	{"too large", DEV(DISK, 3), -EINVAL, {{0}}, {{0}}},
	{"two partitions of a disk are one tier",
	 DEV(DM, 7),
	 0,
	 {{DEV(DISK, 0), TIER_SLOW, 80}, {DEV(DISK, 1), TIER_SLOW, 40}},
	 {{0, 80, 0}, {80, 40, 1}}},
	{"a partition of a device of device-mapper: 40 + 80 on",
	 DEV(DM, 8),
	 0,
	 {{DEV(DISK, 1), TIER_SLOW, 30}},
	 {{0, 30, 0}}},
	{"the fast one first, and again; a table that is too short",
	 DEV(DM, 9),
	 0,
	 {{DEV(DISK, 2), TIER_FAST, 20}, {DEV(DISK, 0), TIER_SLOW, 10}},
	 {{0, 10, 0}, {10, 10, 1}, {20, 10, 0}}},
	{"of which nothing is known comes last",
	 DEV(DM, 10),
	 0,
	 {{DEV(DISK, 1), TIER_SLOW, 10}, {DEV(DISK, 3), TIER_UNKNOWN, 10}},
	 {{0, 10, 1}, {10, 10, 0}}},
	{"two places of a disk, side by side: one extent",
	 DEV(DM, 11),
	 0,
	 {{DEV(DISK, 1), TIER_SLOW, 20}},
	 {{0, 20, 0}}},
};

static void expect_tiers(const struct tiers *tiers,
			 const struct tier_case *want)
{
	unsigned int n = 0;

	for (; n < 3 && want->tiers[n].len; n++) {
		const struct tier *tier = &tiers->tiers[n];
		char name[32];

		assert_int_equal(tier->dev, want->tiers[n].dev);
		assert_int_equal(tier->class, want->tiers[n].class);
		assert_int_equal(tier->bytes, want->tiers[n].len * SECTOR);
		snprintf(name, sizeof(name), "%u:%u", kdev_major(tier->dev),
			 kdev_minor(tier->dev));
		assert_string_equal(tier->name, name);
	}
	assert_int_equal(tiers->n, n);
	for (n = 0; n < 4 && want->extents[n].len; n++) {
		const struct tier_extent *extent = &tiers->extents[n];

		assert_int_equal(extent->start,
				 want->extents[n].start * SECTOR);
		assert_int_equal(extent->bytes, want->extents[n].len * SECTOR);
		assert_int_equal(extent->tier, want->extents[n].tier);
	}
	assert_int_equal(tiers->n_extents, n);
}

static void test_devices(void **state)
{
	(void)state;
	make_sysfs();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tiers tiers;

		print_message("%s\n", cases[i].name);
		assert_int_equal(tiers_read(&source, cases[i].dev, &tiers),
				 cases[i].err);
		expect_tiers(&tiers, &cases[i]);
		tiers_free(&tiers);
	}
}

/* tiers_read() reads no table if there is no device-mapper, and none for
 * another driver's device. */
static void test_not_asked(void **state)
{
	const struct tier_source without = {scratch, 0, read_table};
	struct tiers tiers;

	(void)state;
	make_sysfs();
	n_read = 0;
	assert_int_equal(tiers_read(&source, DEV(DISK, 0), &tiers), 0);
	tiers_free(&tiers);
	assert_int_equal(tiers_read(&source, DEV(OTHER, 1), &tiers), 0);
	tiers_free(&tiers);
	make("0:0", "size", "8\n");
	assert_int_equal(tiers_read(&without, DEV(0U, 0), &tiers), 0);
	tiers_free(&tiers);
	assert_int_equal(tiers_read(&without, DEV(DM, 0), &tiers), 0);
	assert_int_equal(tiers.n, 1);
	assert_int_equal(tiers.tiers[0].dev, DEV(DM, 0));
	tiers_free(&tiers);
	assert_int_equal(n_read, 0);
}

static unsigned int n_disks;

static int read_many(__u32 dev, struct tier_map *map)
{
	char params[32];
	int err = 0;

	for (unsigned int i = 0; !err && i < n_disks; i++) {
		snprintf(params, sizeof(params), "4000:%u 0", 100 + i);
		err = tier_map_add_target(map, dev, i, 1, "linear", params);
	}
	return err;
}

static void test_many(void **state)
{
	const struct tier_source many = {scratch, DM, read_many};
	struct tiers tiers;

	(void)state;
	make_sysfs();
	n_disks = TIER_MAX;
	assert_int_equal(tiers_read(&many, DEV(DM, 0), &tiers), 0);
	assert_int_equal(tiers.n, TIER_MAX);
	assert_int_equal(tiers_in(&tiers, 0, ~0ULL), (1ULL << TIER_MAX) - 1);
	tiers_free(&tiers);
	n_disks = TIER_MAX + 1;
	assert_int_equal(tiers_read(&many, DEV(DM, 0), &tiers), -E2BIG);
	assert_int_equal(tiers.n, 0);
	assert_int_equal(tiers_in(&tiers, 0, ~0ULL), 0);
}

static void test_in(void **state)
{
	static struct tier_extent extents[] = {
		{0, 100, 1},
		{100, 50, 0},
		/* a gap */
		{200, 10, 2},
	};
	static const struct tiers tiers = {
		.n = 3, .extents = extents, .n_extents = ARRAY_SIZE(extents)};
	static const struct {
		__u64 start, end, in;
	} ranges[] = {
		{0, 1, 2},     {0, 100, 2},	{0, 101, 3},   {99, 100, 2},
		{99, 101, 3},  {100, 150, 1},	{120, 200, 1}, {149, 201, 5},
		{0, 1000, 7},  {150, 200, 0},	{170, 180, 0}, {209, 210, 4},
		{210, 211, 0}, {1000, 2000, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		print_message("%llu to %llu\n", ranges[i].start, ranges[i].end);
		assert_int_equal(tiers_in(&tiers, ranges[i].start,
					  ranges[i].end),
				 ranges[i].in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_devices),
		scratch_test(test_not_asked),
		scratch_test(test_many),
		cmocka_unit_test(test_in),
	};

	return cmocka_run_group_tests_name("tier", tests, NULL, NULL);
}
