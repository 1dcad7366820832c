// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free extents are in two rbtrees: by start, to follow what ext4 takes and
 * frees, and by (length, start), to find the best fit. By start, each extent
 * also has the greatest length class (extent.h) in its subtree, so that a
 * search for a near extent that is long enough skips all short ones, however
 * many.
 *
 * For example, the extents 10+2, 20+7 and 40+2 (start + length) are in this
 * order by start, and in the order 10+2, 40+2, 20+7 by length. If ext4 takes
 * clusters 20 to 22, 20+7 becomes 23+4 and keeps its place in both trees. If
 * ext4 then takes cluster 41, 40+2 becomes 40+1, and moves before 10+2 by
 * length.
 *
 * A change costs O(log extents), under the locks that ext4 holds then. Mostly
 * ext4 takes the front of an extent or frees the clusters behind one: that
 * extent moves only by length, and only if it passes a neighbour there.
 *
 * A group of 32768 clusters may have 16384 extents, so loading inserts them in
 * chunks (LOADING in tree.h). Without memory the tree does what it can in
 * place: it then knows less free space than there is, never more.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/rbtree_augmented.h>
#include <linux/string.h>

#include "order.h"
#include "tree.h"

/* Hooks are entered with ext4's spinlocks held. */
#define HOOK_GFP (GFP_ATOMIC | __GFP_NOWARN)
/* Loading is never urgent: it leaves the reserves to others. */
#define LOAD_GFP (GFP_NOWAIT | __GFP_NOWARN)

#define MAX_SPAN_LOG2 4

u32 frsp_tree_span_log2(u32 log_flex, u32 group_clusters)
{
	u32 log2 = min_t(u32, log_flex ?: MAX_SPAN_LOG2, MAX_SPAN_LOG2);

	while (log2 && (u64)group_clusters << log2 > FRSP_TREE_MAX_CLUSTERS)
		log2--;
	return log2;
}

struct frsp_tree *frsp_tree_new(u32 index, u32 n_groups, u32 group_clusters,
				u32 last_group_clusters, gfp_t gfp)
{
	struct frsp_tree *tree;

	tree = kzalloc(struct_size(tree, groups, n_groups), gfp);
	if (!tree)
		return NULL;
	spin_lock_init(&tree->lock);
	spin_lock_init(&tree->busy_lock);
	tree->by_start = RB_ROOT;
	tree->by_len = RB_ROOT;
	INIT_LIST_HEAD(&tree->offers);
	INIT_LIST_HEAD(&tree->lru);
	INIT_LIST_HEAD(&tree->wanted);
	tree->index = index;
	tree->n_groups = n_groups;
	tree->group_clusters = group_clusters;
	tree->last_group_clusters = last_group_clusters;
	return tree;
}

void frsp_tree_free(struct frsp_tree *tree)
{
	kfree(tree->rooms);
	kfree(tree);
}

u32 frsp_tree_group_clusters(const struct frsp_tree *tree, u32 group)
{
	return group == tree->n_groups - 1 ? tree->last_group_clusters
					   : tree->group_clusters;
}

static u32 group_start(const struct frsp_tree *tree, u32 group)
{
	return group * tree->group_clusters;
}

static bool is_known(u32 state)
{
	return state == FRSP_GROUP_SUMMARY || state == FRSP_GROUP_LOADING ||
	       state == FRSP_GROUP_LOADED;
}

static void set_state(struct frsp_tree *tree, struct frsp_group *group,
		      enum frsp_group_state state)
{
	tree->n_known += is_known(state) - is_known(group->state);
	tree->n_loaded += (state == FRSP_GROUP_LOADED) -
			  (group->state == FRSP_GROUP_LOADED);
	tree->n_bad +=
		(state == FRSP_GROUP_BAD) - (group->state == FRSP_GROUP_BAD);
	group->state = state;
}

static void set_summary(struct frsp_tree *tree, struct frsp_group *group,
			u32 longest_start, u32 longest_len)
{
	set_state(tree, group, FRSP_GROUP_SUMMARY);
	group->longest_start = longest_start;
	group->longest_len = longest_len;
}

