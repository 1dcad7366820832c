/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves a node of an rbtree after its key has changed. */
#ifndef FRSP_ORDER_H
#define FRSP_ORDER_H

#include <linux/rbtree.h>

/*
 * Moves a node to its new place, after its key has changed in the tree. Most
 * often its neighbours are still the same; then nothing is written.
 */
static __always_inline void
frsp_reorder(struct rb_node *node, struct rb_root *root,
	     bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node *prev = rb_prev(node), *next = rb_next(node);

	if ((!prev || less(prev, node)) && (!next || less(node, next)))
		return;
	rb_erase(node, root);
	rb_add(node, root, less);
}

#endif
