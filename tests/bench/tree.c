// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tree [ROUNDS]: measures the operations of a free-space tree with 10^3 to 10^6
 * extents, and the same operations on a plain bitmap. Prints CPU times, the
 * median of ROUNDS rounds (default 5).
 *
 * Free and used runs have 1 to 15 clusters each, at random. One extent per tree
 * is longer, RARE_LEN, for the search of the only extent that is long enough.
 * The program is built from the module's own files, but with libbsd's red-black
 * trees and malloc() instead of the kernel's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/bitmap.h>

#include "pick.h"

#define GROUP_CLUSTERS	32768
#define GROUP_BYTES	(GROUP_CLUSTERS / BITS_PER_BYTE)
#define CLUSTERS_A_RUN	8 /* on average: 1 to 15 */
#define RARE_LEN	40
#define MAX_OPS		100000
#define MIN_SCAN_ROUNDS 3

enum size { SIZES = 4, SMALLEST = 1000 };

struct range {
	u32 start;
	u32 len;
};

struct fixture {
	struct kmem_cache cache;
	struct frsp_memory memory;
	struct frsp_tree *tree;
	u8 *bitmap; /* the bitmaps of all groups, one after the other */
	u32 n_clusters;
	struct range *ops; /* extents of 3 clusters or more, in random order */
	u32 n_ops;
	bool failed;
};

enum row {
	SUMMARY_GB_S,
	LOAD_FREE_GB_S,
	LOAD_GB_S,
	LOAD_NS,
	USED_LONGEST,
	USED_FRONT,
	FREED_FRONT,
	USED_MIDDLE,
	FREED_MIDDLE,
	USED_ALL,
	FREED_ALL,
	BITMAP_USED,
	FIT_COMMON,
	PICK_COMMON,
	SCAN_COMMON,
	RATIO_COMMON,
	FIT_RARE,
	PICK_RARE,
	SCAN_RARE,
	RATIO_RARE,
	TREE_BYTES,
	BITMAP_BYTES,
	ROWS
};

static const char *const row_names[ROWS] = {
	[SUMMARY_GB_S] = "sum up a bitmap, GB/s",
	[LOAD_FREE_GB_S] = "load a bitmap of free groups, GB/s",
	[LOAD_GB_S] = "load a bitmap, GB/s",
	[LOAD_NS] = "  the same, ns/extent",
	[USED_LONGEST] = "used: the front of the longest, ns",
	[USED_FRONT] = "used: the front of an extent, ns",
	[FREED_FRONT] = "freed: joins one, ns",
	[USED_MIDDLE] = "used: splits an extent, ns",
	[FREED_MIDDLE] = "freed: joins two, ns",
	[USED_ALL] = "used: all of an extent, ns",
	[FREED_ALL] = "freed: joins none, ns",
	[BITMAP_USED] = "bitmap: the same, ns",
	[FIT_COMMON] = "best fit, many have it: tree, ns",
	[PICK_COMMON] = "  nearest of them, ns",
	[SCAN_COMMON] = "  bitmap, any of them, ns",
	[RATIO_COMMON] = "  bitmap / tree",
	[FIT_RARE] = "best fit, one has it: tree, ns",
	[PICK_RARE] = "  with the rest of a pick, ns",
	[SCAN_RARE] = "  bitmap, ns",
	[RATIO_RARE] = "  bitmap / tree",
	[TREE_BYTES] = "tree, bytes/extent",
	[BITMAP_BYTES] = "bitmap, bytes/extent",
};

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* --- the same free space in a tree and in a bitmap ------------------------ */

static void set_free(u8 *bitmap, u32 start, u32 len)
{
	for (u32 i = start; i < start + len; i++)
		__clear_bit_le(i, bitmap);
}

