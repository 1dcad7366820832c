// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/policy_defrag.h"

#include <math.h>
#include <stdlib.h>

#include "move/policy_judge.h"

const char *policy_defrag_word(enum policy_defrag_rule rule)
{
	static const char *const words[] = {
		[POLICY_DEFRAG] = "seeks",
		[POLICY_DEFRAG_WHOLE] = "whole",
		[POLICY_DEFRAG_COSTLY] = "costly",
		[POLICY_DEFRAG_FAST] = "fast",
		[POLICY_DEFRAG_COOLDOWN] = "cooldown",
		[POLICY_DEFRAG_EXCLUDED] = "excluded",
	};

	return words[rule];
}

static enum policy_defrag_rule judge(const struct policy_settings *settings,
				     const struct policy_file *file,
				     const struct policy_defrag *defrag,
				     __u64 best)
{
	if (file->pin == POLICY_PIN_NONE)
		return POLICY_DEFRAG_EXCLUDED;
	if (file->extents < 2 || file->extents < settings->defrag_extents ||
	    file->extents <= best)
		return POLICY_DEFRAG_WHOLE;
	if (!file->slow_bytes)
		return POLICY_DEFRAG_FAST;
	if (file->last_moved_s >= 0 &&
	    file->last_moved_s < settings->cooldown_s)
		return POLICY_DEFRAG_COOLDOWN;
	if (defrag->saved <= 0 || defrag->saved < defrag->cost)
		return POLICY_DEFRAG_COSTLY;
	return POLICY_DEFRAG;
}

struct policy_defrag policy_defrag_judge(const struct policy_settings *settings,
					 const struct policy_file *file)
{
	/* extents that it needs at least */
	__u64 best =
		(file->bytes + POLICY_LONG_EXTENT - 1) / POLICY_LONG_EXTENT;
	double mib = ceil((double)file->bytes / POLICY_RANGE_BYTES);
	double slow = file->bytes ? (double)file->slow_bytes / file->bytes : 0;
	double passes = file->bytes ? file->bytes_per_hour / file->bytes *
					      settings->horizon_s / 3600
				    : 0;
	struct policy_defrag defrag = {
		.saved = file->extents > best
				 ? passes * (file->extents - best) * slow
				 : 0,
		/* of its part in the fast tier also the wear */
		.cost = mib * (policy_cost(settings, 1, TIER_SLOW) +
			       (1 - slow) * settings->wear_cost),
	};

	defrag.rule = judge(settings, file, &defrag, best);
	return defrag;
}

static int compare(const void *a, const void *b)
{
	const struct policy_defrag *one = a, *other = b;
	/* of saved / cost, which may be 0 */
	double left = one->saved * other->cost;
	double right = other->saved * one->cost;

	if ((one->rule != POLICY_DEFRAG) != (other->rule != POLICY_DEFRAG))
		return one->rule != POLICY_DEFRAG ? 1 : -1;
	if (left != right)
		return left < right ? 1 : -1;
	if (one->saved != other->saved)
		return one->saved < other->saved ? 1 : -1;
	return (one->file > other->file) - (one->file < other->file);
}

size_t policy_defrag_list(const struct policy_settings *settings,
			  const struct policy_file *files, size_t n,
			  struct policy_defrag *list)
{
	size_t n_to_do = 0;

	for (size_t i = 0; i < n; i++) {
		list[i] = policy_defrag_judge(settings, &files[i]);
		list[i].file = i;
		n_to_do += list[i].rule == POLICY_DEFRAG;
	}
	qsort(list, n, sizeof(*list), compare);
	return n_to_do;
}
