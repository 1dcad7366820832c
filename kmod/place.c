// SPDX-License-Identifier: GPL-2.0-only
/*
 * Target ranges of files: the next extents of such a file go to them, so that a
 * relocation can say where the blocks of a donor file land. There are few at a
 * time: a list per filesystem, read under RCU.
 *
 * For example, a file has the ranges 1000+100 and 5000+500 (start + length),
 * and 1000 to 1029 are in use. A request for 50 clusters gets 1030+50. A
 * request for 300 then gets 1080+20, all that is left of the first range; ext4
 * asks again for the rest, and gets 5000+280.
 *
 * An entry stands for an open file, by its address, without a reference: it
 * ends when that file is closed (ext4_release_file()), on request, or with the
 * filesystem.
 */
#include <linux/refcount.h>
#include <linux/slab.h>

#include "frsp.h"
#include "uapi/frsp.h"

/*
 * How many steps a request may spend in ext4's transaction, for which others
 * wait. To skip a full group is one step; everything else costs so many steps
 * that a request reads at most 4 bitmaps, or copies at most 15 that are in
 * memory, or looks into at most 256 loaded groups, or skips at most 2^18 full
 * ones. That takes some milliseconds.
 */
#define REQUEST_STEPS (1U << 18)
#define READ_STEPS    (REQUEST_STEPS / 4 - LOAD_STEPS - SEARCH_STEPS)
#define LOAD_STEPS    (REQUEST_STEPS / 16)
#define SEARCH_STEPS  (REQUEST_STEPS / 256)

/* How many extents it looks at in a group, while it holds the tree's lock. */
#define SEARCH_EXTENTS 1024

/* In clusters, from cluster 0 of group 0. */
struct clusters {
	u64 start;
	u64 len;
};

struct place {
	struct list_head list;
	struct rcu_head rcu;
	refcount_t users; /* the list, and requests that use it */
	struct inode *inode;
	struct file *file;
	/*
	 * where to look next; serialised by i_data_sem, under which ext4
	 * allocates
	 */
	u32 at_range;
	u64 at; /* in that range, or before it */
	u32 n_ranges;
	struct clusters ranges[];
};

/*
 * Converts a range of blocks to the whole clusters in it, counted from the
 * first cluster of group 0. A range without a whole cluster stays: it has no
 * room.
 */
static int to_clusters(struct frsp_fs *fs, const struct frsp_range *from,
		       struct clusters *to)
{
	u64 n_blocks = frsp_sbi_blocks(frsp_sbi(fs->sb));
	u32 round = (1U << fs->cluster_bits) - 1;
	u64 start = from->start_fsblk, end;

	if (!from->len_blocks || start < fs->first_data_block ||
	    start >= n_blocks || from->len_blocks > n_blocks - start)
		return -ERANGE;
	end = start + from->len_blocks - fs->first_data_block;
	start -= fs->first_data_block;
	end >>= fs->cluster_bits;
	start = (start + round) >> fs->cluster_bits;
	to->start = start;
	to->len = end > start ? end - start : 0;
	return 0;
}

static void place_put(struct place *place)
{
	if (refcount_dec_and_test(&place->users))
		kvfree_rcu(place, rcu);
}

/* Under places_lock. */
static int remove(struct frsp_fs *fs, struct file *file)
{
	struct place *place;

	list_for_each_entry (place, &fs->places, list) {
		if (place->file != file)
			continue;
		list_del_rcu(&place->list);
		place_put(place);
		frsp_closes_release();
		return 0;
	}
	return -ENOENT;
}

int frsp_place_add(struct frsp_fs *fs, struct file *file,
		   const struct frsp_range *ranges, u32 n)
{
	struct inode *inode = file_inode(file);
	struct place *place;
	u32 i;
	int err;

	if (!S_ISREG(inode->i_mode) || !frsp_inode_has_extents(inode))
		return -EOPNOTSUPP;
	place = kvmalloc(struct_size(place, ranges, n), GFP_KERNEL);
	if (!place)
		return -ENOMEM;
	refcount_set(&place->users, 1);
	place->inode = inode;
	place->file = file;
	place->at_range = 0;
	place->at = 0;
	place->n_ranges = n;
	for (i = 0, err = 0; i < n && !err; i++)
		err = to_clusters(fs, &ranges[i], &place->ranges[i]);
	if (!err)
		err = frsp_closes_hold();
	if (err) {
		kvfree(place);
		return err;
	}
	spin_lock(&fs->places_lock);
	remove(fs, file);
	list_add_rcu(&place->list, &fs->places);
	spin_unlock(&fs->places_lock);
	return 0;
}

int frsp_place_remove(struct frsp_fs *fs, struct file *file)
{
	int err;

	spin_lock(&fs->places_lock);
	err = remove(fs, file);
	spin_unlock(&fs->places_lock);
	return err;
}

void frsp_place_file_closed(struct frsp_fs *fs, struct file *file)
{
	if (!list_empty(&fs->places))
		frsp_place_remove(fs, file);
}

void frsp_place_clear(struct frsp_fs *fs)
{
	struct place *place, *next;

	list_for_each_entry_safe(place, next, &fs->places, list)
	{
		list_del(&place->list);
		place_put(place);
		frsp_closes_release();
	}
}

/*
 * The first free extent of at least len in [from, end) of a group; if there is
 * none, the longest of the first SEARCH_EXTENTS. All positions are in the tree.
 * 0: nothing is free.
 */