static void fill(struct fixture *f, u32 n_extents)
{
	u32 at = 0, len;

	memset(f->bitmap, 0xff, f->n_clusters / BITS_PER_BYTE);
	for (u32 i = 0; i < n_extents && at + 64 < f->n_clusters; i++) {
		len = 1 + random() % (2 * CLUSTERS_A_RUN - 1);
		set_free(f->bitmap, at, len);
		at += len + 1 + random() % (2 * CLUSTERS_A_RUN - 1);
	}
	/* the long extent, far from the start and within a group */
	at = f->n_clusters - GROUP_CLUSTERS / 2;
	memset(f->bitmap + at / BITS_PER_BYTE, 0xff, 8);
	set_free(f->bitmap, at + 8, RARE_LEN);
}

/* Loads the groups from their bitmaps, or all groups from the bitmap same. */
static void load(struct fixture *f, unsigned long *same)
{
	struct frsp_build build = {};

	for (; build.group < f->tree->n_groups; build.group++) {
		build.bitmap =
			same
				?: (unsigned long *)(f->bitmap +
						     build.group * GROUP_BYTES);
		if (!frsp_tree_build_begin(f->tree, &build, 0) ||
		    frsp_tree_build_step(f->tree, &build, &f->memory, U32_MAX))
			f->failed = true;
	}
}

static void unload(struct fixture *f)
{
	struct rb_root condemned;

	for (u32 i = 0; i < f->tree->n_groups; i++)
		f->tree->groups[i].free = GROUP_CLUSTERS / 2;
	frsp_tree_drop(f->tree, -1, &condemned);
	frsp_extents_free(&f->memory, &condemned);
}

static void list_ops(struct fixture *f)
{
	const struct frsp_extent *extent;
	struct rb_node *node;
	struct range swap;
	u32 other;

	f->ops = malloc(f->tree->extents * sizeof(*f->ops));
	f->n_ops = 0;
	for (node = rb_first(&f->tree->by_start); node; node = rb_next(node)) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		if (extent->len >= 3)
			f->ops[f->n_ops++] =
				(struct range){extent->start, extent->len};
	}
	for (u32 i = f->n_ops - 1; i > 0; i--) {
		other = random() % (i + 1);
		swap = f->ops[i];
		f->ops[i] = f->ops[other];
		f->ops[other] = swap;
	}
	f->n_ops = f->n_ops < MAX_OPS ? f->n_ops : MAX_OPS;
}

static void init(struct fixture *f, u32 n_extents)
{
	u32 n_groups = n_extents * 2 * CLUSTERS_A_RUN / GROUP_CLUSTERS + 1;

	*f = (struct fixture){
		.cache.object_size = sizeof(struct frsp_extent),
		.n_clusters = n_groups * GROUP_CLUSTERS,
	};
	f->memory.cache = &f->cache;
	f->tree = frsp_tree_new(0, n_groups, GROUP_CLUSTERS, GROUP_CLUSTERS,
				GFP_KERNEL);
	f->bitmap = malloc(f->n_clusters / BITS_PER_BYTE);
	if (!f->tree || !f->bitmap)
		abort();
	srandom(n_extents);
	fill(f, n_extents);
	load(f, NULL);
	list_ops(f);
}

static void destroy(struct fixture *f)
{
	unload(f);
	frsp_tree_free(f->tree);
	free(f->bitmap);
	free(f->ops);
}

/* --- what is measured: each returns ns per operation ----------------------- */

/* GB of bitmap per second, for free groups; the tree is empty afterwards. */
static double measure_load_free(struct fixture *f)
{
	static unsigned long all_free[GROUP_BYTES / sizeof(long)];
	double start, ns;

	unload(f);
	start = cpu_ns();
	load(f, all_free);
	ns = cpu_ns() - start;
	unload(f);
	return f->tree->n_groups * GROUP_BYTES / ns;
}

/* GB of bitmap per second, into an empty tree. */
static double measure_summary(struct fixture *f)
{
	double start = cpu_ns();

	for (u32 i = 0; i < f->tree->n_groups; i++)
		if (frsp_tree_regenerated(f->tree, i,
					  f->bitmap + i * GROUP_BYTES))
			f->failed = true;
	return f->tree->n_groups * GROUP_BYTES / (cpu_ns() - start);
}

