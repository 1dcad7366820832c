// SPDX-License-Identifier: GPL-2.0-or-later
/* A shorter disk, while it is used.
 *
 *   new end ─▶ grace ─▶ claims ─▶ header, by a commit ─▶ shorter table
 *   ─▶ free what was behind ─▶ commit ─▶ zero the rest of the table
 *
 * First the view has the new end: requests beyond it fail from then on. After
 * the grace, and when nobody has the claim of a cluster there any more, nothing
 * changes behind the end. Then the header says the new numbers of sectors and
 * of entries. They are in one sector, so a crash shows the old disk with all
 * that it had, or the new one, whose table does not have what is behind. Were
 * the entries cleared before, a crash could show the old disk with what a lower
 * delta has there.
 *
 * Only then are the slots freed, and go the way of all freed slots. What is
 * left of the table behind its new end is zeroed, for programs that look at it.
 * When the disk grows again, it is zeroed first, whatever a crash has left
 * there. What the last cluster has behind the end is zeroed then, too, and
 * lower deltas are hidden (grow.c).
 *
 * Clusters that stay do not move: where the data begins is as it was.
 */
#include <errno.h>

#include "ploop/core/request.h"
#include "ploop/core/resize.h"

static struct ploop_image *image_of(struct ploop_request *own)
{
	return owner_of(own, struct ploop_image, shrink.own);
}

/* The next step, unless what was asked for failed. */
static void ask(struct ploop_image *image, enum want want,
		void (*step)(struct ploop_request *own))
{
	image->shrink.own.error = 0;
	keeper_ask(&image->shrink.own, want, step);
}

/* If it failed, the disk is shorter all the same. */
static void rest_zeroed(struct ploop_io *io, int result)
{
	(void)result;
	keeper_resized(owner_of(io, struct ploop_image, shrink.own.io), 0);
}

/* No commit writes there any more. */
static void zero_rest(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	const struct delta *top = image_top(image);
	struct ploop_io *io = &own->io;

	io->kind = PLOOP_IO_ZERO;
	io->offset = top->table.bytes;
	io->bytes = ploop_slot_byte(&top->header, image->slots.reserved) -
		    top->table.bytes;
	if (own->error || !io->bytes)
		keeper_resized(image, own->error);
	else
		keeper_submit(image, io, rest_zeroed);
}

static void free_behind(struct ploop_image *image, const struct delta *old,
			__u32 first)
{
	for (__u32 i = first; i < old->table.n_entries; i++) {
		struct table_page *page = table_page_of(&old->table, i);
		__u32 entry = table_entry(&old->table, i);

		if (!entry)
			continue;
		image_lock(image, &page->lock);
		table_set(page, i, 0, false);
		reclaim_free(image, ploop_entry_slot(&old->header, entry));
		image_unlock(image, &page->lock);
	}
}

static void header_is_stable(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	const struct delta *old = image_top(image);

	if (own->error) {
		keeper_resized(image, own->error);
		return;
	}
	once_publish(image->view, image->shrink.view);
	free_behind(image, old, image_top(image)->table.n_entries);
	ask(image, WANT_COMMIT, zero_rest);
}

/* Nobody begins anything behind the end; who has a claim there gives it back. */
static void wait_for_claims(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	const struct view *view = image->shrink.view;
	const struct delta *top = view->deltas[view->n_deltas - 1];

	if (own->error) {
		keeper_resized(image, own->error);
		return;
	}
	if (cow_wait(image, top->table.n_entries, own, wait_for_claims))
		return;
	resize_header(image, top);
	ask(image, WANT_COMMIT, header_is_stable);
}

/* The new view, and until its table is in use, one with the old table. */
static int make_views(struct ploop_image *image, __u64 n_sectors,
		      struct view **cut)
{
	const struct view *old = once_see(image->view);
	struct view *view = resize_view(image, n_sectors);
	struct delta *top;
	__u64 n_entries;

	*cut = image_allocate(image, sizeof(**cut));
	if (!view || !*cut)
		return -ENOMEM;
	**cut = *old;
	(*cut)->disk_bytes = view->disk_bytes;
	image->shrink.view = view;
	top = view->deltas[view->n_deltas - 1];
	n_entries = resize_entries(&top->header, n_sectors);
	top->header.n_entries = n_entries;
	top->table.n_entries = n_entries;
	top->table.bytes = table_bytes(n_entries);
	top->table.n_pages = table_pages(n_entries);
	return 0;
}

void shrink_start(struct ploop_image *image, __u64 bytes)
{
	struct view *cut;
	int err = 0;

	image->shrink.own.runner = &image->runners[0];
	if (!bytes || bytes % PLOOP_SECTOR || bytes >= ploop_disk_bytes(image))
		err = -EINVAL;
	if (!err)
		err = make_views(image, bytes / PLOOP_SECTOR, &cut);
	if (err) {
		keeper_resized(image, err);
		return;
	}
	once_publish(image->view, cut);
	ask(image, WANT_GRACE, wait_for_claims);
}
