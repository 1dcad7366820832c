// SPDX-License-Identifier: GPL-2.0-or-later
/* The meta-tree beside a plain array of what each tree has. */
#include "suite.h"
#include "random.h"

#include <string.h>

#include <linux/bitmap.h>

#include "meta.h"

#define CLUSTERS 4096 /* of each of the two groups of a tree */
#define N_TREES	 64

/* Each tree has a SUMMARY of longest clusters, and promise free UNKNOWN ones. */
struct naive {
	struct frsp_tree *tree;
	u32 longest;
	u32 promise;
	bool placed;
};

struct fixture {
	struct frsp_meta meta;
	struct naive naive[N_TREES];
	u32 n_trees;
};

static void fixture_init(struct fixture *f, u32 n_trees)
{
	memset(f, 0, sizeof(*f));
	frsp_meta_init(&f->meta);
	f->n_trees = n_trees;
	for (u32 i = 0; i < n_trees; i++)
		f->naive[i].tree =
			frsp_tree_new(i, 2, CLUSTERS, CLUSTERS, GFP_KERNEL);
}

static void set(struct fixture *f, u32 index, u32 longest, u32 promise)
{
	struct naive *naive = &f->naive[index];
	unsigned long bitmap[CLUSTERS / BITS_PER_LONG];

	memset(bitmap, 0xff, sizeof(bitmap));
	for (u32 i = 0; i < longest; i++)
		__clear_bit_le(i, bitmap);
	frsp_tree_regenerated(naive->tree, 0, bitmap);
	frsp_tree_set_free(naive->tree, 1, promise);
	frsp_meta_update(&f->meta, naive->tree);
	naive->longest = longest;
	naive->promise = promise;
	naive->placed = true;
}

static void fixture_free(struct fixture *f)
{
	for (u32 i = 0; i < f->n_trees; i++) {
		set(f, i, 0, 0);
		frsp_tree_free(f->naive[i].tree);
	}
	assert_true(RB_EMPTY_ROOT(&f->meta.by_longest));
	assert_true(RB_EMPTY_ROOT(&f->meta.by_promise));
	assert_int_equal(frsp_shim_n_allocated, 0);
}

/* --- what must be true ---------------------------------------------------- */

static void check_order(const struct fixture *f)
{
	const struct frsp_tree *tree, *last = NULL;
	struct rb_node *node;
	u32 n_longest = 0, n_promise = 0;

	for (node = rb_first(&f->meta.by_longest); node; node = rb_next(node)) {
		tree = rb_entry(node, struct frsp_tree, meta_by_longest);
		assert_true(f->naive[tree->index].placed);
		assert_int_equal(tree->meta_longest,
				 f->naive[tree->index].longest);
		assert_true(!last || last->meta_longest < tree->meta_longest ||
			    (last->meta_longest == tree->meta_longest &&
			     last->index < tree->index));
		last = tree;
		n_longest++;
	}
	last = NULL;
	for (node = rb_first(&f->meta.by_promise); node; node = rb_next(node)) {
		tree = rb_entry(node, struct frsp_tree, meta_by_promise);
		assert_true(f->naive[tree->index].placed);
		assert_int_equal(tree->meta_promise,
				 f->naive[tree->index].promise);
		assert_true(!last || last->meta_promise < tree->meta_promise ||
			    (last->meta_promise == tree->meta_promise &&
			     last->index < tree->index));
		last = tree;
		n_promise++;
	}
	for (u32 i = 0; i < f->n_trees; i++) {
		n_longest -= f->naive[i].placed && f->naive[i].longest;
		n_promise -= f->naive[i].placed && f->naive[i].promise;
	}
	assert_int_equal(n_longest, 0);
	assert_int_equal(n_promise, 0);
}

static u32 distance(u32 a, u32 b)
{
	return a > b ? a - b : b - a;
}