/* --- the extents ---------------------------------------------------------- */

static u32 extent_end(const struct frsp_extent *extent)
{
	return extent->start + extent->len;
}

static bool len_less(struct rb_node *a, const struct rb_node *b)
{
	const struct frsp_extent *x = rb_entry(a, struct frsp_extent, by_len);
	const struct frsp_extent *y = rb_entry(b, struct frsp_extent, by_len);

	return x->len != y->len ? x->len < y->len : x->start < y->start;
}

static u32 own_class(const struct frsp_extent *extent)
{
	return frsp_len_class(extent->len);
}

RB_DECLARE_CALLBACKS_MAX(static, longest_callbacks, struct frsp_extent,
			 by_start, u32, longest, own_class)

/* The last extent that starts at or before a position, or NULL. */
static struct frsp_extent *floor_extent(const struct frsp_tree *tree,
					u32 position)
{
	struct rb_node *node = tree->by_start.rb_node;
	struct frsp_extent *extent, *found = NULL;

	while (node) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		if (position < extent->start) {
			node = node->rb_left;
		} else {
			found = extent;
			node = node->rb_right;
		}
	}
	return found;
}

/* The extent behind another one; for NULL the first of the tree. */
static struct frsp_extent *next_extent(const struct frsp_tree *tree,
				       const struct frsp_extent *extent)
{
	struct rb_node *node =
		extent ? rb_next(&extent->by_start) : rb_first(&tree->by_start);

	return rb_entry_safe(node, struct frsp_extent, by_start);
}

/* Adds an extent directly behind another one; for NULL as the first. */
static bool add_extent(struct frsp_tree *tree, struct frsp_memory *memory,
		       struct frsp_extent *before, u32 start, u32 end,
		       gfp_t gfp)
{
	struct frsp_extent *extent = frsp_extent_alloc(memory, gfp);
	struct rb_node **link = &tree->by_start.rb_node, *parent = NULL;

	if (!extent)
		return false;
	extent->start = start;
	extent->len = end - start;
	if (before) {
		parent = &before->by_start;
		link = &parent->rb_right;
	}
	while (*link) {
		parent = *link;
		link = &parent->rb_left;
	}
	rb_link_node(&extent->by_start, parent, link);
	extent->longest = own_class(extent);
	longest_callbacks.propagate(parent, NULL);
	rb_insert_augmented(&extent->by_start, &tree->by_start,
			    &longest_callbacks);
	rb_add(&extent->by_len, &tree->by_len, len_less);
	tree->extents++;
	return true;
}

static void remove_extent(struct frsp_tree *tree, struct frsp_memory *memory,
			  struct frsp_extent *extent)
{
	rb_erase_augmented(&extent->by_start, &tree->by_start,
			   &longest_callbacks);
	rb_erase(&extent->by_len, &tree->by_len);
	tree->extents--;
	frsp_extent_free(memory, extent);
}

/* The extent becomes [start, end). It must not pass a neighbour by start. */
static void resize_extent(struct frsp_tree *tree, struct frsp_extent *extent,
			  u32 start, u32 end)
{
	u32 old_class = own_class(extent);

	extent->start = start;
	extent->len = end - start;
	/* Otherwise a child has the greatest class, before and after. */
	if (old_class == extent->longest || own_class(extent) > extent->longest)
		longest_callbacks.propagate(&extent->by_start, NULL);
	frsp_reorder(&extent->by_len, &tree->by_len, len_less);
}