static double measure_load(struct fixture *f)
{
	double start = cpu_ns();

	load(f, NULL);
	return (cpu_ns() - start) / f->tree->extents;
}

/* Like a file that grows by a cluster at a time; then frees all of it. */
static double measure_longest(struct fixture *f)
{
	const u32 n = RARE_LEN / 2;
	double start, ns = 0;
	u32 position, group, free;

	frsp_tree_longest(f->tree, &position);
	group = position / GROUP_CLUSTERS;
	position %= GROUP_CLUSTERS;
	for (u32 round = 0; round < MAX_OPS / n; round++) {
		free = f->tree->groups[group].free;
		start = cpu_ns();
		for (u32 i = 0; i < n; i++)
			if (frsp_tree_used(f->tree, &f->memory, group,
					   position + i, 1, free - i))
				f->failed = true;
		ns += cpu_ns() - start;
		frsp_tree_freed(f->tree, &f->memory, group, position, n,
				free - n);
	}
	return ns / (MAX_OPS / n * n);
}

/* Allocates or frees all of each range (offset < 0), or one cluster at offset. */
static double measure_change(struct fixture *f, bool used, int offset)
{
	double start = cpu_ns();

	for (u32 i = 0; i < f->n_ops; i++) {
		u32 position = f->ops[i].start + (offset < 0 ? 0 : offset);
		u32 len = offset < 0 ? f->ops[i].len : 1;
		u32 group = position / GROUP_CLUSTERS;
		u32 in_group = position % GROUP_CLUSTERS;
		u32 free = f->tree->groups[group].free;

		if (used ? frsp_tree_used(f->tree, &f->memory, group, in_group,
					  len, free)
			 : frsp_tree_freed(f->tree, &f->memory, group, in_group,
					   len, free))
			f->failed = true;
	}
	return (cpu_ns() - start) / f->n_ops;
}

static double measure_bitmap_change(struct fixture *f)
{
	double start = cpu_ns();

	for (u32 i = 0; i < f->n_ops; i++)
		__set_bit_le(f->ops[i].start, f->bitmap);
	for (u32 i = 0; i < f->n_ops; i++)
		__clear_bit_le(f->ops[i].start, f->bitmap);
	return (cpu_ns() - start) / (2 * f->n_ops);
}

static u32 wanted(bool rare, u32 i)
{
	return rare ? RARE_LEN : 1 + i % (2 * CLUSTERS_A_RUN - 1);
}

static double measure_fit(struct fixture *f, bool rare)
{
	double start = cpu_ns();

	for (u32 i = 0; i < MAX_OPS; i++)
		if (frsp_tree_fit(f->tree, wanted(rare, i), 0)->len !=
		    wanted(rare, i))
			f->failed = true;
	return (cpu_ns() - start) / MAX_OPS;
}

static double measure_pick(struct fixture *f, bool rare)
{
	struct frsp_request request = {.goal_here = true};
	struct frsp_choice choice;
	double start = cpu_ns();

	for (u32 i = 0; i < MAX_OPS; i++) {
		/* right after an extent, so this cluster is in use */
		request.near =
			f->ops[i % f->n_ops].start + f->ops[i % f->n_ops].len;
		request.len = wanted(rare, i);
		choice = frsp_pick(f->tree, &request, false);
		if (choice.kind == FRSP_PICK_NONE)
			f->failed = true;
	}
	return (cpu_ns() - start) / MAX_OPS;
}

/* Returns the length of the shortest run of at least len clusters; stops at a
 * run of exactly len. */
static u32 scan(const struct fixture *f, u32 len)
{
	u32 best = U32_MAX, start, end;

	for (u32 group = 0; group < f->tree->n_groups; group++) {
		const u8 *bitmap = f->bitmap + group * GROUP_BYTES;

		for (end = 0;; end++) {
			start = find_next_zero_bit_le(bitmap, GROUP_CLUSTERS,
						      end);
			if (start >= GROUP_CLUSTERS)
				break;
			end = find_next_bit_le(bitmap, GROUP_CLUSTERS, start);
			if (end - start == len)
				return len;
			if (end - start > len && end - start < best)
				best = end - start;
		}
	}
	return best;
}

