// SPDX-License-Identifier: GPL-2.0-or-later
/* The choice of an extent in random trees: each answer is a naive search's. */
#include "pick_model.h"

/* A run of clusters that are known to be free. */
struct known {
	u32 start, end;
	bool is_summary;
};

static u32 list_known(const struct model *model, struct known *known)
{
	const struct frsp_tree *tree = model->tree;
	const struct frsp_extent *extent;
	u32 n = 0;

	for (struct rb_node *node = rb_first(&tree->by_start); node;
	     node = rb_next(node)) {
		extent = rb_entry(node, struct frsp_extent, by_start);
		known[n++] = (struct known){extent->start,
					    extent->start + extent->len, false};
	}
	for (u32 i = 0; i < tree->n_groups; i++) {
		const struct frsp_group *group = &tree->groups[i];
		u32 start = model_base(model, i) + group->longest_start;

		if (group->state == FRSP_GROUP_SUMMARY && group->longest_len)
			known[n++] = (struct known){
				start, start + group->longest_len, true};
	}
	return n;
}

static bool is_offered(u32 position)
{
	for (u32 i = 0; i < n_offers; i++)
		if (position >= offers[i].start &&
		    position < offers[i].start + offers[i].len)
			return true;
	return false;
}

static bool is_in_room(const struct frsp_tree *tree,
		       const struct frsp_request *request, u32 position)
{
	for (u32 i = 0; i < tree->n_rooms; i++)
		if (!request->take_rooms &&
		    tree->rooms[i].owner != request->owner &&
		    position >= tree->rooms[i].start &&
		    position < tree->rooms[i].end)
			return true;
	return false;
}

static bool is_aligned(const struct frsp_request *request, u32 start)
{
	return !request->stripe ||
	       (start + request->stripe_phase) % request->stripe == 0;
}

static bool is_avoided(const struct frsp_tree *tree,
		       const struct frsp_request *request,
		       const struct known *known)
{
	return request->avoid >> known->start / tree->group_clusters & 1;
}

static bool is_free(const struct known *known, u32 start, u32 len)
{
	if (!len || start < known->start || start + len > known->end)
		return false;
	for (u32 i = start; i < start + len; i++)
		if (is_offered(i))
			return false;
	return true;
}

/* How much of a goal there is, 0: none that is worth having. */
static u32 goal_len(const struct known *known,
		    const struct frsp_request *request)
{
	u32 len = 0;

	if (!request->goal_here ||
	    (!request->goal_exact && request->near != known->start))
		return 0;
	while (len < request->len && request->near + len < known->end)
		len++;
	return len == request->len || request->goal_short ? len : 0;
}

/* Where len clusters could begin; the end: nowhere. */
static u32 first_place(const struct frsp_tree *tree, const struct known *known,
		       const struct frsp_request *request, u32 len)
{
	u32 start = max(known->start, request->reserved), i;

	if (is_avoided(tree, request, known))
		return known->end;
	for (; start < known->end; start++) {
		if (!is_free(known, start, len) || !is_aligned(request, start))
			continue;
		for (i = 0; i < len; i++)
			if (is_in_room(tree, request, start + i))
				break;
		if (i == len)
			break;
	}
	return start;
}

static u32 short_len(const struct frsp_tree *tree, const struct known *known,
		     const struct frsp_request *request)
{
	u32 len = 0;

	if (is_avoided(tree, request, known))
		return 0;
	while (len + 1 < request->len && len < known->end - known->start &&
	       known->end - len > request->reserved &&
	       !is_offered(known->end - len - 1))
		len++;
	return len;
}

/* How far away, in units in which behind goes before in front. */
static u32 farness(const struct model *model, const struct known *known,
		   u32 near)
{
	int start = known->start, end = known->end, here = near;

	if (known->is_summary) {
		start /= (int)model->tree->group_clusters;
		here /= (int)model->tree->group_clusters;
		end = start + 1;
	}
	if (here < start)
		return 2 * (start - here);
	return here < end ? 0 : 2 * (here - end + 1) + 1;
}

static u32 known_len(const struct known *known)
{
	return known->end - known->start;
}

static bool fits(const struct model *model, const struct known *known,
		 const struct frsp_request *request, u32 fit)
{
	return first_place(model->tree, known, request,
			   max(request->len, fit)) < known->end;
}

/* Does a suit better than b? Both fit; what is nearer comes first. */
static bool suits_better(const struct model *model, const struct known *a,
			 const struct known *b,
			 const struct frsp_request *request)
{
	u32 wish = max(request->fit, request->wish);
	bool a_has = fits(model, a, request, wish);
	bool b_has = fits(model, b, request, wish);

	if (a_has != b_has)
		return a_has;
	return a_has ? known_len(a) < known_len(b)
		     : known_len(a) > known_len(b);
}

static const struct frsp_request *sorted_for;
static const struct model *sorted_in;

/* Extents by nearness, then summaries. */
static int compare_known(const void *x, const void *y)
{
	const struct known *a = x, *b = y;
	u32 near = sorted_for->near;

	if (a->is_summary != b->is_summary)
		return a->is_summary ? 1 : -1;
	return (int)farness(sorted_in, a, near) -
	       (int)farness(sorted_in, b, near);
}

