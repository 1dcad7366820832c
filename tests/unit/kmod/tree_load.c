// SPDX-License-Identifier: GPL-2.0-or-later
/* One tree of free extents: loading and dropping, against the truth. */
#include <errno.h>

#include "suite.h"

#define check(condition) assert_true(condition)
#include "tree_model.h"
#include "tree_text.h"

/* --- loading --------------------------------------------------------------- */

#define BUILD_TEXT "..#...##.#....##|.##.#...#.....#.|#.....##"

static void test_build_in_chunks(void **state)
{
	struct model model;
	u32 steps;

	(void)state;
	for (u32 chunk = 1; chunk <= 20; chunk++) {
		model_init(&model, 3, 16, 8);
		text_to_truth(&model, BUILD_TEXT);
		for (u32 group = 0; group < 3; group++) {
			assert_true(model_build_begin(&model, group));
			model_check(&model);
			for (steps = 1; model_build_step(&model, chunk);
			     steps++)
				model_check(&model);
			model_check(&model);
			assert_int_equal(steps, (frsp_tree_group_clusters(
							 model.tree, group) +
						 chunk - 1) /
							chunk);
		}
		assert_string_equal(model_text(&model), BUILD_TEXT);
		model_destroy(&model);
	}
}

static void test_build_refused(void **state)
{
	struct frsp_build other = {.group = 1};
	struct model model;

	(void)state;
	model_init(&model, 2, 16, 16);
	assert_true(model_build_begin(&model, 0));
	assert_false(frsp_tree_build_begin(model.tree, &other, 0));
	assert_int_equal(frsp_tree_build_step(model.tree, &other, &model.memory,
					      16),
			 -ECANCELED);
	assert_int_equal(model_build_step(&model, 16), 0);
	assert_false(model_build_begin(&model, 0));
	model_destroy(&model);
}

/* Each change that is possible, at each mark, in chunks of each size. */
static void change_at_mark(u32 chunk, u32 mark, u32 start, u32 len)
{
	struct model model;
	bool used;

	model_init(&model, 3, 16, 8);
	text_to_truth(&model, BUILD_TEXT);
	used = !model.in_use[16 + start];
	assert_true(model_build_begin(&model, 1));
	for (u32 i = 0; i < mark; i++)
		assert_int_equal(model_build_step(&model, chunk), 1);
	assert_int_equal(model_change(&model, 1, start, len, used),
			 FRSP_TREE_DONE);
	model_check(&model);
	while (model_build_step(&model, chunk))
		model_check(&model);
	model_check(&model);
	assert_int_equal(model.tree->groups[1].state, FRSP_GROUP_LOADED);
	model_destroy(&model);
}

static void test_changes_while_loading(void **state)
{
	const char *text = strchr(BUILD_TEXT, '|') + 1;

	(void)state;
	for (u32 chunk = 1; chunk <= 5; chunk++)
		for (u32 mark = 0; mark * chunk < 16; mark++)
			for (u32 start = 0; start < 16; start++)
				for (u32 len = 1;
				     start + len <= 16 &&
				     text[start + len - 1] == text[start];
				     len++)
					change_at_mark(chunk, mark, start, len);
}

static void test_mismatch_while_loading(void **state)
{
	struct model model;

	(void)state;
	/* below the mark, above it, on both sides: each way round */
	for (u32 i = 0; i < 6; i++) {
		model_init(&model, 1, 16, 16);
		text_to_truth(&model, "....####....####");
		assert_true(model_build_begin(&model, 0));
		assert_int_equal(model_build_step(&model, 6), 1);
		assert_int_equal(i == 0	  ? model_change(&model, 0, 4, 1, true)
				 : i == 1 ? model_change(&model, 0, 7, 1, true)
				 : i == 2 ? model_change(&model, 0, 3, 8, true)
				 : i == 3 ? model_change(&model, 0, 3, 1, false)
				 : i == 4
					 ? model_change(&model, 0, 8, 1, false)
					 : model_change(&model, 0, 5, 4, false),
				 FRSP_TREE_MISMATCH);
		model_drop(&model, 0, -1);
		assert_int_equal(model_build_step(&model, 6), -ECANCELED);
		model_check_extents(&model);
		model_destroy(&model);
	}
}