/* Removes [start, end) from the free extents. */
static enum frsp_tree_result
carve(struct frsp_tree *tree, struct frsp_memory *memory, u32 start, u32 end)
{
	struct frsp_extent *extent = floor_extent(tree, start);
	u32 old_start, old_end;
	bool added = true;

	if (!extent || extent_end(extent) < end)
		return FRSP_TREE_MISMATCH;
	old_start = extent->start;
	old_end = extent_end(extent);
	if (old_start < start && end < old_end)
		added = add_extent(tree, memory, extent, end, old_end,
				   HOOK_GFP);

	if (old_start < start && (added || start - old_start >= old_end - end))
		resize_extent(tree, extent, old_start, start);
	else if (end < old_end)
		resize_extent(tree, extent, end, old_end);
	else
		remove_extent(tree, memory, extent);
	return added ? FRSP_TREE_DONE : FRSP_TREE_NO_MEMORY;
}

/* Adds [start, end), which is within a group, to the free extents. */
static enum frsp_tree_result release(struct frsp_tree *tree,
				     struct frsp_memory *memory, u32 start,
				     u32 end, gfp_t gfp)
{
	struct frsp_extent *before = floor_extent(tree, start);
	struct frsp_extent *after = next_extent(tree, before);
	bool joins_before, joins_after;

	if ((before && extent_end(before) > start) ||
	    (after && after->start < end))
		return FRSP_TREE_MISMATCH;
	/* neighbours that touch at a group's border stay apart */
	joins_before = before && extent_end(before) == start &&
		       start % tree->group_clusters;
	joins_after =
		after && after->start == end && end % tree->group_clusters;

	if (joins_before && joins_after) {
		end = extent_end(after);
		remove_extent(tree, memory, after);
	}
	if (joins_before)
		resize_extent(tree, before, before->start, end);
	else if (joins_after)
		resize_extent(tree, after, start, extent_end(after));
	else if (!add_extent(tree, memory, before, start, end, gfp))
		return FRSP_TREE_NO_MEMORY;
	return FRSP_TREE_DONE;
}

struct frsp_extent *frsp_tree_find(const struct frsp_tree *tree, u32 position)
{
	struct frsp_extent *extent = floor_extent(tree, position);

	return extent && position < extent_end(extent) ? extent : NULL;
}

struct frsp_extent *frsp_tree_next(const struct frsp_tree *tree, u32 position)
{
	struct frsp_extent *extent = floor_extent(tree, position);

	if (extent && position < extent_end(extent))
		return extent;
	return next_extent(tree, extent);
}

u32 frsp_tree_longest(const struct frsp_tree *tree, u32 *start)
{
	struct frsp_extent *extent = rb_entry_safe(rb_last(&tree->by_len),
						   struct frsp_extent, by_len);
	u32 n_summaries = tree->n_known - tree->n_loaded - !!tree->build;
	u32 longest = 0;

	*start = 0;
	if (extent) {
		longest = extent->len;
		*start = extent->start;
	}
	for (u32 i = 0; n_summaries; i++) {
		const struct frsp_group *group = &tree->groups[i];

		if (group->state != FRSP_GROUP_SUMMARY)
			continue;
		n_summaries--;
		if (group->longest_len > longest) {
			longest = group->longest_len;
			*start = group_start(tree, i) + group->longest_start;
		}
	}
	return longest;
}

int frsp_tree_promising(const struct frsp_tree *tree, u32 *free)
{
	int found = -1;

	*free = 0;
	if (tree->n_known == tree->n_groups)
		return -1;
	for (u32 i = 0; i < tree->n_groups; i++) {
		const struct frsp_group *group = &tree->groups[i];

		if (group->state == FRSP_GROUP_UNKNOWN && group->free > *free) {
			*free = group->free;
			found = i;
		}
	}
	return found;
}

/* --- a group's bitmap ----------------------------------------------------- */

/* A run of clear bits. */
struct run {
	u32 start;
	u32 end;
};

/* Moves *run to the first run behind it, cut at limit; false: there is none. */
static bool next_run(const void *bitmap, u32 limit, struct run *run)
{
	run->start = find_next_zero_bit_le(bitmap, limit, run->end);
	if (run->start >= limit)
		return false;
	run->end = find_next_bit_le(bitmap, limit, run->start);
	return true;
}

