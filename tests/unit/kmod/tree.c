// SPDX-License-Identifier: GPL-2.0-or-later
/* One tree of free extents: events, audits and searches, against the truth. */
#include <errno.h>

#include "random.h"
#include "suite.h"

#define check(condition) assert_true(condition)
#include "tree_model.h"
#include "tree_text.h"

/* --- events ---------------------------------------------------------------- */

struct event_case {
	const char *before;
	char event; /* 'u'sed or 'f'reed */
	u32 group, start, len;
	enum frsp_tree_result result;
	const char *after;
	u32 extents;
};

/* clang-format off */
static const struct event_case event_cases[] = {
	/* taken: the front, the rear, the middle, all of an extent */
	{"#.....##", 'u', 0, 1, 2, FRSP_TREE_DONE, "###...##", 1},
	{"#.....##", 'u', 0, 4, 2, FRSP_TREE_DONE, "#...####", 1},
	{"#.....##", 'u', 0, 3, 1, FRSP_TREE_DONE, "#..#..##", 2},
	{"#.....##", 'u', 0, 1, 5, FRSP_TREE_DONE, "########", 0},
	{"........", 'u', 0, 0, 1, FRSP_TREE_DONE, "#.......", 1},
	{"........", 'u', 0, 7, 1, FRSP_TREE_DONE, ".......#", 1},
	{"........", 'u', 0, 0, 8, FRSP_TREE_DONE, "########", 0},
	{"........", 'u', 0, 2, 0, FRSP_TREE_DONE, "........", 1},
	/* the longer part is in front, or behind */
	{"..........", 'u', 0, 6, 1, FRSP_TREE_DONE, "......#...", 2},
	{"..........", 'u', 0, 2, 1, FRSP_TREE_DONE, "..#.......", 2},
	/* freed: apart, in front, behind, between */
	{"########", 'f', 0, 2, 3, FRSP_TREE_DONE, "##...###", 1},
	{"#..#####", 'f', 0, 4, 1, FRSP_TREE_DONE, "#..#.###", 2},
	{"#..#####", 'f', 0, 3, 2, FRSP_TREE_DONE, "#....###", 1},
	{"####..##", 'f', 0, 1, 3, FRSP_TREE_DONE, "#.....##", 1},
	{"#.###.##", 'f', 0, 2, 3, FRSP_TREE_DONE, "#.....##", 1},
	{"########", 'f', 0, 0, 8, FRSP_TREE_DONE, "........", 1},
	{"########", 'f', 0, 2, 0, FRSP_TREE_DONE, "########", 0},
	/* other extents are as they were */
	{".#.#.#.#", 'f', 0, 3, 1, FRSP_TREE_DONE, ".#...#.#", 3},
	{".##.##.#", 'u', 0, 3, 1, FRSP_TREE_DONE, ".#####.#", 2},
	/* an extent never spans two groups */
	{"####|####", 'f', 0, 2, 2, FRSP_TREE_DONE, "##..|####", 1},
	{"##..|####", 'f', 1, 0, 2, FRSP_TREE_DONE, "##..|..##", 2},
	{"####|..##", 'f', 0, 2, 2, FRSP_TREE_DONE, "##..|..##", 2},
	{"....|####|....", 'f', 1, 0, 4, FRSP_TREE_DONE, "....|....|....", 3},
	{"....|....", 'u', 0, 3, 1, FRSP_TREE_DONE, "...#|....", 2},
	{"....|....", 'u', 1, 0, 1, FRSP_TREE_DONE, "....|#...", 2},
	{"....|....", 'u', 1, 0, 4, FRSP_TREE_DONE, "....|####", 1},
	/* the last group is shorter */
	{"....|##", 'f', 1, 0, 2, FRSP_TREE_DONE, "....|..", 2},
	{"....|#.", 'f', 1, 0, 1, FRSP_TREE_DONE, "....|..", 2},
	{"....|..", 'u', 1, 1, 1, FRSP_TREE_DONE, "....|.#", 2},
	{"....|..", 'u', 1, 1, 2, FRSP_TREE_MISMATCH, "....|..", 2},
	{"....|##", 'f', 1, 1, 2, FRSP_TREE_MISMATCH, "....|##", 1},
	/* what is not so */
	{"#..#####", 'u', 0, 0, 2, FRSP_TREE_MISMATCH, "#..#####", 1},
	{"#..#####", 'u', 0, 2, 2, FRSP_TREE_MISMATCH, "#..#####", 1},
	{"#..#..##", 'u', 0, 1, 4, FRSP_TREE_MISMATCH, "#..#..##", 2},
	{"###..###", 'u', 0, 1, 1, FRSP_TREE_MISMATCH, "###..###", 1},
	{"##.#####", 'f', 0, 2, 1, FRSP_TREE_MISMATCH, "##.#####", 1},
	{"##.#####", 'f', 0, 0, 3, FRSP_TREE_MISMATCH, "##.#####", 1},
	{"##.#####", 'f', 0, 2, 3, FRSP_TREE_MISMATCH, "##.#####", 1},
	{"##.##.##", 'f', 0, 1, 6, FRSP_TREE_MISMATCH, "##.##.##", 2},
	{"....|....", 'u', 0, 2, 4, FRSP_TREE_MISMATCH, "....|....", 2},
	{"####|####", 'f', 0, 2, 4, FRSP_TREE_MISMATCH, "####|####", 0},
	{"........", 'u', 0, 0xfffffffc, 5, FRSP_TREE_MISMATCH, "........", 1},
	{"########", 'f', 0, 1, 0xffffffff, FRSP_TREE_MISMATCH, "########", 0},
};
/* clang-format on */

