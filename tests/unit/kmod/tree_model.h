/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree beside the truth: a flag per cluster. Each operation goes to both, and
 * model_check() compares all that the tree knows with what is true.
 *
 * The includer defines check(condition), which does not return if it is false.
 */
#ifndef FRSP_TEST_TREE_MODEL_H
#define FRSP_TEST_TREE_MODEL_H

#include <stdlib.h>
#include <string.h>

#include <linux/bitmap.h>
#include <linux/minmax.h>

#include "tree.h"

struct model {
	struct kmem_cache cache;
	struct frsp_memory memory;
	struct frsp_tree *tree;
	struct frsp_build build;
	unsigned long *bitmap; /* of one group */
	bool *in_use;	       /* by position */
};

static inline u32 model_clusters(const struct model *model)
{
	const struct frsp_tree *tree = model->tree;

	return (tree->n_groups - 1) * tree->group_clusters +
	       tree->last_group_clusters;
}

/* All groups are UNKNOWN, and in use from end to end. */
static inline void model_init(struct model *model, u32 n_groups,
			      u32 group_clusters, u32 last_group_clusters)
{
	size_t longs = BITS_TO_LONGS(group_clusters);

	*model = (struct model){};
	model->cache.object_size = sizeof(struct frsp_extent);
	model->memory.cache = &model->cache;
	model->tree = frsp_tree_new(0, n_groups, group_clusters,
				    last_group_clusters, GFP_KERNEL);
	check(model->tree);
	model->bitmap = calloc(longs, sizeof(long));
	model->build.bitmap = calloc(longs, sizeof(long));
	model->in_use = malloc(model_clusters(model));
	check(model->bitmap && model->build.bitmap && model->in_use);
	memset(model->in_use, true, model_clusters(model));
}

static inline u32 model_base(const struct model *model, u32 group)
{
	return group * model->tree->group_clusters;
}

static inline u32 model_free(const struct model *model, u32 group)
{
	const bool *in_use = model->in_use + model_base(model, group);
	u32 free = 0;

	for (u32 i = frsp_tree_group_clusters(model->tree, group); i-- > 0;)
		free += !in_use[i];
	return free;
}

/* The longest free run of [start, end), which lies in one group. */
static inline u32 model_longest(const struct model *model, u32 start, u32 end)
{
	u32 longest = 0, len = 0;

	for (; start < end; start++) {
		len = model->in_use[start] ? 0 : len + 1;
		longest = len > longest ? len : longest;
	}
	return longest;
}

static inline bool model_is(const struct model *model, u32 start, u32 len,
			    bool used)
{
	for (u32 i = start; i < start + len; i++)
		if (model->in_use[i] != used)
			return false;
	return true;
}

/* The group's bitmap as ext4 has it, with the padding of a short group set. */
static inline void model_fill_bitmap(const struct model *model, u32 group,
				     void *bitmap)
{
	const bool *in_use = model->in_use + model_base(model, group);
	u32 clusters = frsp_tree_group_clusters(model->tree, group);

	memset(bitmap, 0xff,
	       BITS_TO_LONGS(model->tree->group_clusters) * sizeof(long));
	for (u32 i = 0; i < clusters; i++)
		if (!in_use[i])
			__clear_bit_le(i, bitmap);
}

/* --- what must be true ---------------------------------------------------- */

static inline void model_check_extent(const struct model *model,
				      const struct frsp_extent *extent)
{
	const struct frsp_tree *tree = model->tree;
	u32 group = extent->start / tree->group_clusters;
	u32 base = model_base(model, group);
	u32 end = extent->start + extent->len;
	u32 limit = base + frsp_tree_group_clusters(tree, group);

	check(group < tree->n_groups);
	if (tree->groups[group].state == FRSP_GROUP_LOADING)
		limit = base + tree->build->built;
	else
		check(tree->groups[group].state == FRSP_GROUP_LOADED);
	check(extent->len > 0 && end <= limit);
	check(model_is(model, extent->start, extent->len, false));
	check(extent->start == base || model->in_use[extent->start - 1]);
	check(end == limit || model->in_use[end]);
}

static inline u32 model_longest_below(const struct rb_node *node)
{
	return node ? rb_entry(node, struct frsp_extent, by_start)->longest : 0;
}

/* It knows the longest of those below it. */
static inline void model_check_longest(const struct frsp_extent *extent)
{
	const struct rb_node *node = &extent->by_start;

	check(extent->longest == max3(frsp_len_class(extent->len),
				      model_longest_below(node->rb_left),
				      model_longest_below(node->rb_right)));
}

