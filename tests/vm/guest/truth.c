// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares the free-space trees with two independent sources: ext4's buddies,
 * as /proc/fs/ext4/DEV/mb_groups shows them, and the bitmaps on the disk, as
 * libext2fs reads them. Before that it makes frsp load all groups, except
 * completely free groups: frsp needs only their summary.
 */
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../../kmod/uapi/frsp.h"
#include "storm.h"

#define SETTLE_TRIES 20

static int root = -1, frsp = -1;

static bool open_both(void)
{
	root = open(MOUNT_POINT, O_RDONLY | O_CLOEXEC);
	frsp = open(FRSP_DEVICE, O_RDWR | O_CLOEXEC);
	if (root >= 0 && frsp >= 0)
		return true;
	fail("%s: %s", root < 0 ? MOUNT_POINT : FRSP_DEVICE, strerror(errno));
	return false;
}

static void close_both(void)
{
	close(root);
	close(frsp);
}

static bool ask(u32 index, struct frsp_ioc_free_extents *out)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->fd = root;
	out->tree = index;
	return !ioctl(frsp, FRSP_IOC_FREE_EXTENTS, out);
}

struct group {
	u32 clusters; /* free or not */
	u32 cluster_blocks;
	u32 longest;
	u64 free;
	u64 fragments;
	u64 first_block;
	u64 used_block; /* the last block in use; 0: none */
	u64 extents[FRSP_BUCKETS], clusters_of[FRSP_BUCKETS];
};

static void add_run(struct group *group, u32 len)
{
	int bucket = 31 - __builtin_clz(len);

	group->free += len;
	group->fragments++;
	group->extents[bucket]++;
	group->clusters_of[bucket] += len;
	if (len > group->longest)
		group->longest = len;
}

static void read_disk_group(ext2_filsys fs, u32 g, struct group *group)
{
	u64 block = ext2fs_group_first_block2(fs, g);
	u64 end = ext2fs_group_last_block2(fs, g) + 1;
	u32 run = 0, ratio = EXT2FS_CLUSTER_RATIO(fs);

	group->cluster_blocks = ratio;
	group->first_block = block;
	for (; block < end; block += ratio) {
		group->clusters++;
		if (!ext2fs_fast_test_block_bitmap2(fs->block_map, block)) {
			run++;
			continue;
		}
		group->used_block = block;
		if (run)
			add_run(group, run);
		run = 0;
	}
	if (run)
		add_run(group, run);
}

/* Reads the groups from the bitmaps on the disk; NULL: that failed. */
static struct group *read_disk(u32 *n_groups)
{
	struct group *groups;
	ext2_filsys fs;

	syncfs(root);
	if (ext2fs_open(device, EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &fs))
		return NULL;
	if (ext2fs_read_block_bitmap(fs)) {
		ext2fs_close(fs);
		return NULL;
	}
	*n_groups = fs->group_desc_count;
	groups = calloc(*n_groups, sizeof(*groups));
	for (u32 g = 0; g < *n_groups; g++)
		read_disk_group(fs, g, &groups[g]);
	ext2fs_close(fs);
	return groups;
}

static bool is_all_free(const struct group *group)
{
	return group->free == group->clusters;
}

/*
 * Places a file in these ranges and allocates one cluster of it: frsp has to
 * load the group of each range to find room. The cluster is at 64 MiB in the
 * file, because the first clusters of a file may come from a group
 * preallocation.
 */
