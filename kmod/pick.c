// SPDX-License-Identifier: GPL-2.0-only
/*
 * Picks an extent (rules: pick.h).
 *
 * For example, a request for 100 clusters near position 1000, with a fit of 400
 * and a wish of 800. Free are 1010+90, 1200+500, 2000+900 and 9000+3000.
 * 1010+90 does not fit. Of the others 2000+900 is the shortest with 800: the
 * choice is 2000. If it did not exist and reach were 5000, 9000+3000 would be
 * too far, as the nearest extent that fits is 200 away; the choice would be
 * 1200.
 *
 * A place should be near, and what is left of its free extent should be useful
 * to others: hence the best fit. Only a few of the nearest extents are
 * compared, and none that is much farther than the nearest (reach), so that a
 * better fit far away is left alone.
 *
 * ext4 takes what is free at a goal, up to the length that it wants, and knows
 * nothing of offers. So a piece that is shorter than that is offered only at
 * the end of an extent: before the offer of another task, ext4 would go on into
 * that.
 *
 * The work is bounded: at most four walks of FRSP_PICK_VISITS extents each, the
 * offers and rooms in FRSP_PICK_TRIES extents of each walk, and the tree's
 * groups.
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "pick.h"

/* Adjacent free clusters: an extent, or the longest extent of a SUMMARY. */
struct span {
	u32 start;
	u32 end;
};

static struct span extent_span(const struct frsp_extent *extent)
{
	return (struct span){extent->start, extent->start + extent->len};
}

static struct span group_span(const struct frsp_tree *tree, u32 group)
{
	const struct frsp_group *known = &tree->groups[group];
	struct span span = {};

	if (known->state == FRSP_GROUP_SUMMARY) {
		span.start =
			group * tree->group_clusters + known->longest_start;
		span.end = span.start + known->longest_len;
	}
	return span;
}

/*
 * The extent that contains a position; if there is none, the longest extent of
 * its group, if that is a SUMMARY.
 */
static struct span span_at(const struct frsp_tree *tree, u32 position)
{
	const struct frsp_extent *extent = frsp_tree_find(tree, position);

	return extent ? extent_span(extent)
		      : group_span(tree, position / tree->group_clusters);
}

/* --- walks: nearest first ------------------------------------------------- */

/* Clusters between an extent and a position; 0: the extent contains it. */
static u32 distance(const struct frsp_extent *extent, u32 near)
{
	struct span span = extent_span(extent);

	if (near < span.start)
		return span.start - near;
	return near < span.end ? 0 : near - span.end + 1;
}

/*
 * A walk over extents, nearest first: the next one before near, and the next
 * one at or behind it.
 */
struct walk {
	const struct frsp_extent *lower; /* or NULL */
	const struct frsp_extent *upper; /* or NULL */
	u32 near;
};

/* The nearer of the next two, or NULL. */
static const struct frsp_extent *walk_nearer(const struct walk *walk)
{
	const struct frsp_extent *lower = walk->lower, *upper = walk->upper;

	if (upper && (!lower || distance(upper, walk->near) <=
					distance(lower, walk->near)))
		return upper;
	return lower;
}

/*
 * A walk over the extents that may be long enough, without those that end in
 * the reserved positions. It skips extents that are too short by 1 % or more
 * (frsp_tree_long_behind()).
 */
static struct walk walk_long(const struct frsp_tree *tree, u32 len, u32 near)
{
	const struct frsp_extent *upper = frsp_tree_next(tree, near), *lower;
	struct walk walk = {.near = near};

	if (upper) {
		walk.lower = frsp_tree_long_before(upper, len);
		walk.upper = upper->len >= len
				     ? upper
				     : frsp_tree_long_behind(upper, len);
		return walk;
	}
	lower = rb_entry_safe(rb_last(&tree->by_start), struct frsp_extent,
			      by_start);
	if (lower && lower->len < len)
		lower = frsp_tree_long_before(lower, len);
	walk.lower = lower;
	return walk;
}