/* From each extent on the next that is long enough is found, either way. */
static inline void model_check_long(const struct model *model, u32 len)
{
	const struct frsp_tree *tree = model->tree;
	const struct frsp_extent *extent, *found = NULL;
	struct rb_node *node;

	for (node = rb_first(&tree->by_start); node; node = rb_next(node)) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		check(frsp_tree_long_before(extent, len) == found);
		if (frsp_len_class(extent->len) >= frsp_len_class(len))
			found = extent;
	}
	found = NULL;
	for (node = rb_last(&tree->by_start); node; node = rb_prev(node)) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		check(frsp_tree_long_behind(extent, len) == found);
		if (frsp_len_class(extent->len) >= frsp_len_class(len))
			found = extent;
	}
}

/* Both orders have the same extents, and those are runs of what is free. */
static inline void model_check_extents(const struct model *model)
{
	const struct frsp_tree *tree = model->tree;
	const struct frsp_extent *extent, *last = NULL;
	struct rb_node *node;
	u32 n_by_start = 0, n_by_len = 0;

	for (node = rb_first(&tree->by_start); node; node = rb_next(node)) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		check(!last || last->start < extent->start);
		model_check_extent(model, extent);
		model_check_longest(extent);
		last = extent;
		n_by_start++;
	}
	last = NULL;
	for (node = rb_first(&tree->by_len); node; node = rb_next(node)) {
		extent = rb_entry(node, struct frsp_extent, by_len);
		check(!last || last->len < extent->len ||
		      (last->len == extent->len &&
		       last->start < extent->start));
		check(frsp_tree_find(tree, extent->start) == extent);
		last = extent;
		n_by_len++;
	}
	check(n_by_start == tree->extents && n_by_len == tree->extents);
	check(model->cache.n_objects == tree->extents);
	check(atomic64_read(&model->memory.used_bytes) ==
	      (s64)(tree->extents * sizeof(struct frsp_extent)));
}

static inline void model_check_group(const struct model *model, u32 group)
{
	const struct frsp_tree *tree = model->tree;
	const struct frsp_group *known = &tree->groups[group];
	u32 base = model_base(model, group);
	u32 clusters = frsp_tree_group_clusters(tree, group);
	u32 built = known->state == FRSP_GROUP_LOADED ? clusters : 0;

	check(known->free == model_free(model, group));
	if (known->state == FRSP_GROUP_LOADING) {
		check(tree->build && tree->build->group == group);
		built = tree->build->built;
		for (u32 i = built; i < clusters; i++)
			check(test_bit_le(i, tree->build->bitmap) ==
			      model->in_use[base + i]);
	}
	if (known->state == FRSP_GROUP_SUMMARY) {
		check(known->longest_len
			      ? known->longest_start + known->longest_len <=
					clusters
			      : !known->free);
		check(model_is(model, base + known->longest_start,
			       known->longest_len, false));
	}
	for (u32 i = base; i < base + clusters; i++)
		check(!frsp_tree_find(tree, i) ==
		      (i >= base + built || model->in_use[i]));
}

static inline void model_check_choice(const struct model *model)
{
	const struct frsp_tree *tree = model->tree;
	u32 longest = 0, promise = 0, len, start, free;
	const struct frsp_group *known;
	int promising;

	for (u32 group = 0; group < tree->n_groups; group++) {
		known = &tree->groups[group];
		len = 0;
		if (known->state == FRSP_GROUP_SUMMARY)
			len = known->longest_len;
		else if (known->state == FRSP_GROUP_LOADED)
			len = model_longest(
				model, model_base(model, group),
				model_base(model, group) +
					frsp_tree_group_clusters(tree, group));
		else if (known->state == FRSP_GROUP_LOADING)
			len = model_longest(model, model_base(model, group),
					    model_base(model, group) +
						    tree->build->built);
		else if (known->state == FRSP_GROUP_UNKNOWN &&
			 known->free > promise)
			promise = known->free;
		longest = len > longest ? len : longest;
	}
	check(frsp_tree_longest(tree, &start) == longest);
	check(model_is(model, start, longest, false));
	promising = frsp_tree_promising(tree, &free);
	check(free == promise && (promising >= 0) == (promise > 0));
	check(!promise ||
	      (tree->groups[promising].state == FRSP_GROUP_UNKNOWN &&
	       tree->groups[promising].free == promise));
}