/* Where to begin in the first summary, or the best of the nearest extents. */
static bool naive_fit(const struct model *model, const struct known *known,
		      u32 n, const struct frsp_request *request, u32 *start,
		      u32 *end)
{
	const struct known *best = NULL;
	u32 near = max(request->near, request->reserved);
	u32 compared = 0, fit, distance, nearest = 0;

	for (u32 i = 0; i < n && compared < FRSP_PICK_NEAR; i++) {
		if (!fits(model, &known[i], request, request->fit))
			continue;
		distance = farness(model, &known[i], near) / 2;
		if (!compared)
			nearest = distance;
		else if (request->reach && distance > nearest + request->reach)
			break;
		if (known[i].is_summary) {
			best = best ?: &known[i];
			break;
		}
		compared++;
		if (!best || suits_better(model, &known[i], best, request))
			best = &known[i];
	}
	if (!best)
		return false;
	fit = max(request->fit, request->wish);
	if (best->is_summary || !fits(model, best, request, fit))
		fit = request->fit;
	*start =
		first_place(model->tree, best, request, max(request->len, fit));
	*end = best->end;
	return true;
}

/* Does a come before b, of what is short? */
static bool is_longer(const struct model *model, const struct known *a,
		      const struct known *b, u32 near)
{
	if (a->is_summary != b->is_summary)
		return b->is_summary;
	if (!a->is_summary && known_len(a) != known_len(b))
		return known_len(a) > known_len(b);
	return farness(model, a, near) < farness(model, b, near);
}

static struct frsp_choice naive_pick(const struct model *model,
				     const struct frsp_request *request,
				     bool allow_short)
{
	struct known known[256], *best = NULL;
	struct frsp_choice choice = {.kind = FRSP_PICK_NONE};
	u32 n = list_known(model, known), len, start = 0, end = 0;

	for (u32 i = 0; i < n; i++) {
		len = goal_len(&known[i], request);
		if (is_free(&known[i], request->near, len) &&
		    (is_aligned(request, request->near) ||
		     (request->goal_exact && !request->stripe_only)))
			return (struct frsp_choice){
				.kind = FRSP_PICK_KEEP,
				.start = request->near,
				.len = len,
				.span = known[i].end - request->near,
			};
	}
	sorted_for = request;
	sorted_in = model;
	qsort(known, n, sizeof(known[0]), compare_known);
	if (naive_fit(model, known, n, request, &start, &end))
		return (struct frsp_choice){
			.kind = FRSP_PICK_FIT,
			.start = start,
			.len = request->len,
			.span = end - start,
		};
	for (u32 i = 0; allow_short && i < n; i++) {
		len = short_len(model->tree, &known[i], request);
		if (!len || len < request->min_len || len < choice.len ||
		    (len == choice.len &&
		     !is_longer(model, &known[i], best, request->near)))
			continue;
		best = &known[i];
		choice.kind = FRSP_PICK_SHORT;
		choice.start = best->end - len;
		choice.len = len;
		choice.span = len;
	}
	return choice;
}

static void random_tree(struct model *model)
{
	u32 clusters = 8 * (2 + random_below(4)), start = 0, len;
	u32 n_groups = 1 + random_below(5);

	model_init(model, n_groups, clusters, 1 + random_below(clusters));
	while (start < model_clusters(model)) {
		len = 1 + random_below(random_below(3) ? 4 : 20);
		for (u32 i = 0; i < len && start < model_clusters(model); i++)
			model->in_use[start++] = false;
		start += 1 + random_below(3);
	}
	for (u32 i = 0; i < n_groups; i++) {
		u32 dice = random_below(8);

		model->tree->groups[i].free = model_free(model, i);
		if (dice < 5)
			model_load(model, i);
		else if (dice < 7)
			model_regenerate(model, i);
	}
	n_offers = 0;
	for (u32 i = random_below(5); i > 0; i--)
		offer(model, random_below(model_clusters(model)),
		      1 + random_below(12));
	for (u32 i = random_below(4); i > 0; i--) {
		start = random_below(model_clusters(model));
		room(model, 1 + random_below(3), start,
		     start + 1 + random_below(12));
	}
}

static void test_random(void **state)
{
	struct frsp_choice choice, naive;
	struct frsp_request request;
	u32 n_of[ARRAY_SIZE(kind_names)] = {};
	struct model model;
	bool allow_short;

	(void)state;
	random_seed();
	for (u32 round = 0; round < 3000; round++) {
		random_tree(&model);
		for (u32 i = 0; i < 20; i++) {
			request = (struct frsp_request){
				.len = 1 + random_below(12),
				.near = random_below(model_clusters(&model)),
				.goal_here = random_below(2),
				.goal_exact = random_below(2),
				.goal_short = !random_below(3),
				.fit = random_below(2) ? random_below(20) : 0,
				.wish = random_below(2) ? random_below(24) : 0,
				.reach = random_below(2) ? random_below(30) : 0,
				.owner = 1 + random_below(4),
				.take_rooms = !random_below(4),
				.avoid = random_below(2) ? random_below(32) : 0,
				.reserved =
					random_below(4) ? 0 : random_below(30),
				.stripe = random_below(3) ? 0
							  : 1 + random_below(9),
			};
			request.min_len = 1 + random_below(request.len);
			if (request.stripe)
				request.stripe_phase =
					random_below(request.stripe);
			request.stripe_only = random_below(2);
			allow_short = random_below(2);
			choice = frsp_pick(model.tree, &request, allow_short);
			naive = naive_pick(&model, &request, allow_short);
			expect(&choice, naive.kind, naive.start, naive.len,
			       "random");
			if (choice.kind != FRSP_PICK_NONE)
				assert_int_equal(choice.span, naive.span);
			n_of[choice.kind]++;
		}
		model_destroy(&model);
	}
	for (u32 i = 0; i < ARRAY_SIZE(n_of); i++)
		assert_true(n_of[i] > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("pick_random", tests, NULL, NULL);
}