/* Below the mark the bitmap must be the same, above it is believed. */
static void test_regenerated_while_loading(void **state)
{
	static const char *const texts[] = {
		"....####....####", "....####..##....", "....############",
		"..######....####", "....###.....####", "########....####",
		"................", "################",
	};
	struct model model;
	bool same;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts) * 16; i++) {
		const char *text = texts[i / 16];
		u32 mark = i % 16;

		model_init(&model, 2, 16, 16);
		text_to_truth(&model, texts[0]);
		assert_true(model_build_begin(&model, 0));
		if (mark)
			assert_int_equal(model_build_step(&model, mark), 1);
		same = !memcmp(text, texts[0], mark);
		text_to_truth(&model, text);
		assert_int_equal(model_regenerate(&model, 0),
				 same ? FRSP_TREE_DONE : FRSP_TREE_MISMATCH);
		if (same) {
			model_check(&model);
			assert_int_equal(model_build_step(&model, 16), 0);
			assert_int_equal(model.tree->groups[0].state,
					 FRSP_GROUP_LOADED);
		} else {
			model_drop(&model, 0, -1);
		}
		model_check(&model);
		model_destroy(&model);
	}
}

/* --- memory ---------------------------------------------------------------- */

static void test_reloads(void **state)
{
	struct model model;

	(void)state;
	text_to_model(&model, "....####|##....##", "SS");
	assert_true(model_build_begin(&model, 0));
	assert_false(model.build.is_reload);
	/* a build that a drop has ended was no load */
	model_drop(&model, -1, 0);
	assert_true(model_build_begin(&model, 0));
	assert_false(model.build.is_reload);
	assert_int_equal(model_build_step(&model, U32_MAX), 0);
	for (u32 i = 0; i < 3; i++) {
		model_drop(&model, -1, -1);
		assert_true(model_build_begin(&model, 0));
		assert_true(model.build.is_reload);
		assert_int_equal(model_build_step(&model, U32_MAX), 0);
	}
	/* the other group has not been loaded yet */
	assert_true(model_build_begin(&model, 1));
	assert_false(model.build.is_reload);
	model_destroy(&model);
}

static void test_cap(void **state)
{
	struct model model;

	(void)state;
	model_init(&model, 1, 16, 16);
	text_to_truth(&model, ".#.#.#.#.#.#.###");
	model.memory.max_bytes = 5 * sizeof(struct frsp_extent);
	assert_true(model_build_begin(&model, 0));
	assert_int_equal(model_build_step(&model, 4), 1);
	assert_int_equal(model_build_step(&model, 16), -ENOMEM);
	assert_int_equal(model.tree->extents, 5);
	model_check_extents(&model);
	model_drop(&model, -1, -1);
	assert_int_equal(model.tree->groups[0].free, 7);
	model.memory.max_bytes = 7 * sizeof(struct frsp_extent);
	model_load(&model, 0);
	/* at the cap; what needs no more goes on */
	assert_int_equal(model_change(&model, 0, 13, 1, false), FRSP_TREE_DONE);
	assert_int_equal(model_change(&model, 0, 13, 1, true), FRSP_TREE_DONE);
	assert_int_equal(model_change(&model, 0, 15, 1, false),
			 FRSP_TREE_NO_MEMORY);
	/* a cap of 0 is none */
	model_drop(&model, -1, 0);
	model.memory.max_bytes = 0;
	model_load(&model, 0);
	assert_int_equal(model.tree->extents, 8);
	model_check(&model);
	/* lowered below what is in use, it refuses, and shrinking is possible */
	model.memory.max_bytes = 1;
	assert_int_equal(model_change(&model, 0, 15, 1, true), FRSP_TREE_DONE);
	model_check(&model);
	model_destroy(&model);
}