static const struct frsp_extent *long_next(struct walk *walk, u32 len,
					   u32 reserved)
{
	const struct frsp_extent *next;

	if (walk->lower && extent_span(walk->lower).end <= reserved)
		walk->lower = NULL;
	next = walk_nearer(walk);
	if (next && next == walk->upper)
		walk->upper = frsp_tree_long_behind(next, len);
	else if (next)
		walk->lower = frsp_tree_long_before(next, len);
	return next;
}

static const struct frsp_extent *extent_of_len(struct rb_node *node, u32 len)
{
	const struct frsp_extent *extent =
		rb_entry_safe(node, struct frsp_extent, by_len);

	return extent && extent->len == len ? extent : NULL;
}

/* A walk over the extents of one length. */
static struct walk walk_len(const struct frsp_tree *tree, u32 len, u32 near)
{
	struct frsp_extent *upper = frsp_tree_fit(tree, len, near);
	struct rb_node *lower =
		upper ? rb_prev(&upper->by_len) : rb_last(&tree->by_len);

	return (struct walk){
		.lower = extent_of_len(lower, len),
		.upper = upper && upper->len == len ? upper : NULL,
		.near = near,
	};
}

static const struct frsp_extent *len_next(struct walk *walk, u32 len)
{
	const struct frsp_extent *next = walk_nearer(walk);

	if (next && next == walk->upper)
		walk->upper = extent_of_len(rb_next(&next->by_len), len);
	else if (next)
		walk->lower = extent_of_len(rb_prev(&next->by_len), len);
	return next;
}

static bool has_summaries(const struct frsp_tree *tree)
{
	return tree->n_known - tree->n_loaded > !!tree->build;
}

/*
 * The i-th nearest group of the tree to a position; behind comes after before.
 * The number may be invalid (n_groups or more). When i reaches 2 * n_groups,
 * every group has had its turn.
 */
static u32 group_from(const struct frsp_tree *tree, u32 position, u32 i)
{
	u32 home = min(position / tree->group_clusters, tree->n_groups - 1);

	return i % 2 ? home + i / 2 + 1 : home - i / 2;
}

/* --- places: aligned, and off the offers of others ------------------------ */

static u32 align(const struct frsp_request *request, u32 position)
{
	u32 stripe = request->stripe, beyond;

	if (!stripe)
		return position;
	beyond = (position % stripe + request->stripe_phase) % stripe;
	return beyond ? position + stripe - beyond : position;
}

static u32 offer_end(const struct frsp_offer *offer)
{
	return offer->start + offer->len;
}

bool frsp_offer_is_free(const struct frsp_tree *tree,
			const struct frsp_offer *offer)
{
	struct span span = span_at(tree, offer->start);

	return offer->start >= span.start && offer_end(offer) <= span.end;
}

/* An offer in [start, end), or NULL. */
static const struct frsp_offer *offer_in(const struct frsp_tree *tree,
					 u32 start, u32 end)
{
	const struct frsp_offer *offer;

	list_for_each_entry (offer, &tree->offers, list)
		if (offer->start < end && offer_end(offer) > start)
			return offer;
	return NULL;
}

/* The end of a room of another file in [start, end); 0: there is none. */
static u32 room_end(const struct frsp_tree *tree,
		    const struct frsp_request *request, u32 start, u32 end)
{
	if (request->take_rooms)
		return 0;
	for (u32 i = 0; i < tree->n_rooms; i++) {
		const struct frsp_room *room = &tree->rooms[i];

		if (room->start < end && room->end > start &&
		    room->owner != request->owner)
			return room->end;
	}
	return 0;
}

/* The end of an offer or a room of others in [start, end); 0: there is none. */
static u32 taken_end(const struct frsp_tree *tree,
		     const struct frsp_request *request, u32 start, u32 end)
{
	const struct frsp_offer *offer = offer_in(tree, start, end);

	return offer ? offer_end(offer) : room_end(tree, request, start, end);
}

static u32 fit_of(const struct frsp_request *request)
{
	return max(request->fit, request->len);
}

static bool is_avoided(const struct frsp_tree *tree,
		       const struct frsp_request *request, u32 position)
{
	return request->avoid &&
	       request->avoid >> position / tree->group_clusters & 1;
}

