// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tree's place in an order is its value there, meta_longest or meta_promise:
 * 0 is no place. Nothing else says whether the node is linked, so nothing can
 * disagree.
 *
 * Both values are written under tree->lock and meta->lock, so the holder of
 * either may read them.
 */
#include "meta.h"
#include "order.h"

static bool longest_less(struct rb_node *a, const struct rb_node *b)
{
	const struct frsp_tree *x, *y;

	x = rb_entry(a, struct frsp_tree, meta_by_longest);
	y = rb_entry(b, struct frsp_tree, meta_by_longest);
	if (x->meta_longest != y->meta_longest)
		return x->meta_longest < y->meta_longest;
	return x->index < y->index;
}

static bool promise_less(struct rb_node *a, const struct rb_node *b)
{
	const struct frsp_tree *x, *y;

	x = rb_entry(a, struct frsp_tree, meta_by_promise);
	y = rb_entry(b, struct frsp_tree, meta_by_promise);
	if (x->meta_promise != y->meta_promise)
		return x->meta_promise < y->meta_promise;
	return x->index < y->index;
}

static __always_inline void
set_place(struct rb_root *order, struct rb_node *node, u32 *place, u32 value,
	  bool (*less)(struct rb_node *, const struct rb_node *))
{
	u32 before = *place;

	if (before == value)
		return;
	if (!value)
		rb_erase(node, order);
	*place = value;
	if (!before)
		rb_add(node, order, less);
	else if (value)
		frsp_reorder(node, order, less);
}

static void set_places(struct frsp_meta *meta, struct frsp_tree *tree,
		       u32 longest, u32 promise)
{
	if (longest == tree->meta_longest && promise == tree->meta_promise)
		return;
	spin_lock(&meta->lock);
	set_place(&meta->by_longest, &tree->meta_by_longest,
		  &tree->meta_longest, longest, longest_less);
	set_place(&meta->by_promise, &tree->meta_by_promise,
		  &tree->meta_promise, promise, promise_less);
	spin_unlock(&meta->lock);
}

void frsp_meta_init(struct frsp_meta *meta)
{
	spin_lock_init(&meta->lock);
	meta->by_longest = RB_ROOT;
	meta->by_promise = RB_ROOT;
}

void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree)
{
	u32 start, promise;
	u32 longest = frsp_tree_longest(tree, &start);

	frsp_tree_promising(tree, &promise);
	set_places(meta, tree, longest, promise);
}

/* The first tree with at least (len, index), or NULL. */
static struct frsp_tree *first_from(const struct frsp_meta *meta, u32 len,
				    u32 index)
{
	struct rb_node *node = meta->by_longest.rb_node;
	struct frsp_tree *tree, *found = NULL;

	while (node) {
		tree = rb_entry(node, struct frsp_tree, meta_by_longest);
		if (tree->meta_longest < len ||
		    (tree->meta_longest == len && tree->index < index)) {
			node = node->rb_right;
		} else {
			found = tree;
			node = node->rb_left;
		}
	}
	return found;
}

static u32 distance(const struct frsp_tree *tree, u32 index)
{
	return tree->index > index ? tree->index - index : index - tree->index;
}

/*
 * Where many trees have the same longest extent, as in an empty filesystem, the
 * search starts at near_index among them, not at the first.
 */
int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near_index)
{
	const struct frsp_tree *tree, *best = first_from(meta, len, 0);
	const struct rb_node *node;

	if (!best)
		return -1;
	node = &best->meta_by_longest;
	tree = first_from(meta, best->meta_longest, near_index);
	if (tree != best) {
		node = tree ? rb_prev(&tree->meta_by_longest)
			    : rb_last(&meta->by_longest);
		best = rb_entry(node, struct frsp_tree, meta_by_longest);
	}
	for (u32 i = 1; i < FRSP_META_CANDIDATES; i++) {
		node = rb_next(node);
		if (!node)
			break;
		tree = rb_entry(node, struct frsp_tree, meta_by_longest);
		if (distance(tree, near_index) < distance(best, near_index))
			best = tree;
	}
	return best->index;
}

int frsp_meta_longest(const struct frsp_meta *meta, u32 *len)
{
	struct rb_node *node = rb_last(&meta->by_longest);
	const struct frsp_tree *tree;

	if (!node)
		return -1;
	tree = rb_entry(node, struct frsp_tree, meta_by_longest);
	*len = tree->meta_longest;
	return tree->index;
}

int frsp_meta_promise(const struct frsp_meta *meta, u32 len)
{
	struct rb_node *node = rb_last(&meta->by_promise);
	const struct frsp_tree *tree;

	if (!node)
		return -1;
	tree = rb_entry(node, struct frsp_tree, meta_by_promise);
	return tree->meta_promise >= len ? (int)tree->index : -1;
}