static inline void model_check(const struct model *model)
{
	const struct frsp_tree *tree = model->tree;
	u32 n_of[FRSP_GROUP_BAD + 1] = {};

	for (u32 group = 0; group < tree->n_groups; group++) {
		n_of[tree->groups[group].state]++;
		model_check_group(model, group);
	}
	check(n_of[FRSP_GROUP_LOADING] == !!tree->build);
	check(tree->n_loaded == n_of[FRSP_GROUP_LOADED]);
	check(tree->n_known == n_of[FRSP_GROUP_SUMMARY] +
				       n_of[FRSP_GROUP_LOADING] +
				       n_of[FRSP_GROUP_LOADED]);
	model_check_extents(model);
	for (u32 len = 1; len < tree->group_clusters; len = 2 * len + 1)
		model_check_long(model, len);
	model_check_choice(model);
}

/* --- operations ----------------------------------------------------------- */

/*
 * What was LOADED must then be a SUMMARY of the truth, or of less in the group
 * that lost an extent for want of memory (or -1).
 */
static inline void model_drop(struct model *model, int distrust, int lossy)
{
	struct frsp_tree *tree = model->tree;
	struct frsp_group *before;
	struct rb_root condemned;
	size_t size = tree->n_groups * sizeof(*before);

	before = malloc(size);
	check(before && tree->extents <= FRSP_TREE_DROP_VISITS);
	memcpy(before, tree->groups, size);
	frsp_tree_drop(tree, distrust, &condemned);
	frsp_extents_free(&model->memory, &condemned);
	check(RB_EMPTY_ROOT(&condemned) && !tree->extents);
	for (u32 i = 0; i < tree->n_groups; i++) {
		const struct frsp_group *known = &tree->groups[i];
		u32 base = model_base(model, i);
		u32 longest = model_longest(
			model, base, base + frsp_tree_group_clusters(tree, i));

		if (before[i].state == FRSP_GROUP_BAD) {
			check(known->state == FRSP_GROUP_BAD);
		} else if ((int)i == distrust ||
			   before[i].state == FRSP_GROUP_LOADING) {
			check(known->state == FRSP_GROUP_UNKNOWN);
		} else if (before[i].state != FRSP_GROUP_LOADED) {
			check(!memcmp(known, &before[i], sizeof(*known)));
		} else if ((int)i == lossy) {
			check(known->state == FRSP_GROUP_UNKNOWN ||
			      known->longest_len <= longest);
		} else {
			check(known->state == FRSP_GROUP_SUMMARY);
			check(known->longest_len == longest);
		}
	}
	free(before);
}

/*
 * ext4 takes, or frees, all of a range. What is left in the tree when memory is
 * short is checked here; the tree must be dropped then.
 */
static inline enum frsp_tree_result model_change(struct model *model, u32 group,
						 u32 start, u32 len, bool used)
{
	struct frsp_tree *tree = model->tree;
	u32 free_before = model_free(model, group);
	u32 position = model_base(model, group) + start;
	enum frsp_tree_result result;
	struct rb_node *node;

	memset(model->in_use + position, used, len);
	if (used)
		result = frsp_tree_used(tree, &model->memory, group, start, len,
					free_before);
	else
		result = frsp_tree_freed(tree, &model->memory, group, start,
					 len, free_before);
	if (result != FRSP_TREE_NO_MEMORY)
		return result;
	for (node = rb_first(&tree->by_start); node; node = rb_next(node)) {
		const struct frsp_extent *extent =
			rb_entry(node, struct frsp_extent, by_start);

		check(model_is(model, extent->start, extent->len, false));
	}
	return result;
}

static inline enum frsp_tree_result model_regenerate(struct model *model,
						     u32 group)
{
	model_fill_bitmap(model, group, model->bitmap);
	return frsp_tree_regenerated(model->tree, group, model->bitmap);
}

static inline bool model_build_begin(struct model *model, u32 group)
{
	if (model->tree->build)
		return false;
	model->build.group = group;
	model_fill_bitmap(model, group, model->build.bitmap);
	return frsp_tree_build_begin(model->tree, &model->build,
				     model_free(model, group));
}

static inline int model_build_step(struct model *model, u32 max_clusters)
{
	return frsp_tree_build_step(model->tree, &model->build, &model->memory,
				    max_clusters);
}

static inline void model_load(struct model *model, u32 group)
{
	check(model_build_begin(model, group));
	check(model_build_step(model, U32_MAX) == 0);
}

static inline void model_destroy(struct model *model)
{
	model_drop(model, -1, -1);
	check(!model->cache.n_objects);
	check(!atomic64_read(&model->memory.used_bytes));
	frsp_tree_free(model->tree);
	free(model->bitmap);
	free(model->build.bitmap);
	free(model->in_use);
}

#endif