static enum frsp_tree_result event(struct model *model,
				   const struct event_case *c)
{
	u32 free_before = model_free(model, c->group);

	if (c->event == 'u')
		return frsp_tree_used(model->tree, &model->memory, c->group,
				      c->start, c->len, free_before);
	return frsp_tree_freed(model->tree, &model->memory, c->group, c->start,
			       c->len, free_before);
}

static void test_events(void **state)
{
	struct model model;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(event_cases); i++) {
		const struct event_case *c = &event_cases[i];

		text_to_model(&model, c->before, "LLLLL");
		assert_int_equal(event(&model, c), c->result);
		assert_string_equal(model_text(&model), c->after);
		assert_int_equal(model.tree->extents, c->extents);
		if (c->result == FRSP_TREE_MISMATCH)
			model_drop(&model, c->group, -1);
		text_to_truth(&model, c->after);
		model_check(&model);
		model_destroy(&model);
	}
}

/* ext4's count is believed, and held against ours where ours is exact. */
static void test_counts(void **state)
{
	struct model model;
	struct frsp_tree *tree;

	(void)state;
	text_to_model(&model, "....####|....####", "LLLLL");
	tree = model.tree;
	assert_int_equal(frsp_tree_used(tree, &model.memory, 0, 0, 1, 5),
			 FRSP_TREE_MISMATCH);
	assert_int_equal(tree->groups[0].free, 4);
	assert_int_equal(frsp_tree_freed(tree, &model.memory, 1, 4, 1, 3),
			 FRSP_TREE_MISMATCH);
	assert_int_equal(tree->groups[1].free, 4);
	model_destroy(&model);

	model_init(&model, 2, 8, 8);
	tree = model.tree;
	assert_int_equal(frsp_tree_freed(tree, &model.memory, 0, 0, 2, 3),
			 FRSP_TREE_DONE);
	assert_int_equal(tree->groups[0].free, 5);
	assert_int_equal(frsp_tree_used(tree, &model.memory, 0, 0, 2, 8),
			 FRSP_TREE_DONE);
	assert_int_equal(tree->groups[0].free, 6);
	assert_int_equal(frsp_tree_used(tree, &model.memory, 0, 0, 3, 2),
			 FRSP_TREE_MISMATCH);
	assert_int_equal(frsp_tree_freed(tree, &model.memory, 0, 0, 3, 6),
			 FRSP_TREE_MISMATCH);
	assert_int_equal(tree->groups[0].state, FRSP_GROUP_UNKNOWN);
	model_destroy(&model);
}