/* The trees that have len, by (longest, index); returns how many. */
static u32 sufficient(const struct fixture *f, u32 len, u32 *indexes)
{
	u32 n = 0, at;

	for (u32 i = 0; i < f->n_trees; i++) {
		const struct naive *naive = &f->naive[i];

		if (!naive->placed || !naive->longest || naive->longest < len)
			continue;
		for (at = n++; at > 0 && f->naive[indexes[at - 1]].longest >
						 naive->longest;
		     at--)
			indexes[at] = indexes[at - 1];
		indexes[at] = i;
	}
	return n;
}

static int naive_fit(const struct fixture *f, u32 len, u32 near_index)
{
	u32 indexes[N_TREES], n = sufficient(f, len, indexes), from = 0, best;

	if (!n)
		return -1;
	/* the last of the shortest that is in front of near_index */
	for (u32 i = 0; i < n; i++)
		if (f->naive[indexes[i]].longest ==
			    f->naive[indexes[0]].longest &&
		    indexes[i] < near_index)
			from = i;
	best = indexes[from];
	for (u32 i = from; i < n && i < from + FRSP_META_CANDIDATES; i++)
		if (distance(indexes[i], near_index) <
		    distance(best, near_index))
			best = indexes[i];
	return best;
}

static void check_answers(const struct fixture *f, u32 len, u32 near_index)
{
	u32 longest = 0, promise = 0, found_len = 0;
	int found;

	for (u32 i = 0; i < f->n_trees; i++) {
		const struct naive *naive = &f->naive[i];

		if (!naive->placed)
			continue;
		longest = naive->longest > longest ? naive->longest : longest;
		promise = naive->promise > promise ? naive->promise : promise;
	}
	assert_int_equal(frsp_meta_fit(&f->meta, len, near_index),
			 naive_fit(f, len, near_index));
	found = frsp_meta_longest(&f->meta, &found_len);
	assert_int_equal(found >= 0, longest > 0);
	if (found >= 0) {
		assert_int_equal(found_len, longest);
		assert_int_equal(f->naive[found].longest, longest);
	}
	found = frsp_meta_promise(&f->meta, len);
	assert_int_equal(found >= 0, promise > 0 && promise >= len);
	if (found >= 0)
		assert_int_equal(f->naive[found].promise, promise);
}

/* --- cases ---------------------------------------------------------------- */

static void test_empty(void **state)
{
	struct fixture f;
	u32 len;

	(void)state;
	fixture_init(&f, 1);
	assert_int_equal(frsp_meta_fit(&f.meta, 1, 0), -1);
	assert_int_equal(frsp_meta_longest(&f.meta, &len), -1);
	assert_int_equal(frsp_meta_promise(&f.meta, 1), -1);
	fixture_free(&f);
}

/* The RFC erased nodes that had never been inserted. */
static void test_remove_what_was_never_there(void **state)
{
	struct fixture f;
	u32 len;

	(void)state;
	fixture_init(&f, 3);
	set(&f, 0, 5, 0);
	set(&f, 1, 0, 7);
	set(&f, 2, 0, 0);
	set(&f, 2, 0, 0);
	set(&f, 2, 0, 0);
	check_order(&f);
	set(&f, 0, 0, 0);
	set(&f, 0, 0, 0);
	set(&f, 1, 0, 0);
	set(&f, 1, 0, 0);
	check_order(&f);
	set(&f, 0, 9, 3);
	assert_int_equal(frsp_meta_longest(&f.meta, &len), 0);
	assert_int_equal(len, 9);
	fixture_free(&f);
}

