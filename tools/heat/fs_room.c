// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A BPF program adds an identity to hotmon_fs after it has taken a slot of that
 * identity into use, unless the identity is there. That races with us:
 *
 *   we find no slot of identity 7
 *   the program takes a slot for identity 7, and finds 7 in hotmon_fs
 *   we delete 7: the slot has an identity that nobody knows
 *
 * So after the deletions we look at all slots again, and add the identities
 * that have got a slot since.
 */
#include "heat/fs_room.h"

#include <stdlib.h>

#define DUE (FRSP_HOT_MAX_FS / 2)

struct kept {
	__u32 id;
	bool is_used, is_forgotten;
	struct frsp_hot_fs fs;
};

static int compare_ids(const void *left, const void *right)
{
	__u32 a = ((const struct kept *)left)->id;
	__u32 b = ((const struct kept *)right)->id;

	return a < b ? -1 : a > b;
}

/* Reads hotmon_fs, sorted by id. */
static size_t read_kept(const struct hot_track *track, struct kept *kept)
{
	size_t n = 0;
	__u32 id = 0;

	while (n < FRSP_HOT_MAX_FS && hot_track_next_fs(track, &id)) {
		kept[n] = (struct kept){.id = id};
		if (!hot_track_fs(track, id, &kept[n].fs))
			n++;
	}
	qsort(kept, n, sizeof(*kept), compare_ids);
	return n;
}

static void mark_used(const struct hot_table *table, struct kept *kept,
		      size_t n)
{
	for (__u32 i = 0; i < table->n_slots; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(table, i);
		struct kept *found;

		if (!hot_slot_is(slot, FRSP_HOT_LIVE))
			continue;
		found = bsearch(&(struct kept){.id = slot->fs}, kept, n,
				sizeof(*kept), compare_ids);
		if (found)
			found->is_used = true;
	}
}

static void forget_unused(const struct hot_track *track, struct kept *kept,
			  size_t n)
{
	const struct hot_table *table = hot_track_table(track);

	mark_used(table, kept, n);
	for (size_t i = 0; i < n; i++)
		if (!kept[i].is_used) {
			hot_track_forget_fs(track, kept[i].id);
			kept[i].is_forgotten = true;
		}
	mark_used(table, kept, n);
	for (size_t i = 0; i < n; i++)
		if (kept[i].is_forgotten && kept[i].is_used)
			hot_track_keep_fs(track, kept[i].id, &kept[i].fs);
}

void fs_room_make(const struct hot_track *track)
{
	struct kept *kept = calloc(FRSP_HOT_MAX_FS, sizeof(*kept));
	size_t n;

	if (!kept)
		return;
	n = read_kept(track, kept);
	if (n >= DUE)
		forget_unused(track, kept, n);
	free(kept);
}
