/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's red-black trees, by those of libbsd: see ../rbtree.c. */
#ifndef FRSP_SHIM_RBTREE_H
#define FRSP_SHIM_RBTREE_H

#include <linux/types.h>

/* Each link has two names: the kernel's, and the one for libbsd's macros. */
struct rb_node {
	union {
		struct {
			struct rb_node *rb_left, *rb_right;
		};
		struct {
			struct rb_node *rbe_left, *rbe_right, *rbe_parent;
			int rbe_color;
		} bsd;
	};
};

struct rb_root {
	union {
		struct rb_node *rb_node;
		struct rb_node *rbh_root;
	};
};

#define RB_ROOT                                                                \
	(struct rb_root)                                                       \
	{                                                                      \
		{                                                              \
			NULL                                                   \
		}                                                              \
	}
#define RB_EMPTY_ROOT(root)	     (!(root)->rb_node)
#define rb_entry(node, type, member) container_of(node, type, member)
#define rb_entry_safe(node, type, member)                                      \
	({                                                                     \
		__typeof__(node) _node = (node);                               \
		_node ? rb_entry(_node, type, member) : NULL;                  \
	})

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	*node = (struct rb_node){
		.bsd = {.rbe_parent = parent, .rbe_color = 1 /* RB_RED */}};
	*link = node;
}

static inline void rb_add(struct rb_node *node, struct rb_root *root,
			  bool (*less)(struct rb_node *,
				       const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left
					  : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, root);
}

#define rbtree_postorder_for_each_entry_safe(each, next, root, member)         \
	for (each = rb_entry_safe(rb_first_postorder(root), __typeof__(*each), \
				  member);                                     \
	     each && (next = rb_entry_safe(rb_next_postorder(&each->member),   \
					   __typeof__(*each), member),         \
		     true);                                                    \
	     each = next)

#endif
