// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the decoder of superblocks, with the bytes that mkfs.ext4 writes,
 * and with senseless ones. */
#include <errno.h>
#include <string.h>

#include "base/little_endian.h"
#include "fs/ext4_super.h"
#include "suite.h"

static void put16(__u8 *raw, int at, __u16 value)
{
	raw[at] = value;
	raw[at + 1] = value >> 8;
}

/* A filesystem of 1 TiB and a block: blocks of 4 KiB, 32768 per group, features
 * extents and 64bit. */
static void make(__u8 raw[EXT4_SUPER_BYTES])
{
	memset(raw, 0, EXT4_SUPER_BYTES);
	le32_put(raw + 0x04, 0x10000001);
	le32_put(raw + 0x18, 2);
	le32_put(raw + 0x1c, 2);
	le32_put(raw + 0x20, 32768);
	le32_put(raw + 0x24, 32768);
	put16(raw, 0x38, 0xef53);
	le32_put(raw + 0x60, 0x2c2);
	le32_put(raw + 0x64, 0x46b);
	memcpy(raw + 0x68, "0123456789abcdef", EXT4_UUID_BYTES);
}

static void test_plain(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_memory_equal(super.uuid, "0123456789abcdef", EXT4_UUID_BYTES);
	assert_int_equal(super.n_blocks, 0x10000001);
	assert_int_equal(super.block_bytes, 4096);
	assert_int_equal(super.cluster_bytes, 4096);
	assert_int_equal(super.group_blocks, 32768);
	assert_int_equal(super.group_clusters, 32768);
	assert_int_equal(super.n_groups, 8193);
	assert_true(super.has_extents);
}

static void test_64bit(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	le32_put(raw + 0x150, 3);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.n_blocks, 0x310000001);
	/* without the feature 64bit the upper bytes are ignored */
	le32_put(raw + 0x60, 0x42);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.n_blocks, 0x10000001);
}

/* With blocks of 1 KiB the first block is 1, so the last group is one block
 * shorter. */
static void test_first_block(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	le32_put(raw + 0x04, 16385);
	le32_put(raw + 0x14, 1);
	le32_put(raw + 0x18, 0);
	le32_put(raw + 0x20, 8192);
	le32_put(raw + 0x60, 2);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.first_block, 1);
	assert_int_equal(super.block_bytes, 1024);
	assert_int_equal(super.cluster_bytes, 1024);
	assert_int_equal(super.group_clusters, 8192);
	assert_int_equal(super.n_groups, 2);
	assert_false(super.has_extents);
}

static void test_bigalloc(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	le32_put(raw + 0x1c, 6);
	le32_put(raw + 0x20, 524288);
	/* clusters need the feature bigalloc */
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.cluster_bytes, 4096);
	le32_put(raw + 0x64, 0x46b | 0x200);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.block_bytes, 4096);
	assert_int_equal(super.cluster_bytes, 65536);
	assert_int_equal(super.group_clusters, 32768);
}

static void test_senseless(void **state)
{
	static const struct {
		int at;
		__u32 value;
	} rows[] = {
		{0x38, 0xef52},		       /* magic */
		{0x38, 0},	    {0x18, 7}, /* blocks of 128 KiB */
		{0x18, 0xffffffff},	       /* shift out of range */
		{0x1c, 1},	    /* clusters smaller than blocks */
		{0x1c, 21},	    /* clusters of 2 GiB */
		{0x20, 0},	    /* no blocks per group */
		{0x20, 8},	    /* a group smaller than a cluster */
		{0x04, 0},	    /* no blocks */
		{0x14, 0x10000001}, /* first block after the end */
	};
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make(raw);
		le32_put(raw + 0x64, 0x46b | 0x200);
		le32_put(raw + 0x1c, 6);
		assert_int_equal(ext4_super_decode(raw, &super), 0);
		le32_put(raw + rows[i].at, rows[i].value);
		if (ext4_super_decode(raw, &super) != -EINVAL)
			fail_msg("%x at %x", rows[i].value, rows[i].at);
	}
}

static void test_read(void **state)
{
	struct ext4_super super;

	(void)state;
	assert_int_equal(ext4_super_read("/nonsense", &super), -ENOENT);
	assert_int_equal(ext4_super_read("/dev/null", &super), -EINVAL);
	assert_int_equal(ext4_super_read("/dev/zero", &super), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_64bit),
		cmocka_unit_test(test_first_block),
		cmocka_unit_test(test_bigalloc),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests_name("ext4_super", tests, NULL, NULL);
}
