// SPDX-License-Identifier: GPL-2.0-only
/*
 * Searches for a length in a tree: the next extent by start that is long
 * enough, and the best fit. tree.c keeps the trees in order.
 *
 * For example, a search behind extent 10 for 500 clusters: each node by start
 * knows the greatest length class in its subtree. A subtree whose greatest
 * class is below that of 500 has no such extent, and the search skips it as a
 * whole.
 */
#include <linux/rbtree_augmented.h>

#include "tree.h"

static struct rb_node *child(const struct rb_node *node, bool behind)
{
	return behind ? node->rb_right : node->rb_left;
}

/*
 * Whether the subtree of a node, which may be NULL, has an extent of the class.
 */
static bool has_long(const struct rb_node *node, u32 class)
{
	return node &&
	       rb_entry(node, struct frsp_extent, by_start)->longest >= class;
}

/*
 * The next node in order, behind or before this one, that has the class in its
 * subtree: nodes whose subtree lacks it are skipped. NULL: there is none.
 */
static __always_inline struct rb_node *next_long(const struct rb_node *node,
						 u32 class, bool behind)
{
	struct rb_node *next = child(node, behind);

	if (has_long(next, class)) {
		while (has_long(child(next, !behind), class))
			next = child(next, !behind);
		return next;
	}
	while ((next = rb_parent(node)) && node == child(next, behind))
		node = next;
	return next;
}

static __always_inline struct frsp_extent *
find_long(const struct frsp_extent *extent, u32 len, bool behind)
{
	const struct rb_node *node = &extent->by_start;
	u32 class = frsp_len_class(len);

	while ((node = next_long(node, class, behind))) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		if (frsp_len_class(extent->len) >= class)
			return (struct frsp_extent *)extent;
	}
	return NULL;
}

struct frsp_extent *frsp_tree_long_behind(const struct frsp_extent *extent,
					  u32 len)
{
	return find_long(extent, len, true);
}

struct frsp_extent *frsp_tree_long_before(const struct frsp_extent *extent,
					  u32 len)
{
	return find_long(extent, len, false);
}

struct frsp_extent *frsp_tree_fit(const struct frsp_tree *tree, u32 len,
				  u32 start)
{
	struct rb_node *node = tree->by_len.rb_node;
	struct frsp_extent *extent, *found = NULL;

	while (node) {
		extent = rb_entry(node, struct frsp_extent, by_len);
		if (extent->len < len ||
		    (extent->len == len && extent->start < start)) {
			node = node->rb_right;
		} else {
			found = extent;
			node = node->rb_left;
		}
	}
	return found;
}