static void fill_bits(void *bitmap, u32 start, u32 end, bool set)
{
	while (start < end) {
		u32 n_bytes = (end - start) / BITS_PER_BYTE;

		if (n_bytes && start % BITS_PER_BYTE == 0) {
			memset((u8 *)bitmap + start / BITS_PER_BYTE,
			       set ? 0xff : 0, n_bytes);
			start += n_bytes * BITS_PER_BYTE;
			continue;
		}
		if (set)
			__set_bit_le(start, bitmap);
		else
			__clear_bit_le(start, bitmap);
		start++;
	}
}

/* Whether the extents below limit are exactly the runs of the bitmap. */
static bool agrees(const struct frsp_tree *tree, u32 group, const void *bitmap,
		   u32 limit)
{
	u32 base = group_start(tree, group);
	struct frsp_extent *extent = floor_extent(tree, base);
	struct run run = {};

	if (!extent || extent->start < base)
		extent = next_extent(tree, extent);
	while (next_run(bitmap, limit, &run)) {
		if (!extent || extent->start != base + run.start ||
		    extent_end(extent) != base + run.end)
			return false;
		extent = next_extent(tree, extent);
	}
	return !extent || extent->start >= base + limit;
}

enum frsp_tree_result frsp_tree_regenerated(struct frsp_tree *tree, u32 group,
					    const void *bitmap)
{
	u32 clusters = frsp_tree_group_clusters(tree, group);
	struct frsp_group *known = &tree->groups[group];
	struct run run = {}, longest = {};
	u32 free_before = known->free;

	known->free = 0;
	while (next_run(bitmap, clusters, &run)) {
		known->free += run.end - run.start;
		if (run.end - run.start > longest.end - longest.start)
			longest = run;
	}

	switch (known->state) {
	case FRSP_GROUP_LOADED:
		if (known->free != free_before ||
		    !agrees(tree, group, bitmap, clusters))
			return FRSP_TREE_MISMATCH;
		break;
	case FRSP_GROUP_LOADING:
		if (!agrees(tree, group, bitmap, tree->build->built))
			return FRSP_TREE_MISMATCH;
		memcpy(tree->build->bitmap, bitmap, BITS_TO_BYTES(clusters));
		break;
	default:
		set_summary(tree, known, longest.start,
			    longest.end - longest.start);
	}
	return FRSP_TREE_DONE;
}

/* --- what ext4 does ------------------------------------------------------- */

/* Keeps the longer part that is left of a SUMMARY's extent. */
static void summary_used(struct frsp_tree *tree, struct frsp_group *group,
			 u32 start, u32 end)
{
	u32 longest_start = group->longest_start;
	u32 longest_end = longest_start + group->longest_len;
	u32 front, rear;

	if (start < longest_end && end > longest_start) {
		front = start > longest_start ? start - longest_start : 0;
		rear = longest_end > end ? longest_end - end : 0;
		if (rear > front)
			group->longest_start = end;
		group->longest_len = max(front, rear);
	}
	/* a saved summary may be stale */
	if (group->longest_len > group->free)
		group->longest_len = 0;
	if (!group->longest_len && group->free)
		set_state(tree, group, FRSP_GROUP_UNKNOWN);
}

static void summary_freed(struct frsp_group *group, u32 start, u32 end)
{
	u32 longest_end = group->longest_start + group->longest_len;

	if (group->longest_len && start == longest_end) {
		group->longest_len += end - start;
	} else if (group->longest_len && end == group->longest_start) {
		group->longest_start = start;
		group->longest_len += end - start;
	} else if (end - start > group->longest_len) {
		group->longest_start = start;
		group->longest_len = end - start;
	}
}

