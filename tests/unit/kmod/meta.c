// SPDX-License-Identifier: GPL-2.0-or-later
/* The meta-tree beside a plain array of what each tree has. */
#include "random.h"
#include "suite.h"

#include <errno.h>
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
};

struct fixture {
	struct frsp_meta meta;
	struct naive naive[N_TREES];
	u32 n_trees;
};

static void add_trees(struct fixture *f, u32 n_trees)
{
	assert_int_equal(frsp_meta_grow(&f->meta, n_trees), 0);
	for (; f->n_trees < n_trees; f->n_trees++)
		f->naive[f->n_trees].tree = frsp_tree_new(
			f->n_trees, 2, CLUSTERS, CLUSTERS, GFP_KERNEL);
}

static void fixture_init(struct fixture *f, u32 n_trees)
{
	memset(f, 0, sizeof(*f));
	frsp_meta_init(&f->meta);
	add_trees(f, n_trees);
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
}

static void fixture_free(struct fixture *f)
{
	for (u32 i = 0; i < f->n_trees; i++)
		frsp_tree_free(f->naive[i].tree);
	frsp_meta_free(&f->meta);
	assert_int_equal(frsp_shim_n_allocated, 0);
}

/* --- what must be true ---------------------------------------------------- */

static u32 distance(u32 a, u32 b)
{
	return a > b ? a - b : b - a;
}

static u32 longest_of(const struct naive *naive)
{
	return naive->longest;
}

static u32 promise_of(const struct naive *naive)
{
	return naive->promise;
}

static u32 most(const struct fixture *f, u32 (*value)(const struct naive *))
{
	u32 greatest = 0;

	for (u32 i = 0; i < f->n_trees; i++)
		if (value(&f->naive[i]) > greatest)
			greatest = value(&f->naive[i]);
	return greatest;
}

/* Of two at the same distance the one behind. */
static int nearest(const struct fixture *f, u32 near, u32 least,
		   u32 (*value)(const struct naive *), bool but_near)
{
	int best = -1;

	least = least ? least : 1;
	for (u32 i = 0; i < f->n_trees; i++)
		if (value(&f->naive[i]) >= least && !(but_near && i == near) &&
		    (best < 0 || distance(i, near) <= distance(best, near)))
			best = i;
	return best;
}

static void check_answers(const struct fixture *f, u32 len, u32 near)
{
	u32 longest = most(f, longest_of), promise = most(f, promise_of);
	u32 found_len;

	assert_int_equal(frsp_meta_fit(&f->meta, len, near),
			 nearest(f, near, len, longest_of, true));
	assert_int_equal(frsp_meta_longest(&f->meta, &found_len, near),
			 nearest(f, near, longest, longest_of, false));
	assert_int_equal(found_len, longest);
	assert_int_equal(frsp_meta_promise(&f->meta, len, near),
			 nearest(f, near, len > promise / 2 ? len : promise / 2,
				 promise_of, false));
}

/* --- cases ---------------------------------------------------------------- */

static void test_empty(void **state)
{
	struct fixture f;
	u32 len;

	(void)state;
	fixture_init(&f, 1);
	assert_int_equal(frsp_meta_fit(&f.meta, 0, 0), -1);
	assert_int_equal(frsp_meta_longest(&f.meta, &len, 0), -1);
	assert_int_equal(frsp_meta_promise(&f.meta, 0, 0), -1);
	fixture_free(&f);
}