/* --- a SUMMARY ------------------------------------------------------------- */

struct summary_case {
	const char *text;
	char event;
	u32 start, len;
	enum frsp_group_state state;
	u32 longest_start, longest_len;
};

/* clang-format off */
static const struct summary_case summary_cases[] = {
	/* nothing happens, but the group is summed up: the first of the longest */
	{"#..#...#", 'u', 0, 0, FRSP_GROUP_SUMMARY, 4, 3},
	{"..#.#..#", 'u', 0, 0, FRSP_GROUP_SUMMARY, 0, 2},
	{"........", 'u', 0, 0, FRSP_GROUP_SUMMARY, 0, 8},
	{"########", 'u', 0, 0, FRSP_GROUP_SUMMARY, 0, 0},
	{"#######.", 'u', 0, 0, FRSP_GROUP_SUMMARY, 7, 1},
	/* taken */
	{"#......#", 'u', 1, 2, FRSP_GROUP_SUMMARY, 3, 4},
	{"#......#", 'u', 5, 2, FRSP_GROUP_SUMMARY, 1, 4},
	{"#......#", 'u', 3, 1, FRSP_GROUP_SUMMARY, 4, 3},
	{"#......#", 'u', 4, 2, FRSP_GROUP_SUMMARY, 1, 3},
	{".#....##", 'u', 0, 1, FRSP_GROUP_SUMMARY, 2, 4},
	{".#....##", 'u', 2, 4, FRSP_GROUP_UNKNOWN, 0, 0},
	{"##....##", 'u', 2, 4, FRSP_GROUP_SUMMARY, 0, 0},
	/* freed */
	{"#..#####", 'f', 3, 2, FRSP_GROUP_SUMMARY, 1, 4},
	{"####..##", 'f', 2, 2, FRSP_GROUP_SUMMARY, 2, 4},
	{"####..##", 'f', 0, 1, FRSP_GROUP_SUMMARY, 4, 2},
	{"####..##", 'f', 0, 3, FRSP_GROUP_SUMMARY, 0, 3},
	{"########", 'f', 0, 1, FRSP_GROUP_SUMMARY, 0, 1},
	{"########", 'f', 5, 3, FRSP_GROUP_SUMMARY, 5, 3},
};
/* clang-format on */

static void test_summaries(void **state)
{
	struct model model;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(summary_cases); i++) {
		const struct summary_case *c = &summary_cases[i];
		const struct frsp_group *known;

		model_init(&model, 2, 8, 8);
		text_to_truth(&model, c->text);
		known = &model.tree->groups[0];
		assert_int_equal(model_regenerate(&model, 0), FRSP_TREE_DONE);
		model_check(&model);
		model_change(&model, 0, c->start, c->len, c->event == 'u');
		model_check(&model);
		assert_int_equal(known->state, c->state);
		if (known->state == FRSP_GROUP_SUMMARY) {
			assert_int_equal(known->longest_len, c->longest_len);
			if (known->longest_len)
				assert_int_equal(known->longest_start,
						 c->longest_start);
		}
		model_destroy(&model);
	}
}

/* A saved summary may be wrong in any way: it must not stay so. */
static void test_stale_summary(void **state)
{
	struct model model;
	struct frsp_group *known;

	(void)state;
	model_init(&model, 1, 8, 8);
	known = model.tree->groups;
	frsp_tree_set_summary(model.tree, 0, 4, 2, 4);
	/* all is in use then, says ext4 */
	frsp_tree_used(model.tree, &model.memory, 0, 0, 1, 1);
	assert_int_equal(known->state, FRSP_GROUP_SUMMARY);
	assert_int_equal(known->longest_len, 0);
	/* freed what was free already */
	frsp_tree_freed(model.tree, &model.memory, 0, 2, 4, 0);
	frsp_tree_freed(model.tree, &model.memory, 0, 3, 5, 0);
	assert_int_equal(known->longest_start, 3);
	assert_int_equal(known->longest_len, 5);
	model_destroy(&model);
}

