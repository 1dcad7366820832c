// SPDX-License-Identifier: GPL-2.0-or-later
/* What the map says about a range of groups, and what it reads of an image. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>

#include "base/little_endian.h"
#include "fs/ext4_super.h"
#include "map/fs.h"
#include "scratch.h"

#define UNKNOWN FS_MAP_UNKNOWN

/* Each group has 100 clusters, the last one 40. */
static struct fs_map_group groups[] = {
	{100, 100},	    {50, 50},	   {50, 10}, {0, 0},
	{UNKNOWN, UNKNOWN}, {20, UNKNOWN}, {20, 30}, {40, 20},
};

static const struct fs_map map = {
	.n_groups = ARRAY_SIZE(groups),
	.groups_per_flex = 2,
	.group_clusters = 100,
	.last_clusters = 40,
	.cluster_bytes = 4096,
	.first_byte = 1024,
	.groups = groups,
};

struct range_case {
	__u32 first, end;
	double value; /* negative: not known */
};

static void check(const struct range_case *cases, size_t n,
		  double (*value)(const struct fs_map *map, __u32 first,
				  __u32 end))
{
	for (size_t i = 0; i < n; i++) {
		double got = value(&map, cases[i].first, cases[i].end);

		print_message("groups %u to %u\n", cases[i].first,
			      cases[i].end);
		if (cases[i].value < 0)
			assert_true(got < 0);
		else
			assert_true(fabs(got - cases[i].value) < 1e-9);
	}
}

/* With 1-KiB blocks the first group begins at block 1, so the block that ends a
 * group is a multiple of the group's size.
 */
static void test_group_at(void **state)
{
	static const struct {
		__u64 byte, group;
	} cases[] = {
		{0, 0},
		{1023, 0},
		{1024, 0},
		{409600, 0},
		{1024 + 409599, 0},
		{1024 + 409600, 1},
		{7 * 409600 + 10, 6},
		{7 * 409600 + 1024, 7},
		{8 * 409600, 7},
		{8 * 409600 + 1024, 8},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(fs_map_group_at(&map, cases[i].byte),
				 cases[i].group);
}

static void test_fullness(void **state)
{
	static const struct range_case cases[] = {
		{0, 1, 0},
		{1, 2, 0.5},
		{3, 4, 1},
		{0, 4, 0.5},
		/* unknown groups are left out; with no others it is unknown */
		{4, 5, -1},
		{3, 5, 1},
		/* the last group is smaller: 40 of 40 are free */
		{7, 8, 0},
		{6, 8, 1 - 60.0 / 140},
		/* groups beyond the end are left out */
		{7, 100, 0},
		{8, 10, -1},
		{2, 2, -1},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), fs_map_fullness);
}

static void test_fragmentation(void **state)
{
	static const struct range_case cases[] = {
		{0, 1, 0},
		{2, 3, 0.8},
		/* weighted by free clusters: 40 of 200 */
		{0, 3, 0.2},
		/* without free clusters there is no fragmentation */
		{3, 4, -1},
		{4, 5, -1},
		/* unknown, and with numbers read at different times */
		{5, 6, -1},
		{6, 7, -1},
		{5, 8, 0.5},
		{7, 100, 0.5},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), fs_map_fragmentation);
}

static void test_span(void **state)
{
	static const struct {
		__u32 first, end;
		__u64 clusters, clusters_end;
	} cases[] = {
		{0, 1, 0, 100},
		{0, 2, 0, 200},
		{3, 7, 300, 700},
		/* the last one is smaller */
		{7, 8, 700, 740},
		{0, 100, 0, 740},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		__u64 start, stop;

		fs_map_span(&map, cases[i].first, cases[i].end, &start, &stop);
		assert_int_equal(start, 1024 + 4096 * cases[i].clusters);
		assert_int_equal(stop, 1024 + 4096 * cases[i].clusters_end);
	}
}

/* 4 G groups of 128 MiB are no more than 2^59 bytes. */
static void test_span_large(void **state)
{
	static const struct fs_map large = {
		.n_groups = ~0U,
		.group_clusters = 32768,
		.last_clusters = 1,
		.cluster_bytes = 4096,
	};
	__u64 start, stop;

	(void)state;
	fs_map_span(&large, ~0U - 1, ~0U, &start, &stop);
	assert_int_equal(start, (__u64)(~0U - 1) << 27);
	assert_int_equal(stop, start + 4096);
}