/* ext4 takes or frees [start, end) of the group that is LOADING. */
static enum frsp_tree_result loading_changed(struct frsp_tree *tree,
					     struct frsp_memory *memory,
					     u32 start, u32 end, bool used)
{
	struct frsp_build *build = tree->build;
	u32 base = group_start(tree, build->group);
	u32 mark = clamp(build->built, start, end);
	u32 already;

	if (mark < end) {
		already =
			used ? find_next_bit_le(build->bitmap, end, mark)
			     : find_next_zero_bit_le(build->bitmap, end, mark);
		if (already < end)
			return FRSP_TREE_MISMATCH;
		fill_bits(build->bitmap, mark, end, used);
	}
	if (start == mark)
		return FRSP_TREE_DONE;
	if (used)
		return carve(tree, memory, base + start, base + mark);
	return release(tree, memory, base + start, base + mark, HOOK_GFP);
}

static bool is_in_group(const struct frsp_tree *tree, u32 group, u32 start,
			u32 len)
{
	u32 clusters = frsp_tree_group_clusters(tree, group);

	return start <= clusters && len <= clusters - start;
}

enum frsp_tree_result frsp_tree_used(struct frsp_tree *tree,
				     struct frsp_memory *memory, u32 group,
				     u32 start, u32 len, u32 free_before)
{
	struct frsp_group *known = &tree->groups[group];
	u32 base = group_start(tree, group);
	u32 free = known->free;

	if (!len)
		return FRSP_TREE_DONE;
	if (!is_in_group(tree, group, start, len) || len > free_before)
		return FRSP_TREE_MISMATCH;
	known->free = free_before - len;
	switch (known->state) {
	case FRSP_GROUP_SUMMARY:
		summary_used(tree, known, start, start + len);
		break;
	case FRSP_GROUP_LOADING:
		return loading_changed(tree, memory, start, start + len, true);
	case FRSP_GROUP_LOADED:
		if (free != free_before)
			return FRSP_TREE_MISMATCH;
		return carve(tree, memory, base + start, base + start + len);
	}
	return FRSP_TREE_DONE;
}

enum frsp_tree_result frsp_tree_freed(struct frsp_tree *tree,
				      struct frsp_memory *memory, u32 group,
				      u32 start, u32 len, u32 free_before)
{
	struct frsp_group *known = &tree->groups[group];
	u32 base = group_start(tree, group);
	u32 free = known->free;

	if (!len)
		return FRSP_TREE_DONE;
	if (!is_in_group(tree, group, start, len) ||
	    !is_in_group(tree, group, free_before, len))
		return FRSP_TREE_MISMATCH;
	known->free = free_before + len;
	switch (known->state) {
	case FRSP_GROUP_SUMMARY:
		summary_freed(known, start, start + len);
		break;
	case FRSP_GROUP_LOADING:
		return loading_changed(tree, memory, start, start + len, false);
	case FRSP_GROUP_LOADED:
		if (free != free_before)
			return FRSP_TREE_MISMATCH;
		return release(tree, memory, base + start, base + start + len,
			       HOOK_GFP);
	}
	return FRSP_TREE_DONE;
}

void frsp_tree_set_free(struct frsp_tree *tree, u32 group, u32 free)
{
	struct frsp_group *known = &tree->groups[group];

	if (known->state != FRSP_GROUP_UNKNOWN)
		return;
	known->free = free;
	if (free == frsp_tree_group_clusters(tree, group))
		set_summary(tree, known, 0, free);
}

void frsp_tree_set_summary(struct frsp_tree *tree, u32 group, u32 free,
			   u32 longest_start, u32 longest_len)
{
	struct frsp_group *known = &tree->groups[group];

	if (known->state != FRSP_GROUP_UNKNOWN || longest_len > free ||
	    (free && !longest_len) ||
	    !is_in_group(tree, group, longest_start, longest_len))
		return;
	known->free = free;
	set_summary(tree, known, longest_start, longest_len);
}

void frsp_tree_set_bad(struct frsp_tree *tree, u32 group)
{
	set_state(tree, &tree->groups[group], FRSP_GROUP_BAD);
}

/* --- loading and dropping ------------------------------------------------- */