/* Chooses the first place in a span with fit clusters; false: there is none. */
static bool fit_span(const struct frsp_tree *tree,
		     const struct frsp_request *request, u32 fit,
		     struct span span, struct frsp_choice *choice)
{
	u32 start = align(request, max(span.start, request->reserved));
	u32 taken;

	if (is_avoided(tree, request, span.start))
		return false;
	while (start <= span.end && span.end - start >= fit) {
		taken = taken_end(tree, request, start, start + fit);
		if (!taken) {
			choice->kind = FRSP_PICK_FIT;
			choice->start = start;
			choice->len = request->len;
			choice->span = span.end - start;
			return true;
		}
		start = align(request, taken);
	}
	return false;
}

/* Chooses the end of a span, if that is longer than the present choice. */
static void fit_short(const struct frsp_tree *tree,
		      const struct frsp_request *request, struct span span,
		      struct frsp_choice *choice)
{
	const struct frsp_offer *offer;
	u32 len;

	if (is_avoided(tree, request, span.start))
		return;
	if (span.start < request->reserved)
		span.start = min(request->reserved, span.end);
	while (span.start < span.end) {
		offer = offer_in(tree, span.start, span.end);
		if (!offer)
			break;
		span.start = min(offer_end(offer), span.end);
	}
	/*
	 * len - 1: a piece of the full length that is not aligned would be
	 * refused by ext4
	 */
	len = min(span.end - span.start, request->len - 1);
	if (len < request->min_len || len <= choice->len)
		return;
	choice->kind = FRSP_PICK_SHORT;
	choice->start = span.end - len;
	choice->len = len;
	choice->span = len;
}

/* The index of the owner's room, or n_rooms. */
static u32 room_index(const struct frsp_tree *tree, u64 owner)
{
	u32 i = 0;

	while (i < tree->n_rooms && tree->rooms[i].owner != owner)
		i++;
	return i;
}

void frsp_room_set(struct frsp_tree *tree, u64 owner, u32 start, u32 end)
{
	struct frsp_room *rooms = tree->rooms;
	u32 i = room_index(tree, owner);

	if (i == tree->n_rooms && tree->n_rooms < FRSP_ROOMS)
		tree->n_rooms++;
	i = min_t(u32, i, FRSP_ROOMS - 1);
	memmove(&rooms[1], &rooms[0], i * sizeof(rooms[0]));
	rooms[0] = (struct frsp_room){owner, start, end};
}

bool frsp_room_remove(struct frsp_tree *tree, u64 owner)
{
	struct frsp_room *rooms = tree->rooms;
	u32 i = room_index(tree, owner);

	if (i == tree->n_rooms)
		return false;
	tree->n_rooms--;
	memmove(&rooms[i], &rooms[i + 1],
		(tree->n_rooms - i) * sizeof(rooms[0]));
	return true;
}

/* --- the choice ----------------------------------------------------------- */

static bool pick_goal(const struct frsp_tree *tree,
		      const struct frsp_request *request,
		      struct frsp_choice *choice)
{
	u32 goal = request->near, len;
	struct span span;

	if (!request->goal_here ||
	    ((request->stripe_only || !request->goal_exact) &&
	     align(request, goal) != goal))
		return false;
	span = span_at(tree, goal);
	if (goal < span.start || goal >= span.end ||
	    (!request->goal_exact && goal != span.start))
		return false;
	len = min(span.end - goal, request->len);
	if ((len < request->len && !request->goal_short) ||
	    offer_in(tree, goal, goal + len))
		return false;
	choice->kind = FRSP_PICK_KEEP;
	choice->start = goal;
	choice->len = len;
	choice->span = span.end - goal;
	return true;
}

/*
 * Chooses a place in the extent and returns its rank; 0: the extent does not
 * fit. Extents that fulfil the wish rank above all others, the shortest of them
 * first; the others rank by length.
 */
static u32 suits(const struct frsp_tree *tree,
		 const struct frsp_request *request,
		 const struct frsp_extent *extent, struct frsp_choice *choice)
{
	u32 fit = fit_of(request);
	struct span span = extent_span(extent);

	if (fit_span(tree, request, max(fit, request->wish), span, choice))
		return U32_MAX - extent->len;
	if (request->wish > fit && fit_span(tree, request, fit, span, choice))
		return extent->len;
	return 0;
}