static void test_fit(void **state)
{
	static const struct {
		u32 len, near_index;
		int found;
	} cases[] = {
		{1, 0, 0},  {10, 0, 0}, {11, 0, 1},   {11, 9, 9},
		{31, 0, 3}, {31, 9, 9}, {101, 0, -1}, {100, 0, 9},
		{0, 5, 5},  {50, 1, 4}, {50, 5, 4},   {41, 8, 9},
	};
	struct fixture f;

	(void)state;
	fixture_init(&f, 10);
	for (u32 i = 0; i < 5; i++)
		set(&f, i, 10 + 10 * i, 0); /* 10 20 30 40 50 */
	for (u32 i = 5; i < 9; i++)
		set(&f, i, i, 0);
	set(&f, 9, 100, 0);
	check_order(&f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(frsp_meta_fit(&f.meta, cases[i].len,
					       cases[i].near_index),
				 cases[i].found);
	fixture_free(&f);
}

/* In an empty filesystem all trees are the same: the nearest it must be. */
static void test_fit_among_equals(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, N_TREES);
	for (u32 i = 0; i < N_TREES; i++)
		set(&f, i, CLUSTERS, 0);
	for (u32 i = 0; i < N_TREES; i++)
		assert_int_equal(frsp_meta_fit(&f.meta, 100, i), i);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 5000), N_TREES - 1);
	set(&f, 30, 50, 0);
	set(&f, 31, 50, 0);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 30), 29);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 31), 32);
	assert_int_equal(frsp_meta_fit(&f.meta, 50, 45), 31);
	fixture_free(&f);
}

/* A candidate too many would be nearer. */
static void test_candidates(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, N_TREES);
	for (u32 i = 0; i < FRSP_META_CANDIDATES; i++)
		set(&f, i, 10 + i, 0);
	set(&f, 60, 100, 0);
	assert_int_equal(frsp_meta_fit(&f.meta, 10, 60),
			 FRSP_META_CANDIDATES - 1);
	assert_int_equal(frsp_meta_fit(&f.meta, 11, 60), 60);
	fixture_free(&f);
}

/* A value that changes, but not the order; and one that is changed back. */
static void test_changes(void **state)
{
	static const u32 values[] = {20, 21, 29, 31, 9, 20, 0, 20, 40, 1, 0};
	struct fixture f;

	(void)state;
	fixture_init(&f, 3);
	set(&f, 0, 10, 10);
	set(&f, 2, 30, 30);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		set(&f, 1, values[i], values[ARRAY_SIZE(values) - 1 - i]);
		check_order(&f);
	}
	/* equal values: by index */
	set(&f, 1, 10, 30);
	check_order(&f);
	set(&f, 1, 30, 10);
	check_order(&f);
	fixture_free(&f);
}

/* The lock is not taken when nothing changes: the caller may hold it then. */
static void test_lock_only_for_changes(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1);
	set(&f, 0, 10, 10);
	spin_lock(&f.meta.lock);
	frsp_meta_update(&f.meta, f.naive[0].tree);
	spin_unlock(&f.meta.lock);
	fixture_free(&f);
}

static void test_promise(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 3);
	set(&f, 0, 0, 10);
	set(&f, 1, 100, 30);
	set(&f, 2, 200, 20);
	assert_int_equal(frsp_meta_promise(&f.meta, 30), 1);
	assert_int_equal(frsp_meta_promise(&f.meta, 31), -1);
	assert_int_equal(frsp_meta_promise(&f.meta, 1), 1);
	set(&f, 1, 100, 0);
	assert_int_equal(frsp_meta_promise(&f.meta, 1), 2);
	fixture_free(&f);
}

static void test_random(void **state)
{
	struct fixture f;

	(void)state;
	random_seed();
	for (u32 round = 0; round < 40; round++) {
		u32 most = round % 2 ? CLUSTERS - 1 : 20;

		fixture_init(&f, 1 + random_below(N_TREES));
		for (u32 i = 0; i < 500; i++) {
			u32 index = random_below(f.n_trees);

			if (random_below(10))
				set(&f, index,
				    random_below(3) ? random_below(most) : 0,
				    random_below(3) ? random_below(most) : 0);
			else
				set(&f, index, 0, 0);
			check_order(&f);
			check_answers(&f, random_below(most + 2),
				      random_below(f.n_trees + 3));
		}
		fixture_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_remove_what_was_never_there),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_among_equals),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_lock_only_for_changes),
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