bool frsp_tree_build_begin(struct frsp_tree *tree, struct frsp_build *build,
			   u32 free)
{
	struct frsp_group *known = &tree->groups[build->group];

	if (tree->build || known->state == FRSP_GROUP_LOADED ||
	    known->state == FRSP_GROUP_BAD)
		return false;
	set_state(tree, known, FRSP_GROUP_LOADING);
	known->free = free;
	build->built = 0;
	build->is_reload = known->was_loaded;
	tree->build = build;
	return true;
}

int frsp_tree_build_step(struct frsp_tree *tree, struct frsp_build *build,
			 struct frsp_memory *memory, u32 max_clusters)
{
	u32 base = group_start(tree, build->group);
	u32 clusters = frsp_tree_group_clusters(tree, build->group);
	struct run run = {.end = build->built};
	u32 limit;

	if (tree->build != build)
		return -ECANCELED;
	limit = build->built + min(max_clusters, clusters - build->built);
	while (next_run(build->bitmap, limit, &run)) {
		if (release(tree, memory, base + run.start, base + run.end,
			    LOAD_GFP) != FRSP_TREE_DONE) {
			build->built = run.start;
			return -ENOMEM;
		}
	}
	build->built = limit;
	if (limit < clusters)
		return 1;
	set_state(tree, &tree->groups[build->group], FRSP_GROUP_LOADED);
	tree->groups[build->group].was_loaded = true;
	tree->build = NULL;
	return 0;
}

/*
 * Makes LOADED groups SUMMARYs, walking from the longest extent of the tree
 * down.
 */
static void summarize(struct frsp_tree *tree)
{
	struct rb_node *node = rb_last(&tree->by_len);
	u32 visits = FRSP_TREE_DROP_VISITS;

	for (; node && visits && tree->n_loaded;
	     node = rb_prev(node), visits--) {
		const struct frsp_extent *extent =
			rb_entry(node, struct frsp_extent, by_len);
		u32 group = extent->start / tree->group_clusters;

		if (tree->groups[group].state == FRSP_GROUP_LOADED)
			set_summary(tree, &tree->groups[group],
				    extent->start - group_start(tree, group),
				    extent->len);
	}
}

/*
 * For a group that summarize() has left LOADED: the longest of its first
 * extents stands for it, and its bitmap need not be read again.
 */
static void summarize_short(struct frsp_tree *tree, u32 group)
{
	u32 base = group_start(tree, group);
	u32 end = base + frsp_tree_group_clusters(tree, group);
	struct frsp_extent *extent = frsp_tree_next(tree, base);
	u32 visits = FRSP_TREE_DROP_VISITS / tree->n_groups + 1;
	struct rb_node *node = extent ? &extent->by_start : NULL;
	u32 start = 0, len = 0;

	for (; node && visits; node = rb_next(node), visits--) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		if (extent->start >= end)
			break;
		if (extent->len > len) {
			start = extent->start - base;
			len = extent->len;
		}
	}
	if (len)
		set_summary(tree, &tree->groups[group], start, len);
	else
		set_state(tree, &tree->groups[group], FRSP_GROUP_UNKNOWN);
}

void frsp_tree_drop(struct frsp_tree *tree, int distrust,
		    struct rb_root *condemned)
{
	struct frsp_group *known;
	u32 i;

	if (tree->build)
		set_state(tree, &tree->groups[tree->build->group],
			  FRSP_GROUP_UNKNOWN);
	tree->build = NULL;
	if (distrust >= 0 && is_known(tree->groups[distrust].state))
		set_state(tree, &tree->groups[distrust], FRSP_GROUP_UNKNOWN);
	for (i = 0; i < tree->n_groups && tree->n_loaded; i++) {
		known = &tree->groups[i];
		if (known->state == FRSP_GROUP_LOADED && !known->free)
			set_summary(tree, known, 0, 0);
	}
	summarize(tree);
	for (i = 0; i < tree->n_groups && tree->n_loaded; i++)
		if (tree->groups[i].state == FRSP_GROUP_LOADED)
			summarize_short(tree, i);
	*condemned = tree->by_start;
	tree->by_start = RB_ROOT;
	tree->by_len = RB_ROOT;
	tree->extents = 0;
}
