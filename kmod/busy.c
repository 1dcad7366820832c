// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extents never overlap, and extents of one transaction that touch are merged.
 * A range is cut out before it is added, so all memory is allocated before
 * anything changes. busy.h has an example.
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "busy.h"

static struct frsp_busy_extent *to_extent(struct rb_node *node)
{
	return rb_entry_safe(node, struct frsp_busy_extent, node);
}

static u32 extent_end(const struct frsp_busy_extent *extent)
{
	return extent->start + extent->len;
}

static bool start_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct frsp_busy_extent, node)->start <
	       rb_entry(b, struct frsp_busy_extent, node)->start;
}

/* The first extent whose end is behind a position, or NULL. */
static struct frsp_busy_extent *first_behind(const struct frsp_busy *busy,
					     u32 position)
{
	struct rb_node *node = busy->extents.rb_node;
	struct frsp_busy_extent *found = NULL;

	while (node) {
		if (extent_end(to_extent(node)) <= position) {
			node = node->rb_right;
		} else {
			found = to_extent(node);
			node = node->rb_left;
		}
	}
	return found;
}

static void insert(struct frsp_busy *busy, struct frsp_busy_extent *extent,
		   u32 start, u32 end, u32 tid)
{
	extent->start = start;
	extent->len = end - start;
	extent->tid = tid;
	rb_add(&extent->node, &busy->extents, start_less);
	busy->n_extents++;
	busy->n_clusters += extent->len;
}

static void erase(struct frsp_busy *busy, struct frsp_busy_extent *extent)
{
	rb_erase(&extent->node, &busy->extents);
	busy->n_extents--;
	busy->n_clusters -= extent->len;
	kfree(extent);
}

static void resize(struct frsp_busy *busy, struct frsp_busy_extent *extent,
		   u32 start, u32 end)
{
	busy->n_clusters += end - start - extent->len;
	extent->start = start;
	extent->len = end - start;
}

static bool is_inside(u32 start, u32 end, const struct frsp_busy_extent *extent)
{
	return extent && extent->start < start && end < extent_end(extent);
}

/*
 * Removes [start, end). If that splits an extent, spare takes the rear part;
 * without spare the rear part is removed, too. Returns how many clusters were
 * busy.
 */
static u32 cut(struct frsp_busy *busy, struct frsp_busy_extent *extent,
	       u32 start, u32 end, struct frsp_busy_extent *spare)
{
	struct frsp_busy_extent *next;
	u32 old_start, old_end, n_cut = 0;

	for (; extent && extent->start < end; extent = next) {
		next = to_extent(rb_next(&extent->node));
		old_start = extent->start;
		old_end = extent_end(extent);
		n_cut += min(old_end, end) - max(old_start, start);
		if (old_start < start) {
			resize(busy, extent, old_start, start);
			if (end < old_end && spare)
				insert(busy, spare, end, old_end, extent->tid);
		} else if (end < old_end) {
			resize(busy, extent, end, old_end);
		} else {
			erase(busy, extent);
		}
	}
	return n_cut;
}

/* Merges two extents if they touch and belong to the same transaction. */
static void join(struct frsp_busy *busy, struct frsp_busy_extent *front,
		 struct frsp_busy_extent *rear)
{
	u32 end;

	if (!front || !rear || extent_end(front) != rear->start ||
	    front->tid != rear->tid)
		return;
	end = extent_end(rear);
	erase(busy, rear);
	resize(busy, front, front->start, end);
}

int frsp_busy_add(struct frsp_busy *busy, u32 start, u32 len, u32 tid,
		  gfp_t gfp)
{
	u32 end = start + len;
	struct frsp_busy_extent *behind = first_behind(busy, start);
	struct frsp_busy_extent *before = to_extent(
		behind ? rb_prev(&behind->node) : rb_last(&busy->extents));
	struct frsp_busy_extent *extent, *spare = NULL;

	if (before && extent_end(before) == start && before->tid == tid &&
	    (!behind || behind->start >= end)) {
		resize(busy, before, before->start, end);
		join(busy, before, behind);
		return 0;
	}
	extent = kmalloc(sizeof(*extent), gfp);
	if (!extent)
		return -ENOMEM;
	if (is_inside(start, end, behind)) {
		spare = kmalloc(sizeof(*spare), gfp);
		if (!spare) {
			kfree(extent);
			return -ENOMEM;
		}
	}
	cut(busy, behind, start, end, spare);
	insert(busy, extent, start, end, tid);
	join(busy, extent, to_extent(rb_next(&extent->node)));
	join(busy, to_extent(rb_prev(&extent->node)), extent);
	return 0;
}

u32 frsp_busy_remove(struct frsp_busy *busy, u32 start, u32 len, gfp_t gfp)
{
	u32 end = start + len;
	struct frsp_busy_extent *extent = first_behind(busy, start);
	struct frsp_busy_extent *spare = NULL;

	if (is_inside(start, end, extent))
		spare = kmalloc(sizeof(*spare), gfp);
	return cut(busy, extent, start, end, spare);
}

bool frsp_busy_expire(struct frsp_busy *busy, u32 tid, u32 *position, u32 n)
{
	struct frsp_busy_extent *extent = first_behind(busy, *position), *next;

	for (; extent && n; extent = next, n--) {
		next = to_extent(rb_next(&extent->node));
		*position = extent_end(extent);
		if ((s32)(tid - extent->tid) >= 0)
			erase(busy, extent);
	}
	return extent;
}

void frsp_busy_clear(struct frsp_busy *busy)
{
	struct frsp_busy_extent *extent, *next;

	rbtree_postorder_for_each_entry_safe (extent, next, &busy->extents,
					      node)
		kfree(extent);
	*busy = (struct frsp_busy){};
}
