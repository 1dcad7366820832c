// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's functions on red-black trees, by the functions that libbsd's
 * macro RB_GENERATE makes. */
#include <linux/rbtree_augmented.h>

/* The callbacks of the augmented tree that is being changed, or NULL. libbsd
 * calls RB_AUGMENT() for nodes whose children change, but not for their
 * ancestors. */
static const struct rb_augment_callbacks *augment;

static void renew(struct rb_node *node)
{
	if (augment)
		augment->propagate(node, rb_parent(node));
}

#define RB_AUGMENT(node) renew(node)
#undef RB_ROOT
#include <bsd/sys/tree.h>

static int compare(const struct rb_node *a, const struct rb_node *b)
{
	return (a > b) - (a < b);
}

/* cppcheck-suppress unknownMacro */
RB_GENERATE(rb_root, rb_node, bsd, compare)

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	rb_root_RB_INSERT_COLOR(root, node);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_root_RB_REMOVE(root, node);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *callbacks)
{
	augment = callbacks;
	rb_insert_color(node, root);
	augment = NULL;
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *callbacks)
{
	struct rb_node *parent = rb_parent(node);

	augment = callbacks;
	rb_erase(node, root);
	for (; parent; parent = rb_parent(parent))
		renew(parent);
	augment = NULL;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return rb_root_RB_MINMAX((struct rb_root *)root, RB_NEGINF);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return rb_root_RB_MINMAX((struct rb_root *)root, RB_INF);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return rb_root_RB_NEXT((struct rb_node *)node);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return rb_root_RB_PREV((struct rb_node *)node);
}

static struct rb_node *deepest_first(const struct rb_node *node)
{
	while (node->rb_left || node->rb_right)
		node = node->rb_left ? node->rb_left : node->rb_right;
	return (struct rb_node *)node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return root->rb_node ? deepest_first(root->rb_node) : NULL;
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node->bsd.rbe_parent;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest_first(parent->rb_right);
	return parent;
}