static bool pick_near(const struct frsp_tree *tree,
		      const struct frsp_request *request,
		      struct frsp_choice *choice)
{
	u32 near = max(request->near, request->reserved);
	u32 fit = fit_of(request);
	struct walk walk = walk_long(tree, fit, near);
	u32 visits = FRSP_PICK_VISITS, tries = FRSP_PICK_TRIES;
	u32 compared = 0, rank, best = 0, farthest = U32_MAX;
	const struct frsp_extent *extent;
	struct frsp_choice candidate;

	while (visits-- && tries && compared < FRSP_PICK_NEAR &&
	       (extent = long_next(&walk, fit, request->reserved)) &&
	       distance(extent, near) <= farthest) {
		if (extent->len < fit)
			continue;
		tries--;
		rank = suits(tree, request, extent, &candidate);
		if (rank && !compared++ && request->reach)
			farthest = distance(extent, near) + request->reach;
		if (rank > best) {
			best = rank;
			*choice = candidate;
		}
	}
	return best;
}

/* Chooses a place in the shortest extent of at least len that fits. */
static bool pick_extent(const struct frsp_tree *tree,
			const struct frsp_request *request, u32 len,
			struct frsp_choice *choice)
{
	const struct frsp_extent *extent = frsp_tree_fit(tree, len, 0);
	u32 visits = FRSP_PICK_VISITS, tries = FRSP_PICK_TRIES;

	while (extent) {
		struct walk walk;

		len = extent->len;
		walk = walk_len(tree, len, request->near);
		while ((extent = len_next(&walk, len))) {
			if (!visits-- || !tries)
				return false;
			if (extent_span(extent).end <= request->reserved)
				continue;
			tries--;
			if (fit_span(tree, request, fit_of(request),
				     extent_span(extent), choice))
				return true;
		}
		extent = frsp_tree_fit(tree, len + 1, 0);
	}
	return false;
}

static bool pick_summary(const struct frsp_tree *tree,
			 const struct frsp_request *request,
			 struct frsp_choice *choice)
{
	if (!has_summaries(tree))
		return false;
	for (u32 i = 0; i < 2 * tree->n_groups; i++) {
		u32 group = group_from(tree, request->near, i);

		if (group < tree->n_groups &&
		    fit_span(tree, request, fit_of(request),
			     group_span(tree, group), choice))
			return true;
	}
	return false;
}

static void pick_short(const struct frsp_tree *tree,
		       const struct frsp_request *request,
		       struct frsp_choice *choice)
{
	struct rb_node *node = rb_last(&tree->by_len);
	const struct frsp_extent *extent;
	u32 visits = FRSP_PICK_TRIES;
	struct walk walk;
	u32 len;

	while (node && visits) {
		extent = rb_entry(node, struct frsp_extent, by_len);
		if (extent->len <= choice->len)
			break;
		len = extent->len;
		walk = walk_len(tree, len, request->near);
		for (; visits && (extent = len_next(&walk, len)); visits--)
			fit_short(tree, request, extent_span(extent), choice);
		node = rb_prev(&frsp_tree_fit(tree, len, 0)->by_len);
	}
	if (!has_summaries(tree))
		return;
	for (u32 i = 0; i < 2 * tree->n_groups; i++) {
		u32 group = group_from(tree, request->near, i);

		if (group < tree->n_groups)
			fit_short(tree, request, group_span(tree, group),
				  choice);
	}
}

struct frsp_choice frsp_pick(const struct frsp_tree *tree,
			     const struct frsp_request *request,
			     bool allow_short)
{
	struct frsp_choice choice = {.kind = FRSP_PICK_NONE};
	u32 fit = fit_of(request);

	if (pick_goal(tree, request, &choice) ||
	    pick_near(tree, request, &choice) ||
	    pick_extent(tree, request, fit, &choice))
		return choice;
	/* every extent of this length or more has an aligned place */
	if (request->stripe &&
	    pick_extent(tree, request, fit + request->stripe - 1, &choice))
		return choice;
	if (!pick_summary(tree, request, &choice) && allow_short)
		pick_short(tree, request, &choice);
	return choice;
}