static void allocate_in(struct frsp_range *ranges, u32 n_ranges)
{
	struct frsp_ioc_place place = {.size = sizeof(place),
				       .ranges = (uintptr_t)ranges,
				       .n_ranges = n_ranges};
	int fd = open(MOUNT_POINT "/load", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	place.fd = fd;
	if (ioctl(frsp, FRSP_IOC_PLACE, &place))
		fail("FRSP_IOC_PLACE: %s", strerror(errno));
	posix_fallocate(fd, 64 << 20, 1);
	unlink(MOUNT_POINT "/load");
	close(fd);
}

/*
 * Makes frsp load all groups. In each group a used block is a range without
 * room, so that frsp tries all ranges. If the disk's bitmap has no used block
 * but ext4's buddy has one, the whole group is a range, and a file is placed in
 * this group alone.
 */
static void load_all(const struct group *groups, u32 n_groups)
{
	struct frsp_range *ranges = calloc(n_groups + 1, sizeof(*ranges));
	struct fstrim_range everything = {.len = ~0ULL, .minlen = 1};
	u32 n_ranges = 0;

	unlink(MOUNT_POINT "/reserve");
	syncfs(root);
	/* Reads the bitmaps into memory again, if ext4 has evicted some: frsp
	 * would have to wait for them. */
	ioctl(root, FITRIM, &everything);
	frsp_write("mb_frsp_max_mem", 0);
	frsp_write("freespace_tree", 1);
	frsp_write("frsp_cache_aggression", 3);
	for (const struct group *group = groups; group < groups + n_groups;
	     group++) {
		struct frsp_range used = {group->used_block,
					  group->cluster_blocks};
		struct frsp_range whole = {group->first_block,
					   (u64)group->clusters *
						   group->cluster_blocks};

		if (group->used_block)
			ranges[n_ranges++] = used;
		else if (!is_all_free(group))
			allocate_in(&whole, 1);
	}
	allocate_in(ranges, n_ranges);
	free(ranges);
	syncfs(root);
}

static u64 sum(const __u64 *numbers)
{
	u64 result = 0;

	for (int i = 0; i < FRSP_BUCKETS; i++)
		result += numbers[i];
	return result;
}

static void add_group(struct group *total, const struct group *group)
{
	total->clusters++; /* in a total: the number of groups */
	total->free += group->free;
	total->fragments += group->fragments;
	for (int i = 0; i < FRSP_BUCKETS; i++) {
		total->extents[i] += group->extents[i];
		total->clusters_of[i] += group->clusters_of[i];
	}
}

/*
 * Adds up all groups that are not completely free, and n_all_free completely
 * free groups: the first ones, or the last ones. Which ones matters, because a
 * filesystem's last group may be smaller than the others.
 */
static struct group add_up(const struct group *groups, u32 n, u32 n_all_free,
			   bool last)
{
	struct group total = {0};

	for (u32 i = 0; i < n; i++) {
		const struct group *group = &groups[last ? n - 1 - i : i];

		if (!is_all_free(group) || n_all_free) {
			n_all_free -= is_all_free(group);
			add_group(&total, group);
		}
	}
	return total;
}

static u32 count_full(const struct group *groups, u32 n)
{
	u32 n_full = 0;

	for (; n--; groups++)
		n_full += !groups->free;
	return n_full;
}

static void compare_buckets(u32 tree, const struct group *total,
			    const struct frsp_ioc_free_extents *is)
{
	for (int i = 0; i < FRSP_BUCKETS; i++)
		if (total->extents[i] != is->extents[i] ||
		    total->clusters_of[i] != is->clusters[i])
			fail("tree %u, extents of %u clusters and more: %llu "
			     "with %llu, on the disk %llu with %llu",
			     tree, 1U << i, (unsigned long long)is->extents[i],
			     (unsigned long long)is->clusters[i],
			     (unsigned long long)total->extents[i],
			     (unsigned long long)total->clusters_of[i]);
}

enum verdict { SAME, DIFFERENT, NOT_LOADED };

static bool is_same(const struct frsp_ioc_free_extents *is,
		    const struct group *total)
{
	return total->free == sum(is->clusters) &&
	       total->fragments == sum(is->extents);
}

/*
 * Finds a total that matches the tree, by trying how many completely free
 * groups are loaded: least to least + n_full. The number is not known, because
 * nothing shows whether a full group is loaded. Example: a tree has 8 partly
 * free groups and 3 full groups, and 11 groups are loaded. These can be the 8
 * and the 3, or the 8 and 3 completely free groups.
 */
static bool find_all_free(const struct group *groups,
			  const struct frsp_ioc_free_extents *is, u32 least,
			  u32 n_full, struct group *total)
{
	for (u32 n = least; n <= least + n_full; n++) {
		*total = add_up(groups, is->groups, n, true);
		if (is_same(is, total))
			return true;
		*total = add_up(groups, is->groups, n, false);
		if (is_same(is, total))
			return true;
	}
	*total = add_up(groups, is->groups, least, true);
	return false;
}

/* Sets is to frsp.ko's answer (all zero if the ioctl failed) and total to what
 * it should be. */
static enum verdict judge_tree(u32 tree, const struct group *groups,
			       struct frsp_ioc_free_extents *is,
			       struct group *total)
{
	u32 n_full, n_all_free = 0, loaded;

	if (!ask(tree, is))
		return DIFFERENT;
	groups += tree * is->groups_per_tree;
	*total = add_up(groups, is->groups, 0, false);
	n_full = count_full(groups, is->groups);
	loaded = is->groups_loaded;
	if (loaded > total->clusters)
		n_all_free = loaded - total->clusters;
	/* A full group has no extents, so it need not be loaded. */
	if (loaded + n_full < total->clusters)
		return NOT_LOADED;
	return find_all_free(groups, is, n_all_free, n_full, total) ? SAME
								    : DIFFERENT;
}

/* Whether all trees agree, so that frsp seems to have loaded all groups. */
static bool is_settled(const struct group *groups)
{
	struct frsp_ioc_free_extents is = {0};
	struct group total;
	u32 n_trees;

	ask(FRSP_ALL, &is);
	n_trees = is.n_trees;
	for (u32 i = 0; i < n_trees; i++)
		if (judge_tree(i, groups, &is, &total) != SAME)
			return false;
	return true;
}

/* False: the tree is not loaded, so there is nothing to compare. */
static bool compare_tree(u32 tree, const struct group *groups, bool buckets)
{
	struct frsp_ioc_free_extents is;
	struct group total;
	enum verdict verdict = judge_tree(tree, groups, &is, &total);

	if (!is.groups) {
		fail("FRSP_IOC_FREE_EXTENTS: %s", strerror(errno));
		return false;
	}
	if (verdict == NOT_LOADED) {
		note("tree %u: %u of %u groups loaded, %u summaries, %u all "
		     "free",
		     tree, is.groups_loaded, is.groups, is.groups_summary,
		     is.groups - total.clusters);
		return false;
	}
	if (verdict == DIFFERENT)
		fail("tree %u has %llu clusters in %llu extents, not %llu in "
		     "%llu",
		     tree, (unsigned long long)sum(is.clusters),
		     (unsigned long long)sum(is.extents),
		     (unsigned long long)total.free,
		     (unsigned long long)total.fragments);
	if (buckets)
		compare_buckets(tree, &total, &is);
	return true;
}

static u32 compare_trees(const struct group *groups, bool buckets,
			 const char *whom)
{
	struct frsp_ioc_free_extents is = {0};
	u32 n = 0;

	ask(FRSP_ALL, &is);
	for (u32 i = 0; i < is.n_trees; i++)
		n += compare_tree(i, groups, buckets);
	if (!n)
		fail("none of %u trees is loaded", is.n_trees);
	note("%u of %u trees are as %s has them", n, is.n_trees, whom);
	return n;
}

/* Replaces the disk's numbers by those of ext4's buddies. */
static void read_memory(struct group *groups, u32 n_groups)
{
	u32 g, free, fragments, first;
	char path[128], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/fs/ext4/%s/mb_groups", device_name);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "#%u : %u %u %u", &g, &free, &fragments,
			   &first) != 4 ||
		    g >= n_groups)
			continue;
		groups[g].free = free;
		groups[g].fragments = fragments;
	}
	if (file)
		fclose(file);
}

