/* SPDX-License-Identifier: GPL-2.0-only */
/* Augmented trees: a node has a value over all nodes below it. See
 * ../rbtree.c. */
#ifndef FRSP_SHIM_RBTREE_AUGMENTED_H
#define FRSP_SHIM_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	/* updates a node and its ancestors, up to one that does not change */
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
};

#define rb_parent(node) ((node)->bsd.rbe_parent)

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *callbacks);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *callbacks);

#define RB_DECLARE_CALLBACKS_MAX(linkage, name, type, link, value_type, value, \
				 own_value)                                    \
	static value_type name##_of(struct rb_node *node)                      \
	{                                                                      \
		return node ? rb_entry(node, type, link)->value : 0;           \
	}                                                                      \
	static void name##_propagate(struct rb_node *node,                     \
				     struct rb_node *stop)                     \
	{                                                                      \
		for (; node != stop; node = rb_parent(node)) {                 \
			type *entry = rb_entry(node, type, link);              \
			value_type most = own_value(entry);                    \
                                                                               \
			if (most < name##_of(node->rb_left))                   \
				most = name##_of(node->rb_left);               \
			if (most < name##_of(node->rb_right))                  \
				most = name##_of(node->rb_right);              \
			if (entry->value == most)                              \
				break;                                         \
			entry->value = most;                                   \
		}                                                              \
	}                                                                      \
	linkage const struct rb_augment_callbacks name = {name##_propagate};

#endif