static void test_set_free_and_summary(void **state)
{
	struct model model;
	struct frsp_tree *tree;

	(void)state;
	model_init(&model, 3, 8, 6);
	tree = model.tree;
	frsp_tree_set_free(tree, 0, 7);
	frsp_tree_set_free(tree, 1, 8);
	frsp_tree_set_free(tree, 2, 6);
	assert_int_equal(tree->groups[0].state, FRSP_GROUP_UNKNOWN);
	assert_int_equal(tree->groups[0].free, 7);
	assert_int_equal(tree->groups[1].state, FRSP_GROUP_SUMMARY);
	assert_int_equal(tree->groups[1].longest_len, 8);
	assert_int_equal(tree->groups[2].longest_len, 6);
	assert_int_equal(tree->n_known, 2);
	/* known groups are not touched */
	frsp_tree_set_free(tree, 1, 3);
	frsp_tree_set_summary(tree, 1, 3, 0, 3);
	assert_int_equal(tree->groups[1].free, 8);
	/* what makes no sense is not taken */
	frsp_tree_set_summary(tree, 0, 7, 2, 7);
	frsp_tree_set_summary(tree, 0, 7, 0xffffffff, 2);
	frsp_tree_set_summary(tree, 0, 2, 0, 3);
	frsp_tree_set_summary(tree, 0, 7, 0, 0);
	assert_int_equal(tree->groups[0].state, FRSP_GROUP_UNKNOWN);
	frsp_tree_set_summary(tree, 0, 7, 2, 6);
	assert_int_equal(tree->groups[0].state, FRSP_GROUP_SUMMARY);
	assert_int_equal(tree->groups[0].longest_start, 2);
	assert_int_equal(tree->n_known, 3);
	model_destroy(&model);
}

static void test_bad_groups(void **state)
{
	struct model model;
	u32 start, free;

	(void)state;
	model_init(&model, 2, 8, 8);
	text_to_truth(&model, "....####|#...####");
	model_regenerate(&model, 0);
	frsp_tree_set_bad(model.tree, 0);
	frsp_tree_set_bad(model.tree, 0);
	assert_int_equal(model.tree->n_bad, 1);
	assert_int_equal(frsp_tree_longest(model.tree, &start), 0);
	assert_int_equal(frsp_tree_promising(model.tree, &free), 1);
	assert_int_equal(free, 3);
	assert_false(model_build_begin(&model, 0));
	assert_int_equal(model_change(&model, 0, 0, 4, true), FRSP_TREE_DONE);
	assert_int_equal(model_change(&model, 0, 1, 2, false), FRSP_TREE_DONE);
	model_regenerate(&model, 1);
	model_check(&model);
	model_drop(&model, 0, -1);
	assert_int_equal(model_regenerate(&model, 0), FRSP_TREE_DONE);
	assert_int_equal(model.tree->n_bad, 0);
	assert_int_equal(frsp_tree_longest(model.tree, &start), 3);
	model_check(&model);
	model_destroy(&model);
}

/* --- audits ---------------------------------------------------------------- */

static void test_audit(void **state)
{
	static const char *const texts[] = {
		"#..#..##|......##", "#.....##|......##", "#..##.##|......##",
		"########|......##", ".#.#.#.#|......##", "........|......##",
		"##..#..#|......##", "#..#..#.|......##", "#.##...#|......##",
	};
	struct model model;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		text_to_model(&model, texts[0], "LLLLL");
		text_to_truth(&model, texts[i]);
		model.tree->groups[0].free = 4;
		assert_int_equal(model_regenerate(&model, 0),
				 i ? FRSP_TREE_MISMATCH : FRSP_TREE_DONE);
		assert_int_equal(model.tree->groups[0].free,
				 model_free(&model, 0));
		model_drop(&model, 0, -1);
		model_check(&model);
		model_destroy(&model);
	}
}