void truth_in_memory(void)
{
	struct group *groups;
	u32 n_groups = 0;

	if (!module_path || !open_both())
		return;
	groups = read_disk(&n_groups);
	if (groups) {
		/* While frsp's thread builds a group, load_all() cannot load
		 * it. */
		for (int i = 0; i < SETTLE_TRIES; i++) {
			read_memory(groups, n_groups);
			load_all(groups, n_groups);
			read_memory(groups, n_groups);
			if (is_settled(groups))
				break;
			usleep(100000);
		}
		compare_trees(groups, false, "ext4");
	} else {
		fail("the bitmaps cannot be read");
	}
	free(groups);
	close_both();
}

/* Compares free clusters and longest extent of each group with a summary. */
static void compare_summaries(const struct group *groups, u32 n_groups)
{
	struct frsp_group_summary *known = calloc(n_groups, sizeof(*known));
	struct frsp_ioc_summary summary = {.size = sizeof(summary),
					   .fd = root,
					   .groups = (uintptr_t)known,
					   .n = n_groups};

	if (ioctl(frsp, FRSP_IOC_EXPORT, &summary))
		fail("FRSP_IOC_EXPORT: %s", strerror(errno));
	for (u32 i = 0; i < summary.n; i++) {
		u32 g = known[i].group;

		if (g < n_groups &&
		    (known[i].longest_len != groups[g].longest ||
		     known[i].free != groups[g].free))
			fail("group %u: %u clusters are free, at most %u in a "
			     "row; on the disk %llu and %u",
			     g, known[i].free, known[i].longest_len,
			     (unsigned long long)groups[g].free,
			     groups[g].longest);
	}
	note("%u of %u groups are known, and as the disk has them", summary.n,
	     n_groups);
	free(known);
}

void truth_on_disk(void)
{
	struct group *groups;
	u32 n_groups = 0;

	if (!module_path || !open_both())
		return;
	groups = read_disk(&n_groups);
	if (groups) {
		load_all(groups, n_groups);
		free(groups);
		groups = read_disk(&n_groups);
	}
	if (groups) {
		compare_trees(groups, true, "the disk");
		compare_summaries(groups, n_groups);
	} else {
		fail("the bitmaps cannot be read");
	}
	free(groups);
	close_both();
}
