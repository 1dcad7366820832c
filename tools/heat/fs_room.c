// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program in the kernel looks whether an identity is kept after it has
 * taken the slot into use. It may look just before we forget the identity, and
 * take the slot after we have passed it. So we look at the slots again when we
 * have forgotten, and keep those again that have got one.
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

/* Sorted. */
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
