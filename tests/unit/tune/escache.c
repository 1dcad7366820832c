// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "suite.h"
#include "tune/escache.h"
#include "tune/escache_seen.h"

#define MAX_INODES 8

/* A case: a list of files, and the numbers of those that leave, as a text. */
struct example {
	const char *name;
	struct escache_inode inodes[MAX_INODES]; /* entries, lookups, idle, heat
						  */
	struct escache_state state; /* entries, reclaimable, bound, cooldown */
	const char *chosen;
	bool is_too_small;
};

static const struct example examples[] = {
	{"below the bound",
	 {{900, 900, 999, 0}},
	 {1000, 1000, 1000, 60},
	 "",
	 false},
	{"down to four fifths of the bound",
	 {{300, 9000, 999, 0}, {300, 9000, 999, 1}, {300, 9000, 999, 2}},
	 {1001, 1001, 1000, 60},
	 "0",
	 false},
	{"the coldest per entry first",
	 {{300, 9000, 999, 30}, {100, 9000, 999, 5}, {400, 9000, 999, 44}},
	 {1500, 1500, 1000, 60},
	 "1 0 2",
	 false},
	{"what was passed once goes first, the largest first",
	 {{900, 9000, 999, 0},
	  {1100, 1200, 999, 99},
	  {2000, 4000, 999, 99},
	  {2000, 4001, 999, 99}},
	 {9000, 9000, 5000, 60},
	 "2 1 0 3",
	 false},
	{"looked up lately: stays",
	 {{500, 9000, 59.9, 0}, {500, 9000, 60, 0}},
	 {3000, 3000, 2000, 60},
	 "1",
	 false},
	{"not worth opening: stays",
	 {{47, 47, 999, 0}, {48, 48, 999, 0}},
	 {3000, 3000, 2000, 60},
	 "1",
	 false},
	{"as many cold entries stay as there are hot ones",
	 {{1000, 9000, 0, 0},
	  {500, 9000, 999, 0},
	  {400, 9000, 999, 1},
	  {100, 9000, 999, 2}},
	 {2500, 2500, 2000, 60},
	 "1",
	 false},
	{"one that is too large for that is left out, a smaller one goes",
	 {{1000, 9000, 0, 0},
	  {600, 9000, 999, 0},
	  {400, 9000, 999, 1},
	  {100, 9000, 999, 2}},
	 {2500, 2500, 2000, 60},
	 "2 3",
	 false},
	{"what cannot be freed protects nobody",
	 {{1000, 9000, 0, 0}, {300, 9000, 999, 0}},
	 {9000, 2200, 2000, 60},
	 "",
	 false},
	{"a bound below twice the hot entries is too small",
	 {{1000, 9000, 0, 0}, {500, 9000, 999, 0}},
	 {5000, 5000, 1999, 60},
	 "1",
	 true},
	{"a bound of 0: nothing but the hot and their like stay",
	 {{100, 9000, 999, 0}, {100, 9000, 999, 0}},
	 {200, 200, 0, 60},
	 "0 1",
	 false},
};

static void expect_chosen(const struct example *example)
{
	size_t n = 0, chosen[MAX_INODES];
	struct escache_choice choice;
	char text[64] = "";

	while (n < MAX_INODES && example->inodes[n].entries)
		n++;
	choice = escache_choose(example->inodes, n, &example->state, chosen);
	for (size_t i = 0; i < choice.n; i++)
		sprintf(text + strlen(text), "%s%zu", i ? " " : "", chosen[i]);
	if (strcmp(text, example->chosen) ||
	    choice.is_too_small != example->is_too_small)
		fail_msg("%s: chose \"%s\", not \"%s\"", example->name, text,
			 example->chosen);
}

static void test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		expect_chosen(&examples[i]);
}

#define RANDOM_INODES 40