#define BLOCK	 4096
#define N_GROUPS 100 /* 64 in the first block of descriptors */

static void write_at(int fd, const void *bytes, size_t n, off_t at)
{
	assert_int_equal(pwrite(fd, bytes, n, at), n);
}

/* The 64-byte descriptor of a group, in block 1 or 2. */
static void write_free(int fd, __u32 group, __u32 free)
{
	__u8 desc[64] = {0};

	desc[0x0c] = free;
	desc[0x0d] = free >> 8;
	desc[0x2c] = free >> 16;
	write_at(fd, desc, sizeof(desc), BLOCK + group * sizeof(desc));
}

static int make_image(void)
{
	int fd = open(scratch_path("image"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	__u8 raw[EXT4_SUPER_BYTES] = {0};

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 3 * BLOCK), 0);
	le32_put(raw + 0x04, (N_GROUPS - 1) * 32768 + 1000);
	le32_put(raw + 0x18, 2); /* blocks of 4 KiB */
	le32_put(raw + 0x20, 32768);
	le32_put(raw + 0x38, 0xef53);
	le32_put(raw + 0x60, 0x280);	 /* 64bit, flex_bg */
	le32_put(raw + 0xfc, 64U << 16); /* bytes of a descriptor */
	le32_put(raw + 0x174, 4);	 /* 16 groups are a flexible group */
	write_at(fd, raw, sizeof(raw), EXT4_SUPER_OFFSET);
	for (__u32 group = 0; group < N_GROUPS; group++)
		write_free(fd, group, 1000 + group);
	write_free(fd, 70, 0x12345);
	return fd;
}

static void test_read(void **state)
{
	int fd = make_image();
	struct fs_map *map;

	(void)state;
	assert_int_equal(fs_map_open(scratch_path("image"), &map), 0);
	assert_int_equal(map->n_groups, N_GROUPS);
	assert_int_equal(map->groups_per_flex, 16);
	assert_int_equal(map->group_clusters, 32768);
	assert_int_equal(map->last_clusters, 1000);
	assert_int_equal(map->cluster_bytes, BLOCK);
	assert_int_equal(map->first_byte, 0);
	/* whole blocks of descriptors, and the first comes after the last */
	assert_int_equal(fs_map_refresh(map, 10, -1), 0);
	assert_int_equal(map->groups[63].free, 1063);
	assert_int_equal(map->groups[64].free, FS_MAP_UNKNOWN);
	write_free(fd, 3, 5);
	assert_int_equal(fs_map_refresh(map, 10, -1), 0);
	assert_int_equal(map->groups[3].free, 1003);
	assert_int_equal(map->groups[64].free, 1064);
	assert_int_equal(map->groups[70].free, 0x12345);
	assert_int_equal(map->groups[99].free, 1099);
	assert_int_equal(fs_map_refresh(map, 10, -1), 0);
	assert_int_equal(map->groups[3].free, 5);
	assert_int_equal(map->groups[3].longest, FS_MAP_UNKNOWN);
	fs_map_close(map);
	close(fd);
}

/* Sets clusters [from, to) of the bitmap in a block of the image. */
static void write_bits(int fd, __u32 block, __u32 from, __u32 to)
{
	static __u8 bits[BLOCK];

	memset(bits, 0, sizeof(bits));
	for (__u32 i = from; i < to; i++)
		bits[i / 8] |= 1U << i % 8;
	write_at(fd, bits, sizeof(bits), (off_t)block * BLOCK);
}

/* The same, of a group, with its flag that there is no bitmap. */
static void write_bitmap(int fd, __u32 group, __u32 block, bool has_none)
{
	const __u8 low[] = {block, 0, 0, 0}, flags[] = {has_none ? 2 : 0, 0};
	const off_t desc = BLOCK + group * 64;

	write_at(fd, low, sizeof(low), desc);
	write_at(fd, flags, sizeof(flags), desc + 0x12);
}

static double part(const struct fs_map *map, __u32 group, __u32 from, __u32 to)
{
	const struct fs_map_part one = {group, from, to};

	return fs_map_part_fullness(map, &one);
}

