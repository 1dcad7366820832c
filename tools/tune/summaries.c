// SPDX-License-Identifier: GPL-2.0-or-later
#include "tune/summaries.h"

/* The scan that we have begun. */
static enum summaries_action follow_scan(const struct summaries_seen *seen,
					 struct summaries_memory *memory)
{
	if (seen->scan_rate != SUMMARIES_SCAN_RATE) {
		memory->is_finished = true;
		return SUMMARIES_BY_HAND;
	}
	if (seen->scan_left)
		return SUMMARIES_NOTHING;
	memory->is_finished = true;
	return SUMMARIES_END_SCAN;
}

static void note_known(const struct summaries_seen *seen,
		       struct summaries_memory *memory)
{
	if (seen->groups_known <= memory->known && memory->learnt_s)
		return;
	memory->known = seen->groups_known;
	memory->learnt_s = seen->now_s;
}

enum summaries_action summaries_decide(const struct summaries_seen *seen,
				       struct summaries_memory *memory)
{
	if (!seen->is_attached) {
		*memory = (struct summaries_memory){0};
		return SUMMARIES_NOTHING;
	}
	if (memory->is_finished)
		return SUMMARIES_NOTHING;
	if (!memory->is_restored) {
		memory->is_restored = true;
		return SUMMARIES_RESTORE;
	}
	if (memory->is_scanning)
		return follow_scan(seen, memory);
	note_known(seen, memory);
	if (seen->scan_rate) {
		memory->is_finished = true;
		return SUMMARIES_BY_HAND;
	}
	if (seen->groups_known >= seen->groups) {
		memory->is_finished = true;
		return SUMMARIES_NOTHING;
	}
	if (seen->now_s < memory->learnt_s + SUMMARIES_QUIET_S)
		return SUMMARIES_NOTHING;
	memory->is_scanning = true;
	return SUMMARIES_SCAN;
}

void summaries_undone(enum summaries_action action,
		      struct summaries_memory *memory)
{
	if (action == SUMMARIES_SCAN)
		memory->is_scanning = false;
	if (action == SUMMARIES_END_SCAN)
		memory->is_finished = false;
}
