// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of extension_read(): what it finds in right and in wrong clusters. */
#include <string.h>

#include "base/little_endian.h"
#include "ploop/image/extension.h"
#include "suite.h"

#define CLUSTER 512

static const struct ploop_header header = {
	.version = 2,
	.cluster_sectors = 1,
	.n_entries = 65536,
	.n_sectors = 65536,
	.data_off = 600,
};

static struct {
	int n_bitmaps, n_unknown;
	struct extension_bitmap bitmap;
	__u64 magic;
} seen;

static void see_bitmap(void *context, const struct extension_bitmap *bitmap)
{
	(void)context;
	seen.n_bitmaps++;
	seen.bitmap = *bitmap;
}

static void see_unknown(void *context, __u64 magic)
{
	(void)context;
	seen.n_unknown++;
	seen.magic = magic;
}

static const struct extension_features features = {see_bitmap, see_unknown,
						   NULL};

static __u8 cluster[CLUSTER];

/* A bitmap of 65536 sectors with a bit for 8: 8192 bits in 2 parts. */
static void make(void)
{
	__u8 *at = cluster;

	memset(cluster, 0, sizeof(cluster));
	memset(&seen, 0, sizeof(seen));
	le64_put(at, 0xab234cef23dcea87);
	at += 24;
	le64_put(at, 0x20385fae252cb34a);
	le32_put(at + 16, 32 + 2 * 8);
	at += 24;
	le64_put(at, header.n_sectors);
	memset(at + 8, 7, 16);
	le32_put(at + 24, 8);
	le32_put(at + 28, 2);
	le64_put(at + 32, 1);
	le64_put(at + 40, 601);
	extension_seal(&header, cluster);
}

static void test_right(void **state)
{
	(void)state;
	make();
	assert_int_equal(extension_read(&header, cluster, &features),
			 EXTENSION_FINE);
	assert_int_equal(seen.n_bitmaps, 1);
	assert_int_equal(seen.n_unknown, 0);
	assert_int_equal(seen.bitmap.granularity, 8);
	assert_int_equal(seen.bitmap.n_parts, 2);
	assert_int_equal(seen.bitmap.id[15], 7);
	assert_int_equal(extension_part(&seen.bitmap, 0), EXTENSION_ALL_DIRTY);
	assert_int_equal(extension_part(&seen.bitmap, 1), 601);
}

/* Each changes a number of the right cluster. */
static const struct {
	const char *name;
	size_t at;
	__u32 value;
	enum extension_fault wanted;
} wrong[] = {
	{"magic", 0, 1, EXTENSION_BAD_MAGIC},
	{"length beyond the cluster", 40, 500, EXTENSION_CUT},
	{"length of 4 GiB", 40, 0xffffffff, EXTENSION_CUT},
	{"length below a bitmap's", 40, 31, EXTENSION_CUT},
	{"length below the parts", 40, 32 + 8, EXTENSION_CUT},
	{"size of the disk", 48, 65535, EXTENSION_BAD_SIZE},
	{"granularity 0", 72, 0, EXTENSION_BAD_GRANULARITY},
	{"granularity 12", 72, 12, EXTENSION_BAD_GRANULARITY},
	{"granularity 16 has one part", 72, 16, EXTENSION_BAD_TABLE},
	{"no parts", 76, 0, EXTENSION_BAD_TABLE},
	{"3 parts", 76, 3, EXTENSION_BAD_TABLE},
	{"2^32 - 1 parts", 76, 0xffffffff, EXTENSION_BAD_TABLE},
};

static void test_wrong(void **state)
{
	enum extension_fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		make();
		le32_put(cluster + wrong[i].at, wrong[i].value);
		extension_seal(&header, cluster);
		fault = extension_read(&header, cluster, &features);
		if (fault != wrong[i].wanted)
			fail_msg("%s: %d", wrong[i].name, fault);
		assert_int_equal(seen.n_bitmaps, 0);
	}
}

static void test_checksum(void **state)
{
	(void)state;
	for (size_t i = 8; i < CLUSTER; i++) {
		make();
		cluster[i] ^= 0x10;
		assert_int_equal(extension_read(&header, cluster, &features),
				 EXTENSION_BAD_SUM);
	}
}

static void test_unknown(void **state)
{
	(void)state;
	make();
	le32_put(cluster + 24, 5);
	extension_seal(&header, cluster);
	assert_int_equal(extension_read(&header, cluster, &features),
			 EXTENSION_FINE);
	assert_int_equal(seen.n_bitmaps, 0);
	assert_int_equal(seen.n_unknown, 1);
	assert_true(seen.magic == 0x20385fae00000005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("extension", tests, NULL, NULL);
}