/* The neighbours' extents are not looked at, and the count is. */
static void test_audit_borders(void **state)
{
	struct model model;

	(void)state;
	text_to_model(&model, "....|####|....|..", "LLLLL");
	for (u32 group = 0; group < 4; group++)
		assert_int_equal(model_regenerate(&model, group),
				 FRSP_TREE_DONE);
	model.tree->groups[1].free = 1;
	assert_int_equal(model_regenerate(&model, 1), FRSP_TREE_MISMATCH);
	model_drop(&model, 1, -1);
	model_destroy(&model);
}

/* --- finding --------------------------------------------------------------- */

static void test_find_and_fit(void **state)
{
	static const struct {
		u32 len, start;
		int found; /* position, -1: none */
	} fits[] = {
		{1, 0, 3}, {1, 3, 3},  {1, 4, 13}, {1, 14, 0},
		{2, 0, 0}, {2, 1, 8},  {2, 8, 8},  {2, 9, 5},
		{3, 0, 5}, {3, 6, -1}, {4, 0, -1}, {0, 99, 3},
	};
	struct frsp_extent *extent;
	struct model model;

	(void)state;
	text_to_model(&model, "..#.#...|..###.##", "LLLLL");
	for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
		extent = frsp_tree_fit(model.tree, fits[i].len, fits[i].start);
		assert_int_equal(extent ? (int)extent->start : -1,
				 fits[i].found);
	}
	assert_int_equal(frsp_tree_find(model.tree, 1)->start, 0);
	assert_int_equal(frsp_tree_find(model.tree, 7)->start, 5);
	assert_int_equal(frsp_tree_find(model.tree, 8)->start, 8);
	assert_null(frsp_tree_find(model.tree, 2));
	assert_null(frsp_tree_find(model.tree, 10));
	assert_null(frsp_tree_find(model.tree, 4000));
	assert_int_equal(frsp_tree_next(model.tree, 1)->start, 0);
	assert_int_equal(frsp_tree_next(model.tree, 2)->start, 3);
	assert_int_equal(frsp_tree_next(model.tree, 8)->start, 8);
	assert_int_equal(frsp_tree_next(model.tree, 10)->start, 13);
	assert_null(frsp_tree_next(model.tree, 14));
	assert_null(frsp_tree_next(model.tree, 4000));
	model_destroy(&model);
	text_to_model(&model, "##..####", "L");
	assert_int_equal(frsp_tree_next(model.tree, 0)->start, 2);
	model_destroy(&model);
}

static void test_longest_and_promise(void **state)
{
	struct model model;
	u32 start, free;

	(void)state;
	model_init(&model, 4, 8, 4);
	text_to_truth(&model, "...#####|#....###|.#.#.#..|....");
	assert_int_equal(frsp_tree_longest(model.tree, &start), 0);
	assert_int_equal(frsp_tree_promising(model.tree, &free), 2);
	assert_int_equal(free, 5);
	model_load(&model, 0);
	assert_int_equal(frsp_tree_longest(model.tree, &start), 3);
	assert_int_equal(start, 0);
	model_regenerate(&model, 1);
	assert_int_equal(frsp_tree_longest(model.tree, &start), 4);
	assert_int_equal(start, 9);
	model_regenerate(&model, 2);
	assert_int_equal(frsp_tree_promising(model.tree, &free), 3);
	assert_int_equal(free, 4);
	model_regenerate(&model, 3);
	assert_int_equal(frsp_tree_promising(model.tree, &free), -1);
	assert_int_equal(free, 0);
	model_destroy(&model);
}