/* What holds for any list. */
static void check_random(const struct escache_inode *inodes, size_t n,
			 const struct escache_state *state)
{
	size_t chosen[RANDOM_INODES];
	const struct escache_choice choice =
		escache_choose(inodes, n, state, chosen);
	bool is_chosen[RANDOM_INODES] = {false};
	__u64 hot = 0, sum = 0, smallest = ~0ULL, last = 0;

	for (size_t i = 0; i < n; i++)
		if (inodes[i].idle_s < state->cooldown_s)
			hot += inodes[i].entries;
	assert_int_equal(choice.hot, hot);
	for (size_t i = 0; i < choice.n; i++) {
		const struct escache_inode *inode = &inodes[chosen[i]];

		assert_false(is_chosen[chosen[i]]);
		is_chosen[chosen[i]] = true;
		assert_true(inode->idle_s >= state->cooldown_s);
		assert_true(inode->entries >= ESCACHE_WORTH_OPEN);
		sum += last = inode->entries;
	}
	assert_int_equal(choice.entries, sum);
	if (!choice.n)
		return;
	assert_true(state->entries > state->bound);
	/* the cold entries that stay are as many as the hot ones */
	assert_true(state->reclaimable - sum >= 2 * hot);
	/* no more than needed */
	assert_true(state->entries - (sum - last) > state->bound / 5 * 4);
	if (state->entries - sum <= state->bound / 5 * 4)
		return;
	/* enough, or there is none that may leave, too */
	for (size_t i = 0; i < n; i++)
		if (!is_chosen[i] && inodes[i].idle_s >= state->cooldown_s &&
		    inodes[i].entries >= ESCACHE_WORTH_OPEN &&
		    inodes[i].entries < smallest)
			smallest = inodes[i].entries;
	assert_true(smallest == ~0ULL ||
		    state->reclaimable - sum < 2 * hot + smallest);
}

static void test_random(void **state)
{
	struct escache_inode inodes[RANDOM_INODES];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = random_below(RANDOM_INODES);
		struct escache_state of = {.bound = random_below(100000),
					   .cooldown_s = 60};

		for (size_t i = 0; i < n; i++) {
			inodes[i] = (struct escache_inode){
				.entries = 1 + random_below(5000),
				.lookups = random_below(10000),
				.idle_s = random_below(200),
				.heat = random_below(100),
			};
			of.entries += inodes[i].entries;
		}
		of.entries += random_below(1000);
		of.reclaimable = of.entries - random_below(of.entries + 1) / 4;
		check_random(inodes, n, &of);
	}
}

static struct escache_inode note(struct escache_seen *seen, __u64 ino,
				 __u64 lookups, double now_s)
{
	const struct escache_key key = {.ino = ino, .dev = 1, .gen = 2};
	struct escache_inode inode;

	assert_int_equal(
		escache_seen_note(seen, &key, 7, lookups, now_s, &inode), 0);
	assert_int_equal(inode.entries, 7);
	assert_int_equal(inode.lookups, lookups);
	return inode;
}

static void test_seen(void **state)
{
	const struct escache_key five = {.ino = 5, .dev = 1, .gen = 2};
	struct escache_seen *seen = escache_seen_new();
	struct escache_inode inode;

	(void)state;
	assert_non_null(seen);
	/* new: as if it was looked up just now */
	inode = note(seen, 5, 100, 1000);
	assert_true(inode.idle_s == 0 && inode.heat == 100);
	/* no look-up in a half-life */
	inode = note(seen, 5, 100, 1000 + ESCACHE_HALF_LIFE_S);
	assert_true(inode.idle_s == ESCACHE_HALF_LIFE_S && inode.heat == 50);
	/* 10 more */
	inode = note(seen, 5, 110, 1000 + ESCACHE_HALF_LIFE_S);
	assert_true(inode.idle_s == 0 && inode.heat == 60);
	/* the programs have forgotten it, and it came back */
	inode = note(seen, 5, 4, 1000 + 2 * ESCACHE_HALF_LIFE_S);
	assert_true(inode.idle_s == 0 && inode.heat == 34);
	/* another one is another one */
	inode = note(seen, 6, 1, 1700);
	assert_true(inode.heat == 1);
	inode = note(seen, 5, 4, 1700);
	assert_true(inode.idle_s == 100);
	escache_seen_put_off(seen, &five, 1700);
	inode = note(seen, 5, 4, 1701);
	assert_true(inode.idle_s == 1);
	/* 6 was not noted since */
	escache_seen_forget(seen, 1701);
	inode = note(seen, 6, 1, 1701);
	assert_true(inode.heat == 1);
	inode = note(seen, 5, 4, 1702);
	assert_true(inode.idle_s == 2);
	escache_seen_free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_seen),
	};

	random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