/* Without memory the longer part of an extent stays, and the drop sums it up. */
static void test_no_memory(void **state)
{
	static const struct {
		u32 start, len;
		const char *after;
	} cases[] = {
		{6, 2, "......##########"}, {4, 3, "#######.........|"},
		{1, 1, "##.............."}, {8, 1, "........########"},
		{7, 1, "########........"},
	};
	struct model model;

	(void)state;
	for (size_t i = 1; i < ARRAY_SIZE(cases); i++) {
		text_to_model(&model, "................", "LLLLL");
		frsp_shim_allocs_left = 0;
		assert_int_equal(model_change(&model, 0, cases[i].start,
					      cases[i].len, true),
				 FRSP_TREE_NO_MEMORY);
		frsp_shim_allocs_left = -1;
		assert_memory_equal(model_text(&model), cases[i].after, 16);
		model_drop(&model, -1, -1);
		model_check(&model);
		model_destroy(&model);
	}
	text_to_model(&model, "####....########", "LLLLL");
	frsp_shim_allocs_left = 0;
	assert_int_equal(model_change(&model, 0, 9, 5, false),
			 FRSP_TREE_NO_MEMORY);
	frsp_shim_allocs_left = -1;
	model_drop(&model, -1, 0);
	assert_int_equal(model.tree->groups[0].free, 9);
	assert_int_equal(model.tree->groups[0].longest_len, 4);
	model_destroy(&model);

	frsp_shim_allocs_left = 0;
	assert_null(frsp_tree_new(0, 1, 8, 8, GFP_KERNEL));
	frsp_shim_allocs_left = -1;
}

/* --- dropping -------------------------------------------------------------- */

static void test_drop(void **state)
{
	struct model model;

	(void)state;
	text_to_model(&model, "#..#...#|########|........|####.#..|....",
		      "LLLLL");
	model_drop(&model, 3, -1);
	model_check(&model);
	assert_int_equal(model.tree->groups[0].longest_start, 4);
	assert_int_equal(model.tree->groups[1].longest_len, 0);
	assert_int_equal(model.tree->groups[2].longest_len, 8);
	assert_int_equal(model.tree->groups[3].state, FRSP_GROUP_UNKNOWN);
	assert_int_equal(model.tree->n_known, 4);
	model_destroy(&model);
}

/* Only so many extents are looked at: the longest ones. */
/* One of a group's first ones where its longest is beyond what is looked at. */
static void test_drop_keeps_one_of_each_group(void **state)
{
	const u32 clusters = 4 * FRSP_TREE_DROP_VISITS;
	struct rb_root condemned;
	struct frsp_tree *tree;
	struct model model;

	(void)state;
	for (u32 more = 0; more < 2; more++) {
		model_init(&model, 2, clusters, clusters);
		tree = model.tree;
		for (u32 i = 0; i < FRSP_TREE_DROP_VISITS - 1 + more; i++)
			memset(model.in_use + 4 * i, false, 3);
		for (u32 i = 0; i < FRSP_TREE_DROP_VISITS; i++)
			model.in_use[clusters + 4 * i] = false;
		memset(model.in_use + 2 * clusters - 4, false, 2);
		model_load(&model, 0);
		model_load(&model, 1);
		frsp_tree_drop(tree, -1, &condemned);
		frsp_extents_free(&model.memory, &condemned);
		assert_int_equal(tree->groups[0].state, FRSP_GROUP_SUMMARY);
		assert_int_equal(tree->groups[0].longest_len, 3);
		assert_int_equal(tree->groups[1].state, FRSP_GROUP_SUMMARY);
		assert_int_equal(tree->groups[1].longest_len, 2 - more);
		assert_int_equal(tree->n_known, 2);
		assert_int_equal(tree->n_loaded, 0);
		model_destroy(&model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_in_chunks),
		cmocka_unit_test(test_build_refused),
		cmocka_unit_test(test_changes_while_loading),
		cmocka_unit_test(test_mismatch_while_loading),
		cmocka_unit_test(test_regenerated_while_loading),
		cmocka_unit_test(test_reloads),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_keeps_one_of_each_group),
	};

	return cmocka_run_group_tests_name("tree_load", tests, NULL, NULL);
}