static u32 find_free(const struct frsp_tree *tree, u32 from, u32 end, u32 len,
		     u32 *start)
{
	struct frsp_extent *extent = frsp_tree_next(tree, from);
	u32 found = 0, visits = SEARCH_EXTENTS, first, last;
	struct rb_node *node;

	while (extent && extent->start < end && found < len && visits--) {
		first = max(extent->start, from);
		last = min(extent->start + extent->len, end);
		if (last - first > found) {
			found = last - first;
			*start = first;
		}
		node = rb_next(&extent->by_start);
		extent = node ? rb_entry(node, struct frsp_extent, by_start)
			      : NULL;
	}
	return found;
}

/* The same for a group that is not loaded: the longest extent that is known. */
static u32 find_in_summary(const struct frsp_tree *tree, u32 group, u32 from,
			   u32 end, u32 *start)
{
	const struct frsp_group *known = &tree->groups[group];
	u32 base = group * tree->group_clusters, first, last;

	if (known->state != FRSP_GROUP_SUMMARY)
		return 0;
	first = max(base + known->longest_start, from);
	last = min(base + known->longest_start + known->longest_len, end);
	*start = first;
	return last > first ? last - first : 0;
}

/*
 * The best place that a request has found so far, and what it may still spend.
 */
struct find {
	u32 len;   /* wanted */
	u32 free;  /* length of the best place; 0: none */
	u32 group; /* its group, and its start there */
	u32 start;
	u32 steps; /* that may still be spent */
	bool over; /* too few steps are left for the next group */
};

static bool spend(struct find *find, u32 steps)
{
	if (find->steps < steps)
		return false;
	find->steps -= steps;
	return true;
}

/*
 * Loads a group that is not full. If there is no memory for its extents, or
 * ext4 has dropped its bitmap, it is a SUMMARY at least. False: that would cost
 * too many steps; the thread will load it.
 */
static bool know_group(struct frsp_fs *fs, struct frsp_tree *tree, u32 in_tree,
		       struct find *find)
{
	u32 group = (tree->index << fs->span_log2) + in_tree;
	enum frsp_group_state state = frsp_load_state(tree, in_tree);

	if (state == FRSP_GROUP_LOADED || state == FRSP_GROUP_BAD)
		return true;
	if (spend(find, LOAD_STEPS) && !frsp_load_group(fs, group, false))
		return true;
	if (spend(find, READ_STEPS)) {
		if (frsp_load_group(fs, group, true) &&
		    frsp_load_state(tree, in_tree) == FRSP_GROUP_UNKNOWN)
			frsp_load_summary(fs, group);
		return true;
	}
	frsp_loader_want(fs, tree, true);
	return false;
}

static bool may_search(struct frsp_fs *fs, struct frsp_tree *tree, u32 in_tree,
		       struct find *find)
{
	if (!READ_ONCE(tree->groups[in_tree].free))
		return spend(find, 1);
	return spend(find, SEARCH_STEPS) && know_group(fs, tree, in_tree, find);
}

/*
 * Searches one range from *at on, group by group, up to the first group that
 * has len. Moves *at past groups in which nothing is free.
 */
static void find_in_range(struct frsp_fs *fs, const struct clusters *range,
			  u64 *at, struct find *find)
{
	u64 from, end = range->start + range->len, group_end;
	u32 found, start, in_tree, base, group, offset, first, last;
	struct frsp_tree *tree;

	for (from = *at; from < end && find->free < find->len;
	     from = group_end) {
		group = div_u64_rem(from, fs->group_clusters, &offset);
		group_end = min(end, from - offset + fs->group_clusters);
		tree = frsp_trees_of_group(fs, group, &in_tree);
		if (!tree)
			break;
		find->over = !may_search(fs, tree, in_tree, find);
		if (find->over)
			break;
		base = in_tree * fs->group_clusters;
		first = base + offset;
		last = first + (u32)(group_end - from);
		spin_lock(&tree->lock);
		found = find_free(tree, first, last, find->len, &start)
				?: find_in_summary(tree, in_tree, first, last,
						   &start);
		spin_unlock(&tree->lock);
		if (found > find->free) {
			find->free = found;
			find->group = group;
			find->start = start - base;
		}
		if (!find->free)
			*at = group_end;
		cond_resched();
	}
}

/* The inode's entry, to be released by place_put(), or NULL. */
static struct place *place_get(struct frsp_fs *fs, struct inode *inode)
{
	struct place *place, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(place, &fs->places, list)
	{
		if (place->inode == inode &&
		    refcount_inc_not_zero(&place->users)) {
			found = place;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/*
 * Searches from the cursor on. What is freed before the cursor counts when the
 * search starts over.
 */
static void find_in_ranges(struct frsp_fs *fs, struct place *place,
			   struct find *find)
{
	while (place->at_range < place->n_ranges) {
		const struct clusters *range = &place->ranges[place->at_range];

		if (place->at < range->start)
			place->at = range->start;
		find_in_range(fs, range, &place->at, find);
		if (find->free || find->over)
			return;
		place->at_range++;
		place->at = 0;
	}
	place->at_range = 0;
}

bool frsp_place_next(struct frsp_fs *fs, struct inode *inode, u32 len,
		     u32 *group, u32 *start, u32 *free)
{
	struct find find = {.len = len, .steps = REQUEST_STEPS};
	struct place *place = place_get(fs, inode);

	if (!place)
		return false;
	find_in_ranges(fs, place, &find);
	place_put(place);
	*group = find.group;
	*start = find.start;
	*free = find.free;
	return find.free > 0;
}