static void test_fit(void **state)
{
	static const struct {
		u32 len, near;
		int found;
	} cases[] = {
		{1, 0, 1},   {11, 0, 1},   {11, 9, 4},	 {31, 0, 3},
		{41, 6, 4},  {41, 7, 9},   {101, 0, -1}, {100, 0, 9},
		{0, 5, 6},   {50, 1, 4},   {8, 6, 8},	 {8, 5, 4},
		{100, 8, 9}, {100, 9, -1}, {100, 99, 9},
	};
	struct fixture f;

	(void)state;
	fixture_init(&f, 10);
	for (u32 i = 0; i < 5; i++)
		set(&f, i, 10 + 10 * i, 0); /* 10 20 30 40 50 */
	for (u32 i = 5; i < 9; i++)
		set(&f, i, i, 0); /* 5 6 7 8 */
	set(&f, 9, 100, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(frsp_meta_fit(&f.meta, cases[i].len,
					       cases[i].near),
				 cases[i].found);
	fixture_free(&f);
}

/* In an empty filesystem all trees are the same: the next one is the nearest. */
static void test_fit_among_equals(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, N_TREES);
	for (u32 i = 0; i < N_TREES; i++)
		set(&f, i, CLUSTERS, 0);
	for (u32 i = 0; i < N_TREES; i++)
		assert_int_equal(frsp_meta_fit(&f.meta, 100, i),
				 i + 1 < N_TREES ? i + 1 : N_TREES - 2);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 5000), N_TREES - 1);
	set(&f, 30, 50, 0);
	set(&f, 31, 50, 0);
	set(&f, 32, 50, 0);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 30), 29);
	assert_int_equal(frsp_meta_fit(&f.meta, 100, 31), 33);
	assert_int_equal(frsp_meta_fit(&f.meta, 50, 31), 32);
	fixture_free(&f);
}

/* The lock is taken for changes only: the test holds it meanwhile. */
static void test_lock_only_for_changes(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1);
	set(&f, 0, 10, 10);
	spin_lock(&f.meta.lock);
	frsp_meta_update(&f.meta, f.naive[0].tree);
	check_answers(&f, 5, 0);
	spin_unlock(&f.meta.lock);
	fixture_free(&f);
}

/* Near, but not for nearly nothing. */
static void test_promise(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 5);
	set(&f, 0, 0, 14);
	set(&f, 1, 100, 30);
	set(&f, 2, 200, 20);
	assert_int_equal(frsp_meta_promise(&f.meta, 30, 0), 1);
	assert_int_equal(frsp_meta_promise(&f.meta, 31, 0), -1);
	assert_int_equal(frsp_meta_promise(&f.meta, 1, 0), 1);
	assert_int_equal(frsp_meta_promise(&f.meta, 1, 4), 2);
	set(&f, 1, 100, 0);
	assert_int_equal(frsp_meta_promise(&f.meta, 1, 0), 0);
	fixture_free(&f);
}

/* What is known stays when the filesystem grows; without memory all stays. */
static void test_grow(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 3);
	set(&f, 1, 10, 20);
	add_trees(&f, 4);
	check_answers(&f, 5, 0);
	frsp_shim_allocs_left = 0;
	assert_int_equal(frsp_meta_grow(&f.meta, 5), -ENOMEM);
	frsp_shim_allocs_left = -1;
	check_answers(&f, 5, 0);
	add_trees(&f, N_TREES);
	set(&f, N_TREES - 1, 30, 0);
	check_answers(&f, 5, 0);
	check_answers(&f, 5, N_TREES);
	fixture_free(&f);
}

static void test_random(void **state)
{
	struct fixture f;

	(void)state;
	random_seed();
	for (u32 round = 0; round < 40; round++) {
		u32 limit = round % 2 ? CLUSTERS - 1 : 20;

		fixture_init(&f, 1 + random_below(N_TREES));
		for (u32 i = 0; i < 500; i++) {
			if (!random_below(100))
				add_trees(&f,
					  f.n_trees +
						  random_below(N_TREES -
							       f.n_trees + 1));
			set(&f, random_below(f.n_trees),
			    random_below(3) ? random_below(limit) : 0,
			    random_below(3) ? random_below(limit) : 0);
			check_answers(&f, random_below(limit + 2),
				      random_below(f.n_trees));
		}
		fixture_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_among_equals),
		cmocka_unit_test(test_lock_only_for_changes),
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
