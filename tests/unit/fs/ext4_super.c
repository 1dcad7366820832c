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
	put16(raw, 0xfe, 64);
	raw[0x174] = 4;
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
	assert_int_equal(super.last_clusters, 1);
	assert_int_equal(super.groups_per_flex, 16);
	assert_int_equal(super.desc_bytes, 64);
	assert_int_equal(super.journal_dev, 0);
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
	assert_int_equal(super.last_clusters, 8192);
	assert_int_equal(super.groups_per_flex, 1);
	assert_int_equal(super.desc_bytes, 32);
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
	/* the last group has 33 blocks: two clusters and a part */
	le32_put(raw + 0x04, 524288 + 33);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.last_clusters, 2);
}

static void test_journal(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	le32_put(raw + 0xe4, 0x810);
	/* without a journal these bytes mean nothing */
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.journal_dev, 0);
	le32_put(raw + 0x5c, 4);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.journal_dev, 0x810);
	le32_put(raw + 0xe0, 8); /* the inode of an internal journal */
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.journal_dev, 0);
}

static void test_flex(void **state)
{
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	make(raw);
	raw[0x174] = 30;
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.groups_per_flex, 1 << 30);
	raw[0x174] = 31;
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.groups_per_flex, 1);
	raw[0x174] = 4;
	le32_put(raw + 0x60, 0xc2); /* no flex_bg */
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	assert_int_equal(super.groups_per_flex, 1);
}

/* Where mkfs.ext4 puts the descriptors, as dumpe2fs shows it. */
static void test_desc_block(void **state)
{
	enum { SPARSE = 1, SPARSE2 = 2, META = 4, BIT64 = 8 };
	static const struct {
		__u32 log_block, group_blocks, first_block;
		int features;
		__u32 first_meta_bg, nth;
		__u64 block;
	} rows[] = {
		{2, 32768, 0, SPARSE | BIT64, 0, 0, 1},
		{2, 32768, 0, SPARSE | BIT64, 0, 4, 5},
		/* 1 KiB: behind the boot sector and the superblock */
		{0, 8192, 1, SPARSE | BIT64, 0, 0, 2},
		{0, 8192, 1, SPARSE | BIT64, 0, 31, 33},
		{0, 131072, 0, SPARSE | BIT64, 0, 0, 2}, /* bigalloc */
		{0, 131072, 0, SPARSE | BIT64, 0, 3, 5},
		/* meta_bg: 64 groups of 4 KiB, 16 of 1 KiB share a block */
		{2, 32768, 0, SPARSE | META | BIT64, 0, 0, 1},
		{2, 32768, 0, SPARSE | META | BIT64, 0, 3, 192 * 32768},
		{2, 32768, 0, META | BIT64, 0, 3, 192 * 32768 + 1},
		{2, 32768, 0, SPARSE | META, 0, 3, 384 * 32768},
		{2, 32768, 0, SPARSE | META | BIT64, 4, 3, 4},
		{2, 32768, 0, SPARSE | META | BIT64, 4, 4, 256 * 32768},
		{0, 8192, 1, SPARSE | META | BIT64, 0, 0, 2},
		{0, 8192, 1, SPARSE | META | BIT64, 0, 2, 32 * 8192 + 1},
		{0, 131072, 0, SPARSE | META | BIT64, 0, 0, 2},
		{0, 131072, 0, SPARSE | META | BIT64, 0, 2, 32 * 131072},
		/* sparse_super2: groups 64 and 479 have copies */
		{2, 32768, 0, SPARSE | SPARSE2 | META | BIT64, 0, 0, 1},
		{2, 32768, 0, SPARSE | SPARSE2 | META | BIT64, 0, 1,
		 64 * 32768 + 1},
		{2, 32768, 0, SPARSE | SPARSE2 | META | BIT64, 0, 2,
		 128 * 32768},
		/* beyond 2^32 blocks */
		{2, 32768, 0, SPARSE | META | BIT64, 0, 4096, 1ULL << 33},
	};
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int features = rows[i].features;

		make(raw);
		le32_put(raw + 0x14, rows[i].first_block);
		le32_put(raw + 0x18, rows[i].log_block);
		le32_put(raw + 0x20, rows[i].group_blocks);
		le32_put(raw + 0x5c, features & SPARSE2 ? 0x200 : 0);
		le32_put(raw + 0x60, (features & META ? 0x10 : 0) |
					     (features & BIT64 ? 0x80 : 0));
		le32_put(raw + 0x64, !!(features & SPARSE));
		le32_put(raw + 0x104, rows[i].first_meta_bg);
		le32_put(raw + 0x24c, 64);
		le32_put(raw + 0x250, 479);
		assert_int_equal(ext4_super_decode(raw, &super), 0);
		print_message("row %zu\n", i);
		assert_int_equal(ext4_super_desc_block(&super, rows[i].nth),
				 rows[i].block);
	}
}

/* Copies in the groups of sparse_super: 0, 1, and powers of 3, 5 and 7. */
static void test_sparse_super(void **state)
{
	static const __u32 with_copy[] = {0,  1,  3,  5,  7,   9,
					  25, 27, 49, 81, 125, 243};
	__u8 raw[EXT4_SUPER_BYTES];
	struct ext4_super super;
	size_t next = 0;

	(void)state;
	make(raw);
	le32_put(raw + 0x60, 0x10);
	assert_int_equal(ext4_super_decode(raw, &super), 0);
	/* a descriptor per block, so that each group has its own block */
	super.desc_bytes = super.block_bytes;
	for (__u32 group = 0; group < 343; group++) {
		bool has = next < ARRAY_SIZE(with_copy) &&
			   with_copy[next] == group;

		next += has;
		assert_int_equal(ext4_super_desc_block(&super, group),
				 group * 32768 + has);
	}
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
		{0xfc, 32 << 16},   /* descriptors too small for 64bit, */
		{0xfc, 2048 << 16}, /* too large, */
		{0xfc, 96 << 16},   /* and no power of 2 */
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
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_flex),
		cmocka_unit_test(test_desc_block),
		cmocka_unit_test(test_sparse_super),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests_name("ext4_super", tests, NULL, NULL);
}
