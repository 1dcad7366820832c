// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/actor_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/monitor_parts.h"

/* A file, and what the actor moved of it. */
struct moved {
	__u32 slot;
	__u64 bytes;
};

struct frsp_hot_actor_key hot_actor_page_key(enum hot_view view,
					     const struct hot_row *row)
{
	const struct frsp_hot_actor_key *key = &row->who[0].actor->counts.key;

	if (view == HOT_VIEW_PROCESSES)
		return *key;
	return (struct frsp_hot_actor_key){.cgroup = key->cgroup};
}

static bool is_of(const struct hot_actor_page *page,
		  const struct hot_actor *actor)
{
	const struct frsp_hot_actor_key *key = &actor->counts.key;

	return page->view == HOT_VIEW_PROCESSES
		       ? !memcmp(key, &page->key, sizeof(*key))
		       : key->cgroup == page->key.cgroup;
}

static void find_row(const struct hot_frame *frame, struct hot_actor_page *page)
{
	const struct hot_rows *rows = &frame->groups;

	page->row.n_who = 0;
	if (frame->view != page->view)
		return;
	for (__u32 i = 0; i < rows->n_rows; i++)
		if (is_of(page, rows->rows[i].who[0].actor))
			page->row = rows->rows[i];
}

static __u64 bytes_in(const struct hot_monitor_parts *parts, __u32 slot,
		      const struct hot_actor_page *page)
{
	const struct hot_table *table = hot_track_table(parts->track);
	__u64 sectors = 0;

	for (int i = 0; i < FRSP_HOT_WHO; i++) {
		__u64 entry = table->who[slot].top[i];
		const struct hot_actor *actor =
			entry ? hot_actors_find(parts->actors,
						FRSP_HOT_WHO_ACTOR(entry))
			      : NULL;

		if (actor && is_of(page, actor))
			sectors += FRSP_HOT_WHO_SECTORS(entry);
	}
	return sectors * 512;
}

static bool is_file(const struct frsp_hot_slot *slot)
{
	return hot_slot_is(slot, FRSP_HOT_LIVE) && slot->ino &&
	       FRSP_HOT_TAG_RANGE(slot->tag) == FRSP_HOT_RANGE_FILE;
}

/* Allocates *all. Returns 0 or -ENOMEM. */
static int find_files(const struct hot_monitor_parts *parts,
		      const struct hot_actor_page *page, struct moved **all,
		      __u32 *n)
{
	const struct hot_table *table = hot_track_table(parts->track);
	__u32 n_allocated = 0;

	for (__u32 i = 0; i < table->n_slots; i++) {
		__u64 bytes = is_file(hot_table_slot(table, i))
				      ? bytes_in(parts, i, page)
				      : 0;

		if (!bytes)
			continue;
		if (*n == n_allocated) {
			struct moved *grown;

			n_allocated = *n ? 2 * *n : 16;
			grown = reallocarray(*all, n_allocated, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			*all = grown;
		}
		(*all)[(*n)++] = (struct moved){i, bytes};
	}
	return 0;
}

static int most_first(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	if (x->bytes != y->bytes)
		return (x->bytes < y->bytes) - (x->bytes > y->bytes);
	return (x->slot > y->slot) - (x->slot < y->slot);
}

static void take_files(const struct hot_monitor_parts *parts,
		       const struct moved *all, const struct hot_clock *clock,
		       struct hot_actor_page *page)
{
	const struct hot_table *table = hot_track_table(parts->track);

	page->known_bytes = 0;
	for (__u32 i = 0; i < page->n_all_files; i++)
		page->known_bytes += all[i].bytes;
	page->n_files = page->n_all_files < HOT_ACTOR_PAGE_FILES
				? page->n_all_files
				: HOT_ACTOR_PAGE_FILES;
	for (__u32 i = 0; i < page->n_files; i++) {
		struct hot_row *row = &page->files[i];
		__u32 slot = all[i].slot;

		hot_row_read(row, hot_table_slot(table, slot), clock);
		row->slot = slot;
		row->twin = slot;
		row->file_bytes = all[i].bytes;
		row->dev = fs_identity_get(parts->identities, row->fs).fs.dev;
	}
}

int hot_monitor_actor_page(struct hot_monitor *monitor,
			   const struct hot_frame *frame,
			   struct hot_actor_page *page)
{
	const struct hot_monitor_parts parts = hot_monitor_parts(monitor);
	const struct hot_rows rows = {.rows = page->files,
				      .n_rows = HOT_ACTOR_PAGE_FILES};
	struct moved *all = NULL;
	struct hot_clock clock;
	int err = hot_track_clock(parts.track, &clock);

	find_row(frame, page);
	page->n_all_files = 0;
	if (!err)
		err = find_files(&parts, page, &all, &page->n_all_files);
	if (!err && all)
		qsort(all, page->n_all_files, sizeof(*all), most_first);
	if (!err)
		take_files(&parts, all, &clock, page);
	free(all);
	if (!err)
		hot_monitor_name(monitor, &rows, 0, page->n_files);
	return err;
}
