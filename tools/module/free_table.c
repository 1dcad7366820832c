// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/free_table.h"

static __u64 blocks(const struct free_table *table, __u64 clusters)
{
	return clusters * (table->extents.cluster_bytes / table->block_bytes);
}

__u64 free_table_blocks(const struct free_table *table)
{
	return blocks(table, table->extents.free_clusters);
}

struct free_sizes free_table_sizes(const struct free_table *table)
{
	const struct frsp_ioc_free_extents *extents = &table->extents;
	struct free_sizes sizes = {
		.shortest = (__u64)extents->shortest * extents->cluster_bytes,
		.longest = (__u64)extents->longest * extents->cluster_bytes,
	};
	__u64 n_clusters = 0;

	for (int i = 0; i < FRSP_BUCKETS; i++) {
		sizes.n_extents += extents->extents[i];
		n_clusters += extents->clusters[i];
	}
	sizes.n_blocks = blocks(table, n_clusters);
	/* Whole blocks, as in e2freefrag. */
	if (sizes.n_extents)
		sizes.average =
			sizes.n_blocks / sizes.n_extents * table->block_bytes;
	return sizes;
}

static double percent(__u64 part, __u64 whole)
{
	return whole ? 100.0 * part / whole : 0;
}

/* As in e2freefrag, the end has the unit of the start: "512K... 1024K-". */
static void print_bucket(FILE *out, const struct free_table *table, int i)
{
	static const char units[] = "KMGTPE";
	__u64 from = (__u64)table->extents.cluster_bytes << i >> 10;
	__u64 n_blocks = blocks(table, table->extents.clusters[i]);
	const char *unit = units;

	for (; from >= 1024 && unit[1]; from >>= 10)
		unit++;
	fprintf(out, "%5llu%c...%5llu%c-  :  %12llu  %12llu  %6.2f%%\n", from,
		*unit, 2 * from, *unit, table->extents.extents[i], n_blocks,
		percent(n_blocks, free_table_blocks(table)));
}

static void print_scope(FILE *out, const struct frsp_ioc_free_extents *extents)
{
	__u32 unknown = extents->groups - extents->groups_loaded -
			extents->groups_summary;

	if (extents->tree != FRSP_ALL)
		fprintf(out, "Flexible group: %u of %u\n", extents->tree,
			extents->n_trees);
	fprintf(out, "Groups: %u, of which %u are loaded and counted below\n",
		extents->groups, extents->groups_loaded);
	if (extents->groups_loaded < extents->groups)
		fprintf(out,
			"Not counted: %u of which the longest extent is known, %u unknown\n",
			extents->groups_summary, unknown);
}

void free_table_print(FILE *out, const struct free_table *table)
{
	const struct frsp_ioc_free_extents *extents = &table->extents;
	struct free_sizes sizes = free_table_sizes(table);
	__u64 n_free = free_table_blocks(table);

	fprintf(out, "Device: %s\n", table->device);
	print_scope(out, extents);
	fprintf(out,
		"Blocksize: %u bytes\n"
		"Total blocks: %llu\n"
		"Free blocks: %llu (%.1f%%)\n\n"
		"Min. free extent: %llu KB\n"
		"Max. free extent: %llu KB\n"
		"Avg. free extent: %llu KB\n"
		"Num. free extent: %llu\n\n"
		"HISTOGRAM OF FREE EXTENT SIZES:\n"
		"Extent Size Range :  Free extents   Free Blocks  Percent\n",
		table->block_bytes, table->n_blocks, n_free,
		percent(n_free, table->n_blocks), sizes.shortest >> 10,
		sizes.longest >> 10, sizes.average >> 10, sizes.n_extents);
	for (int i = 0; i < FRSP_BUCKETS; i++)
		if (extents->extents[i])
			print_bucket(out, table, i);
}