static void test_look(void **state)
{
	int fd = make_image();
	struct fs_map *map;
	__u64 start, stop;

	(void)state;
	assert_int_equal(ftruncate(fd, 6 * BLOCK), 0);
	write_bits(fd, 4, 100, 300);
	write_bits(fd, 5, 0, 32768);
	write_bitmap(fd, 62, 4, false);
	write_bitmap(fd, 63, 5, false);
	write_bitmap(fd, 64, 4, false);
	write_bitmap(fd, 65, 4, true);
	write_free(fd, 65, 32768 - 70);
	write_bitmap(fd, 65, 4, true);
	write_bitmap(fd, 99, 5, false);
	assert_int_equal(fs_map_open(scratch_path("image"), &map), 0);
	assert_true(part(map, 62, 0, 10) < 0);
	assert_int_equal(fs_map_look(map, 62, 66), 0);
	assert_true(part(map, 61, 0, 10) < 0);
	assert_true(part(map, 66, 0, 10) < 0);
	assert_true(fabs(part(map, 62, 0, 100)) < 1e-9);
	assert_true(fabs(part(map, 62, 100, 300) - 1) < 1e-9);
	assert_true(fabs(part(map, 62, 99, 103) - 0.75) < 1e-9);
	assert_true(fabs(part(map, 62, 299, 301) - 0.5) < 1e-9);
	assert_true(fabs(part(map, 62, 0, 32768) - 200.0 / 32768) < 1e-9);
	assert_true(fabs(part(map, 63, 5, 1000) - 1) < 1e-9);
	assert_true(fabs(part(map, 64, 200, 400) - 0.5) < 1e-9);
	/* without a bitmap, what is in use is at the begin */
	assert_true(fabs(part(map, 65, 0, 70) - 1) < 1e-9);
	assert_true(fabs(part(map, 65, 69, 71) - 0.5) < 1e-9);
	assert_true(fabs(part(map, 65, 70, 32768)) < 1e-9);
	/* once in a refresh, and the last group is shorter */
	write_bits(fd, 4, 0, 32768);
	assert_int_equal(fs_map_look(map, 63, 65), 0);
	assert_true(fabs(part(map, 64, 200, 400) - 0.5) < 1e-9);
	assert_int_equal(fs_map_refresh(map, 10, -1), 0);
	assert_int_equal(fs_map_look(map, 63, 65), 0);
	assert_true(fabs(part(map, 64, 200, 400) - 1) < 1e-9);
	assert_true(part(map, 62, 0, 10) < 0);
	assert_int_equal(fs_map_look(map, 99, 100), 0);
	assert_true(fabs(part(map, 99, 900, 2000) - 1) < 1e-9);
	assert_true(part(map, 99, 1000, 2000) < 0);
	fs_map_part_span(map, &(struct fs_map_part){99, 900, 2000}, &start,
			 &stop);
	assert_int_equal(start, (99ULL * 32768 + 900) * BLOCK);
	assert_int_equal(stop, (99ULL * 32768 + 1000) * BLOCK);
	/* a bitmap behind the end: nothing is known */
	write_bitmap(fd, 98, 200, false);
	assert_int_equal(fs_map_look(map, 98, 100), -EIO);
	assert_true(part(map, 99, 0, 10) < 0);
	fs_map_close(map);
	close(fd);
}

static void test_read_fails(void **state)
{
	int fd = make_image();
	struct fs_map *map;

	(void)state;
	assert_int_equal(fs_map_open("/nonsense", &map), -ENOENT);
	assert_int_equal(fs_map_open("/dev/null", &map), -EINVAL);
	/* the second block of descriptors is behind the end */
	assert_int_equal(fs_map_open(scratch_path("image"), &map), 0);
	assert_int_equal(ftruncate(fd, 2 * BLOCK), 0);
	assert_int_equal(fs_map_refresh(map, 10, -1), 0);
	assert_int_equal(fs_map_refresh(map, 10, -1), -EIO);
	fs_map_close(map);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_at),
		cmocka_unit_test(test_fullness),
		cmocka_unit_test(test_fragmentation),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_span_large),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_fails),
		cmocka_unit_test(test_look),
	};

	return cmocka_run_group_tests_name("fs_map", tests, scratch_setup,
					   scratch_teardown);
}
