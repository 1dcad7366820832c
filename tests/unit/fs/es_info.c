// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the parser of es_shrinker_info, on texts that kernels write and on
 * texts that no kernel writes. */
#include <errno.h>

#include "fs/es_info.h"
#include "scratch.h"

/* As fs/ext4/extents_status.c of 6.1, 6.12 and 6.18 writes it. */
static const char used[] = "stats:\n"
			   "  74818 objects\n"
			   "  74692 reclaimable objects\n"
			   "  68243267/590766 cache hits/misses\n"
			   "  70343 inodes on list\n"
			   "average:\n"
			   "  4 us scan time\n"
			   "  30 shrunk objects\n"
			   "maximum:\n"
			   "  372210 inode (344 objects, 343 reclaimable)\n"
			   "  114 us max scan time\n";

static const char unused[] = "stats:\n"
			     "  0 objects\n"
			     "  0 reclaimable objects\n"
			     "  0/0 cache hits/misses\n"
			     "average:\n"
			     "  0 us scan time\n"
			     "  0 shrunk objects\n";

static void assert_used(const struct es_info *info)
{
	assert_int_equal(info->entries, 74818);
	assert_int_equal(info->reclaimable, 74692);
	assert_int_equal(info->hits, 68243267);
	assert_int_equal(info->misses, 590766);
	assert_int_equal(info->inodes, 70343);
	assert_int_equal(es_info_delayed(info), 126);
}

static void test_used(void **state)
{
	struct es_info info;

	(void)state;
	assert_int_equal(es_info_parse(used, &info), 0);
	assert_used(&info);
}

static void test_unused(void **state)
{
	struct es_info info;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	assert_int_equal(es_info_parse(unused, &info), 0);
	assert_int_equal(info.entries, 0);
	assert_int_equal(info.misses, 0);
	assert_int_equal(info.inodes, 0);
	assert_int_equal(es_info_delayed(&info), 0);
}

/* The counters go up to 2^63 - 1, and the kernel sums them at different times. */
static void test_large(void **state)
{
	struct es_info info;

	(void)state;
	assert_int_equal(es_info_parse("  5 objects\n"
				       "  7 reclaimable objects\n"
				       "  9223372036854775807/4294967296 cache "
				       "hits/misses",
				       &info),
			 0);
	assert_true(info.hits == 0x7fffffffffffffffULL);
	assert_true(info.misses == 1ULL << 32);
	assert_int_equal(es_info_delayed(&info), 0);
}

static void test_senseless(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"stats:\n",
		/* something is missing */
		"  1 objects\n  1 reclaimable objects\n",
		"  1 objects\n  2/3 cache hits/misses\n",
		"  1 reclaimable objects\n  2/3 cache hits/misses\n",
		/* negative, no number, too many or too few numbers */
		"  -1 objects\n  1 reclaimable objects\n  2/3 cache "
		"hits/misses\n",
		"  1\n  1 reclaimable objects\n  2/3 cache hits/misses\n",
		"  1/2 objects\n  1 reclaimable objects\n  2/3 cache "
		"hits/misses\n",
		"  1 objects\n  1 reclaimable objects\n  2 cache hits/misses\n",
		"  1 objects\n  1 reclaimable objects\n  2/ cache "
		"hits/misses\n",
		"  1 objects\n  1 reclaimable objects\n"
		"  2/99999999999999999999 cache hits/misses\n",
	};
	struct es_info info;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(es_info_parse(texts[i], &info), -EINVAL);
}

static void test_read(void **state)
{
	struct es_info info;

	(void)state;
	scratch_write("sda1/es_shrinker_info", used);
	assert_int_equal(es_info_read(scratch, "sda1", &info), 0);
	assert_used(&info);
	assert_int_equal(es_info_read(scratch, "sdb", &info), -ENOENT);
}

static void test_bytes(void **state)
{
	(void)state;
	assert_int_equal(es_info_bytes(0), 0);
	assert_int_equal(es_info_bytes(102), 4096);
	assert_int_equal(es_info_bytes(1), 40);
	assert_int_equal(es_info_fitting(4096), 102);
	assert_int_equal(es_info_fitting(65536), 1632);
	assert_int_equal(es_info_fitting(40), 0);
	assert_true(es_info_fitting(~0ULL) > es_info_fitting(~0ULL / 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used),  cmocka_unit_test(test_unused),
		cmocka_unit_test(test_large), cmocka_unit_test(test_senseless),
		scratch_test(test_read),      cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests_name("es_info", tests, NULL, NULL);
}
