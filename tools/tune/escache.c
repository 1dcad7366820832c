// SPDX-License-Identifier: GPL-2.0-or-later
#include "tune/escache.h"

#include <stdlib.h>

static bool is_hot(const struct escache_inode *inode,
		   const struct escache_state *state)
{
	return inode->idle_s < state->cooldown_s;
}

/* A pass looks up each extent once or twice. */
static bool is_passed_once(const struct escache_inode *inode)
{
	return inode->entries > ESCACHE_PASS_ENTRIES &&
	       inode->lookups <= 2 * inode->entries;
}

static double heat_per_entry(const struct escache_inode *inode)
{
	return inode->heat / inode->entries;
}

static int compare(const void *a, const void *b, void *inodes)
{
	const struct escache_inode *list = inodes;
	const struct escache_inode *one = &list[*(const size_t *)a];
	const struct escache_inode *other = &list[*(const size_t *)b];
	bool one_passed = is_passed_once(one);

	if (one_passed != is_passed_once(other))
		return one_passed ? -1 : 1;
	if (!one_passed && heat_per_entry(one) != heat_per_entry(other))
		return heat_per_entry(one) < heat_per_entry(other) ? -1 : 1;
	return (one->entries < other->entries) -
	       (one->entries > other->entries);
}

static __u64 less(__u64 from, __u64 what)
{
	return from > what ? from - what : 0;
}

/* Puts the files that may leave to the front, in order. Returns how many. */
static size_t list_candidates(const struct escache_inode *inodes, size_t n,
			      const struct escache_state *state, size_t *list)
{
	size_t n_list = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_hot(&inodes[i], state) &&
		    inodes[i].entries >= ESCACHE_WORTH_OPEN)
			list[n_list++] = i;
	if (n_list)
		qsort_r(list, n_list, sizeof(*list), compare, (void *)inodes);
	return n_list;
}

struct escache_choice escache_choose(const struct escache_inode *inodes,
				     size_t n,
				     const struct escache_state *state,
				     size_t *chosen)
{
	struct escache_choice choice = {0};
	__u64 wanted, allowed;
	size_t n_list;

	for (size_t i = 0; i < n; i++)
		if (is_hot(&inodes[i], state))
			choice.hot += inodes[i].entries;
	choice.is_too_small = state->bound < 2 * choice.hot;
	if (state->entries <= state->bound)
		return choice;
	wanted = state->entries - state->bound / 5 * 4;
	allowed = less(state->reclaimable, 2 * choice.hot);
	n_list = list_candidates(inodes, n, state, chosen);
	for (size_t i = 0; i < n_list && choice.entries < wanted; i++) {
		__u64 entries = inodes[chosen[i]].entries;

		/* a smaller one may still be allowed */
		if (choice.entries + entries > allowed)
			continue;
		chosen[choice.n++] = chosen[i];
		choice.entries += entries;
	}
	return choice;
}