static double measure_scan(struct fixture *f, bool rare)
{
	/* scans the same number of clusters for all sizes of the filesystem */
	u32 n_scans =
		rare ? MIN_SCAN_ROUNDS + (1 << 26) / f->n_clusters : MAX_OPS;
	double start = cpu_ns();

	for (u32 i = 0; i < n_scans; i++)
		if (scan(f, wanted(rare, i)) != wanted(rare, i))
			f->failed = true;
	return (cpu_ns() - start) / n_scans;
}

static void measure(struct fixture *f, double *values)
{
	values[LOAD_FREE_GB_S] = measure_load_free(f);
	values[SUMMARY_GB_S] = measure_summary(f);
	values[LOAD_NS] = measure_load(f);
	values[LOAD_GB_S] =
		f->n_clusters / 8.0 / (values[LOAD_NS] * f->tree->extents);
	for (u32 i = 0; i < f->tree->n_groups; i++)
		f->tree->groups[i].free = GROUP_CLUSTERS / 2;
	values[USED_LONGEST] = measure_longest(f);
	values[USED_FRONT] = measure_change(f, true, 0);
	values[FREED_FRONT] = measure_change(f, false, 0);
	values[USED_MIDDLE] = measure_change(f, true, 1);
	values[FREED_MIDDLE] = measure_change(f, false, 1);
	values[USED_ALL] = measure_change(f, true, -1);
	values[FREED_ALL] = measure_change(f, false, -1);
	values[BITMAP_USED] = measure_bitmap_change(f);
	values[FIT_COMMON] = measure_fit(f, false);
	values[PICK_COMMON] = measure_pick(f, false);
	values[SCAN_COMMON] = measure_scan(f, false);
	values[RATIO_COMMON] = values[SCAN_COMMON] / values[FIT_COMMON];
	values[FIT_RARE] = measure_fit(f, true);
	values[PICK_RARE] = measure_pick(f, true);
	values[SCAN_RARE] = measure_scan(f, true);
	values[RATIO_RARE] = values[SCAN_RARE] / values[FIT_RARE];
	values[TREE_BYTES] = sizeof(struct frsp_extent);
	values[BITMAP_BYTES] = f->n_clusters / 8.0 / f->tree->extents;
}

/* --- the table ------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int decimals(double value)
{
	return value < 0.995 ? 3 : value < 9.95 ? 1 : 0;
}

static double median(double *values, int n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

int main(int argc, char **argv)
{
	int n_rounds = argc > 1 ? atoi(argv[1]) : 5;
	double table[ROWS][SIZES];
	u32 extents[SIZES], n = SMALLEST;
	struct fixture f;

	if (n_rounds < 1) {
		fprintf(stderr, "usage: tree [ROUNDS]\n");
		return 2;
	}
	for (int size = 0; size < SIZES; size++, n *= 10) {
		double values[n_rounds][ROWS], of_row[n_rounds];

		init(&f, n);
		extents[size] = f.tree->extents;
		for (int i = 0; i < n_rounds; i++)
			measure(&f, values[i]);
		for (int row = 0; row < ROWS; row++) {
			for (int i = 0; i < n_rounds; i++)
				of_row[i] = values[i][row];
			table[row][size] = median(of_row, n_rounds);
		}
		destroy(&f);
		if (f.failed) {
			fprintf(stderr, "tree: an answer was wrong\n");
			return 1;
		}
	}
	printf("%-36s", "extents");
	for (int size = 0; size < SIZES; size++)
		printf("%10u", extents[size]);
	for (int row = 0; row < ROWS; row++) {
		printf("\n%-36s", row_names[row]);
		for (int size = 0; size < SIZES; size++)
			printf("%10.*f", decimals(table[row][size]),
			       table[row][size]);
	}
	printf("\n");
	return 0;
}
