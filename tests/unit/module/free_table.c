// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the table of free extents, against the output of e2freefrag 1.47.0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/free_table.h"
#include "suite.h"

static char *print(const struct free_table *table)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	free_table_print(out, table);
	fclose(out);
	return text;
}

static void assert_print(const struct free_table *table, const char *wanted)
{
	char *text = print(table);

	assert_string_equal(text, wanted);
	free(text);
}

/* A filesystem of 300 MiB by "mkfs.ext4 -b 1024". Unlike our table,
 * e2freefrag's has a blank after the minimum. */
static void test_e2freefrag(void **state)
{
	struct free_table table = {
		.extents =
			{
				.tree = FRSP_ALL,
				.n_trees = 3,
				.groups = 38,
				.groups_loaded = 38,
				.cluster_bytes = 1024,
				.free_clusters = 277609,
				.shortest = 64,
				.longest = 57344,
			},
		.device = "ctl-e.img",
		.block_bytes = 1024,
		.n_blocks = 307200,
	};
	struct frsp_ioc_free_extents *extents = &table.extents;

	(void)state;
	extents->extents[6] = 1;
	extents->clusters[6] = 64;
	extents->extents[8] = 1;
	extents->clusters[8] = 296;
	extents->extents[13] = 5;
	extents->clusters[13] = 80114;
	extents->extents[15] = 4;
	extents->clusters[15] = 197135;
	assert_print(
		&table,
		"Device: ctl-e.img\n"
		"Groups: 38, of which 38 are loaded and counted below\n"
		"Blocksize: 1024 bytes\n"
		"Total blocks: 307200\n"
		"Free blocks: 277609 (90.4%)\n"
		"\n"
		"Min. free extent: 64 KB\n"
		"Max. free extent: 57344 KB\n"
		"Avg. free extent: 25237 KB\n"
		"Num. free extent: 11\n"
		"\n"
		"HISTOGRAM OF FREE EXTENT SIZES:\n"
		"Extent Size Range :  Free extents   Free Blocks  Percent\n"
		"   64K...  128K-  :             1            64    0.02%\n"
		"  256K...  512K-  :             1           296    0.11%\n"
		"    8M...   16M-  :             5         80114   28.86%\n"
		"   32M...   64M-  :             4        197135   71.01%\n");
}

static void test_part(void **state)
{
	struct free_table table = {
		.extents =
			{
				.tree = 2,
				.n_trees = 9,
				.groups = 16,
				.groups_loaded = 3,
				.groups_summary = 12,
				.cluster_bytes = 65536,
				.free_clusters = 1000,
				.shortest = 2,
				.longest = 3,
			},
		.device = "dm-0",
		.block_bytes = 4096,
		.n_blocks = 64000,
	};

	(void)state;
	table.extents.extents[1] = 2;
	table.extents.clusters[1] = 5;
	assert_print(
		&table,
		"Device: dm-0\n"
		"Flexible group: 2 of 9\n"
		"Groups: 16, of which 3 are loaded and counted below\n"
		"Not counted: 12 of which the longest extent is known, 1 "
		"unknown\n"
		"Blocksize: 4096 bytes\n"
		"Total blocks: 64000\n"
		"Free blocks: 16000 (25.0%)\n"
		"\n"
		"Min. free extent: 128 KB\n"
		"Max. free extent: 192 KB\n"
		"Avg. free extent: 160 KB\n"
		"Num. free extent: 2\n"
		"\n"
		"HISTOGRAM OF FREE EXTENT SIZES:\n"
		"Extent Size Range :  Free extents   Free Blocks  Percent\n"
		"  128K...  256K-  :             2            80    0.50%\n");
}

static void test_nothing(void **state)
{
	struct free_table table = {
		.extents = {.tree = FRSP_ALL,
			    .groups = 4,
			    .cluster_bytes = 4096},
		.device = "sda",
		.block_bytes = 4096,
	};
	struct free_sizes sizes = free_table_sizes(&table);
	char *text = print(&table);

	(void)state;
	assert_int_equal(sizes.n_extents, 0);
	assert_int_equal(sizes.average, 0);
	assert_non_null(strstr(text, "Free blocks: 0 (0.0%)\n"));
	assert_non_null(strstr(text, "Num. free extent: 0\n"));
	assert_null(strstr(text, "nan"));
	free(text);
}

/* Each bucket has the right range, up to the largest that a group can have. */
static void test_ranges(void **state)
{
	static const struct {
		__u32 cluster_bytes;
		int bucket;
		const char *range;
	} rows[] = {
		{1024, 0, "    1K...    2K-  :"},
		{4096, 0, "    4K...    8K-  :"},
		{4096, 7, "  512K... 1024K-  :"},
		{4096, 8, "    1M...    2M-  :"},
		{4096, 17, "  512M... 1024M-  :"},
		{4096, 18, "    1G...    2G-  :"},
		{1 << 30, 20, "    1P...    2P-  :"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct free_table table = {
			.extents = {.cluster_bytes = rows[i].cluster_bytes},
			.device = "sda",
			.block_bytes = 1024,
		};
		char *text;

		table.extents.extents[rows[i].bucket] = 1;
		text = print(&table);
		if (!strstr(text, rows[i].range))
			fail_msg("no \"%s\" in %s", rows[i].range, text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e2freefrag),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests_name("free_table", tests, NULL, NULL);
}
