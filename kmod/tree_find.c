// SPDX-License-Identifier: GPL-2.0-only
/*
 * The searches for a length in a tree: the nearest by start that is long
 * enough, and the best fit. tree.c keeps what they go by.
 */
#include <linux/rbtree_augmented.h>

#include "tree.h"

static struct rb_node *child(const struct rb_node *node, bool behind)
{
	return behind ? node->rb_right : node->rb_left;
}

/* Whether a node, which may be NULL, or one below it is of the class. */
static bool has_long(const struct rb_node *node, u32 class)
{
	return node &&
	       rb_entry(node, struct frsp_extent, by_start)->longest >= class;
}

/* The first such node from here on; NULL: behind, or before, is none. */
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