static void test_span(void **state)
{
	static const struct {
		u32 log_flex, group_clusters, span_log2;
	} cases[] = {
		{0, 32768, 4},	    {4, 32768, 4},    {1, 32768, 1},
		{5, 32768, 4},	    {31, 32768, 4},   {3, 32768, 3},
		{0xffffffff, 8, 4}, {4, 1U << 26, 4}, {4, 1U << 27, 3},
		{4, 1U << 28, 2},   {4, 1U << 30, 0}, {4, 1U << 31, 0},
		{2, 1U << 28, 2},   {10, 524288, 4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(frsp_tree_span_log2(cases[i].log_flex,
						     cases[i].group_clusters),
				 cases[i].span_log2);
}

/* A longer extent never has less; the same have only those within 1 %. */
static void test_len_class(void **state)
{
	u32 first = 1, class;

	(void)state;
	for (u32 len = 1; len <= FRSP_EXTENT_MAX; len++) {
		struct frsp_extent extent = {.len = len};

		class = frsp_len_class(len);
		extent.longest = class;
		assert_int_equal(extent.len, len);
		assert_int_equal(extent.longest, class);
		if (class == frsp_len_class(first)) {
			assert_true(len == first || len - first < first / 100);
		} else {
			assert_true(class > frsp_len_class(first));
			first = len;
		}
	}
	/* No request that is longer than all finds one. */
	assert_true(frsp_len_class(U32_MAX) > class);
}

/* The largest tree that there is: no position is cut to fewer bits. */
static void test_large_positions(void **state)
{
	const u32 clusters = 1U << 20, n_groups = 1024;
	struct kmem_cache cache = {.object_size = sizeof(struct frsp_extent)};
	struct frsp_memory memory = {.cache = &cache};
	struct frsp_tree *tree;
	struct rb_root condemned;
	u32 start;
	int distrust = -1;

	(void)state;
	assert_int_equal(clusters * n_groups, FRSP_TREE_MAX_CLUSTERS);
	tree = frsp_tree_new(7, n_groups, clusters, clusters, GFP_KERNEL);
	for (u32 group = 0; group < n_groups; group++) {
		struct frsp_build build = {.group = group};

		build.bitmap = malloc(clusters / 8);
		memset(build.bitmap, 0xff, clusters / 8);
		assert_true(frsp_tree_build_begin(tree, &build, 0));
		assert_int_equal(frsp_tree_build_step(tree, &build, &memory,
						      U32_MAX),
				 0);
		free(build.bitmap);
	}
	for (u32 group = 0; group < n_groups; group++)
		assert_int_equal(frsp_tree_freed(tree, &memory, group,
						 clusters - 9 - group,
						 9 + group, 0),
				 FRSP_TREE_DONE);
	assert_int_equal(tree->extents, n_groups);
	assert_int_equal(frsp_tree_longest(tree, &start), 9 + 1023);
	assert_int_equal(start, FRSP_TREE_MAX_CLUSTERS - 1032);
	assert_non_null(frsp_tree_find(tree, FRSP_TREE_MAX_CLUSTERS - 1));
	assert_null(frsp_tree_find(tree, FRSP_TREE_MAX_CLUSTERS - 1033));
	frsp_tree_drop(tree, distrust, &condemned);
	frsp_extents_free(&memory, &condemned);
	assert_int_equal(frsp_tree_longest(tree, &start), 1032);
	assert_int_equal(start, FRSP_TREE_MAX_CLUSTERS - 1032);
	frsp_tree_free(tree);
	assert_int_equal(cache.n_objects, 0);
}

/* --- anything -------------------------------------------------------------- */

static void random_change(struct model *model)
{
	struct frsp_tree *tree = model->tree;
	u32 group = random_below(tree->n_groups);
	u32 clusters = frsp_tree_group_clusters(tree, group);
	u32 start = random_below(clusters);
	const bool *in_use = model->in_use + model_base(model, group);
	u32 max_len = 1 + random_below(random_below(4) ? 8 : clusters), len = 1;
	u32 longest = tree->groups[group].longest_len;
	u32 longest_start = tree->groups[group].longest_start;
	u32 state = tree->groups[group].state;
	bool used = !in_use[start];
	enum frsp_tree_result result;

	while (start && !random_below(4) && in_use[start - 1] == in_use[start])
		start--;
	while (len < max_len && start + len < clusters &&
	       in_use[start + len] == in_use[start])
		len++;
	result = model_change(model, group, start, len, used);
	assert_int_not_equal(result, FRSP_TREE_MISMATCH);
	if (result == FRSP_TREE_NO_MEMORY)
		model_drop(model, -1, group);
	if (state != FRSP_GROUP_SUMMARY)
		return;
	/* as much as can be known */
	if (used)
		assert_int_equal(
			tree->groups[group].longest_len,
			model_longest(model,
				      model_base(model, group) + longest_start,
				      model_base(model, group) + longest_start +
					      longest));
	else
		assert_true(tree->groups[group].longest_len >= longest &&
			    tree->groups[group].longest_len >= len);
}

static void random_build(struct model *model)
{
	struct frsp_tree *tree = model->tree;
	u32 group = random_below(tree->n_groups);
	u32 state = tree->groups[group].state;
	bool begun;

	if (!tree->build) {
		begun = model_build_begin(model, group);
		assert_int_equal(begun, state != FRSP_GROUP_LOADED &&
						state != FRSP_GROUP_BAD);
		return;
	}
	if (model_build_step(model, 1 + random_below(40)) == -ENOMEM)
		model_drop(model, -1, -1);
}

static void random_step(struct model *model)
{
	struct frsp_tree *tree = model->tree;
	u32 group = random_below(tree->n_groups);
	u32 state = tree->groups[group].state;
	u32 dice = random_below(1000);

	if (dice < 700) {
		random_change(model);
	} else if (dice < 950) {
		random_build(model);
	} else if (dice < 970) {
		assert_int_equal(model_regenerate(model, group),
				 FRSP_TREE_DONE);
		if (state != FRSP_GROUP_LOADED && state != FRSP_GROUP_LOADING)
			assert_int_equal(
				tree->groups[group].longest_len,
				model_longest(model, model_base(model, group),
					      model_base(model, group) +
						      frsp_tree_group_clusters(
							      tree, group)));
	} else if (dice < 975) {
		model_drop(model, -1, -1);
	} else if (dice < 980) {
		model_drop(model, group, -1);
	} else if (dice < 985 && state < FRSP_GROUP_LOADING) {
		frsp_tree_set_bad(tree, group);
	} else if (dice < 990) {
		model->memory.max_bytes =
			random_below(3) ? random_below(tree->extents + 20) *
						  sizeof(struct frsp_extent)
					: 0;
	} else {
		frsp_shim_allocs_left = random_below(20);
	}
}

static void test_random(void **state)
{
	struct model model;

	(void)state;
	random_seed();
	for (u32 round = 0; round < 200; round++) {
		u32 group_clusters = 8 * (1 + random_below(16));
		u32 last = 1 + random_below(group_clusters);

		model_init(&model, 1 + random_below(5), group_clusters, last);
		for (u32 i = 0; i < 1000; i++) {
			random_step(&model);
			model_check(&model);
			if (!random_below(30))
				frsp_shim_allocs_left = -1;
		}
		frsp_shim_allocs_left = -1;
		model_destroy(&model);
	}
	assert_int_equal(frsp_shim_n_allocated, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_stale_summary),
		cmocka_unit_test(test_set_free_and_summary),
		cmocka_unit_test(test_bad_groups),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_audit_borders),
		cmocka_unit_test(test_find_and_fit),
		cmocka_unit_test(test_longest_and_promise),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_len_class),
		cmocka_unit_test(test_large_positions),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
