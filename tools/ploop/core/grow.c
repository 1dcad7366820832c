// SPDX-License-Identifier: GPL-2.0-or-later
/* A longer disk, while it is used.
 *
 *   zero the rest of the last cluster ─▶ reserve ─▶ move ─▶ commit ─▶ grace
 *   ─▶ zero where the table grows ─▶ longer table, and hide what is below
 *   ─▶ header, by a commit ─▶ new view
 *
 * A longer table may reach into the data area. The slots there are reserved:
 * nobody takes them any more. Clusters that have them are moved, and their new
 * entries are stable before anything else is written there. The page with the
 * new header is strict: the zeros are stable before the header says that they
 * are table. A crash before that leaves the old disk, and one after it the new
 * one. Then the view is replaced: readers see the old table or the new one,
 * whose pages are the same as far as the old one went; the old one is kept.
 *
 * A lower delta may have clusters behind the old end, if the disk was once as
 * long. They must not show up again: each gets a zero cluster in the top. These
 * entries are stable before the header, too, so the longer table is in use
 * before the disk is longer.
 *
 * An example: clusters of 1 MiB and data from 1 MiB on have room for 262128
 * entries. A disk of 300 GiB needs 307200, so slot 0 is reserved, its cluster
 * moves to a slot of the pool, and data begins at 2 MiB. Slots keep their
 * numbers until the image is opened again.
 */
#include <errno.h>

#include "ploop/core/move.h"
#include "ploop/core/resize.h"

#define V1_MAX_SECTORS 0xffffffffULL

static struct ploop_image *image_of(struct ploop_request *own)
{
	return owner_of(own, struct ploop_image, grow.own);
}

static void end(struct ploop_image *image, int error)
{
	struct grow *grow = &image->grow;

	image->slots.holds_punches = false;
	grow->waits_for_punches = false;
	while (grow->hidden.n)
		reclaim_free(image,
			     slot_list_take(&image->slots, &grow->hidden));
	keeper_resized(image, error);
}

/* The next step, unless what was asked for failed. */
static void ask(struct ploop_image *image, enum want want,
		void (*step)(struct ploop_request *own))
{
	image->grow.own.error = 0;
	keeper_ask(&image->grow.own, want, step);
}

static void io(struct ploop_image *image, enum ploop_io_kind kind, __u64 offset,
	       __u64 bytes, void (*done)(struct ploop_io *io, int result))
{
	struct ploop_io *io = &image->grow.own.io;

	io->kind = kind;
	io->offset = offset;
	io->bytes = bytes;
	keeper_submit(image, io, done);
}

static struct ploop_image *image_of_io(struct ploop_io *io)
{
	return owner_of(io, struct ploop_image, grow.own.io);
}

static void publish(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (!own->error)
		once_publish(image->view, image->grow.view);
	end(image, own->error);
}

static void set_header(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (own->error) {
		end(image, own->error);
		return;
	}
	resize_header(image, image->grow.delta);
	ask(image, WANT_COMMIT, publish);
}

/* Clusters behind the end become zero in the top. Returns how many entries
 * changed. */
static __u32 hide(struct ploop_image *image)
{
	struct grow *grow = &image->grow;
	const struct table *table = &grow->delta->table;
	__u32 n_changed = 0;

	for (__u32 i = grow->first; i < table->n_entries; i++) {
		struct table_page *page = table_page_of(table, i);
		__u32 old = table_entry(table, i), entry = 0;

		if (request_is_below(grow->view, i))
			entry = ploop_slot_entry(&grow->delta->header,
						 slot_list_take(&image->slots,
								&grow->hidden));
		if (old == entry)
			continue;
		image_lock(image, &page->lock);
		table_set(page, i, entry, false);
		if (old)
			reclaim_free(image, ploop_entry_slot(
						    &grow->delta->header, old));
		image_unlock(image, &page->lock);
		n_changed++;
	}
	return n_changed;
}

/* The longer table is in use, and has a slot for each cluster to hide. */
static void lengthen(struct ploop_image *image)
{
	once_publish(image->view, image->grow.longer);
	image->grow.own.error = 0;
	if (hide(image))
		ask(image, WANT_COMMIT, set_header);
	else
		set_header(&image->grow.own);
}

static void take_hidden(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	struct grow *grow = &image->grow;
	struct slots *slots = &image->slots;

	if (own->error) {
		end(image, own->error);
		return;
	}
	while (grow->hidden.n < grow->n_hidden) {
		__u32 slot = reclaim_take(image);

		if (slot == PLOOP_NO_SLOT) {
			ask(image, WANT_SLOTS, take_hidden);
			return;
		}
		slot_list_put(slots, &grow->hidden, slot);
	}
	lengthen(image);
}

static void make_hidden(struct ploop_image *image)
{
	struct grow *grow = &image->grow;

	grow->n_hidden = 0;
	for (__u32 i = grow->first; i < grow->delta->table.n_entries; i++)
		grow->n_hidden += request_is_below(grow->view, i);
	grow->own.error = 0;
	take_hidden(&grow->own);
}

static void table_zeroed(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of_io(io);

	if (result)
		end(image, result);
	else
		make_hidden(image);
}

/* Up to where data begins: ploop check looks at what is behind the table, too. */
static void zero_table(struct ploop_image *image)
{
	const struct delta *top = image_top(image);
	__u64 from = top->table.bytes;
	__u64 to = ploop_slot_byte(&top->header, image->grow.reserved);

	if (from == to)
		make_hidden(image);
	else
		io(image, PLOOP_IO_ZERO, from, to - from, table_zeroed);
}

static void file_extended(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of_io(io);

	image->keeper.is_extending = false;
	if (!result)
		image->slots.n = image->grow.reserved;
	if (result)
		end(image, result);
	else
		zero_table(image);
}

/* All moves are stable, and nobody uses the reserved slots any more. */
static void make_room(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	struct slots *slots = &image->slots;
	const struct ploop_header *header = &image_top(image)->header;

	if (own->error) {
		end(image, own->error);
	} else if (image->keeper.is_extending) {
		ask(image, WANT_GRACE, make_room);
	} else if (slots->n < slots->reserved) {
		image->keeper.is_extending = true;
		io(image, PLOOP_IO_EXTEND, ploop_slot_byte(header, slots->n),
		   (slots->reserved - slots->n) * ploop_cluster_bytes(header),
		   file_extended);
	} else {
		zero_table(image);
	}
}

static void moves_committed(struct ploop_request *own)
{
	if (own->error)
		end(image_of(own), own->error);
	else
		ask(image_of(own), WANT_GRACE, make_room);
}

/* Moves the next cluster whose slot is reserved; after the last one, commits. */
static void move_next(struct ploop_image *image, int result)
{
	struct grow *grow = &image->grow;
	const struct delta *top = image_top(image);

	if (result) {
		end(image, result);
		return;
	}
	for (; grow->cursor < top->table.n_entries; grow->cursor++) {
		__u32 entry = table_entry(&top->table, grow->cursor);

		if (!entry ||
		    ploop_entry_slot(&top->header, entry) >= grow->reserved)
			continue;
		move_start(image, grow->cursor, PLOOP_NO_SLOT, move_next);
		return;
	}
	ask(image, WANT_COMMIT, moves_committed);
}

/* No runner is about to publish a reserved slot that it took before. */
static void reserved(struct ploop_request *own)
{
	image_of(own)->grow.cursor = 0;
	move_next(image_of(own), own->error);
}

/* Entries behind the last one may be anything in old files; they are zero
 * before they are entries. */
static void clear_rest(struct ploop_image *image)
{
	const struct table *table = &image_top(image)->table;
	struct table_page *page = table->pages[table->n_pages - 1];
	__u32 end = table->n_pages * TABLE_PAGE_WORDS - TABLE_HEADER_WORDS;

	image_lock(image, &page->lock);
	for (__u32 i = table->n_entries; i < end; i++)
		table_set(page, i, 0, false);
	image_unlock(image, &page->lock);
}

/* Punches of reserved slots that have begun have ended. */
static void punches_held(struct ploop_image *image)
{
	image->grow.waits_for_punches = false;
	image->slots.holds_punches = false;
	clear_rest(image);
	ask(image, WANT_GRACE, reserved);
}

void grow_go(struct ploop_image *image)
{
	if (image->grow.waits_for_punches && image->state == IMAGE_BROKEN)
		end(image, -EIO);
	else if (image->grow.waits_for_punches && !image->keeper.n_punching)
		punches_held(image);
}

static void reserve(struct ploop_request *own, int result)
{
	struct ploop_image *image = image_of(own);
	struct grow *grow = &image->grow;
	struct slots *slots = &image->slots;

	if (result) {
		end(image, result);
		return;
	}
	image_lock(image, &slots->lock);
	once_publish(slots->reserved, grow->reserved);
	for (__u32 i = 0; i < slots->capacity; i++)
		grow->next[i] = slots->next[i];
	slots->next = grow->next;
	slots->capacity = grow->capacity;
	image_unlock(image, &slots->lock);
	slots->holds_punches = true;
	image->grow.waits_for_punches = true;
	keeper_go(image);
}

/* What is behind the end of the old disk was nobody's, and is zero from now on.
 */
static void zero_rest(struct ploop_image *image)
{
	struct ploop_request *own = &image->grow.own;
	__u64 cluster_bytes = ploop_cluster_bytes(&image_top(image)->header);
	__u64 end = image_top(image)->header.n_sectors * PLOOP_SECTOR;

	own->op = PLOOP_ZERO;
	own->flags = REQUEST_BEHIND;
	own->offset = end;
	own->bytes = (cluster_bytes - end % cluster_bytes) % cluster_bytes;
	own->at = 0;
	own->done = reserve;
	request_go_on(own);
}

/* The new table: the old pages, and more. */
static int make_table(struct ploop_image *image)
{
	struct grow *grow = &image->grow;
	const struct table *old = &image_top(image)->table;
	struct table *table = &grow->delta->table;

	table->n_entries = grow->delta->header.n_entries;
	table->bytes = table_bytes(table->n_entries);
	table->n_pages = table_pages(table->n_entries);
	table->pages =
		image_allocate(image, table->n_pages * sizeof(*table->pages));
	if (!table->pages)
		return -ENOMEM;
	for (__u32 i = 0; i < old->n_pages; i++)
		table->pages[i] = old->pages[i];
	return table->n_pages == old->n_pages
		       ? 0
		       : table_make_pages(image, table, old->n_pages);
}

static int make_view(struct ploop_image *image, __u64 n_sectors)
{
	struct grow *grow = &image->grow;
	const struct view *old = once_see(image->view);
	struct ploop_header *header;

	grow->view = resize_view(image, n_sectors);
	grow->longer = image_allocate(image, sizeof(*grow->longer));
	if (!grow->view || !grow->longer)
		return -ENOMEM;
	*grow->longer = *grow->view;
	grow->longer->disk_bytes = old->disk_bytes;
	grow->delta = grow->view->deltas[old->n_deltas - 1];
	header = &grow->delta->header;
	grow->first = resize_entries(header, old->disk_bytes / PLOOP_SECTOR);
	if (resize_entries(header, n_sectors) > header->n_entries)
		header->n_entries = resize_entries(header, n_sectors);
	return make_table(image);
}

/* Slots that the table needs, and words for all slots of a longer file. */
static int make_slots(struct ploop_image *image)
{
	struct grow *grow = &image->grow;
	const struct ploop_header *header = &grow->delta->header;
	__u64 table = grow->delta->table.bytes;
	__u64 data = ploop_data_bytes(header);
	__u64 most = ploop_max_slots(header), capacity;

	grow->reserved = image->slots.reserved;
	if (table > ploop_slot_byte(header, grow->reserved))
		grow->reserved =
			(table - data - 1) / ploop_cluster_bytes(header) + 1;
	capacity = (__u64)image->slots.capacity + header->n_entries -
		   image_top(image)->header.n_entries + grow->reserved -
		   image->slots.reserved;
	if (capacity > most)
		capacity = most;
	grow->capacity = capacity;
	if (grow->reserved > most || header->n_entries > most - grow->reserved)
		return -EFBIG;
	if (header->ext_off &&
	    (header->ext_off - header->data_off) / header->cluster_sectors <
		    grow->reserved)
		return -EOPNOTSUPP;
	grow->next = image_allocate(image, capacity * sizeof(*grow->next) + 1);
	return grow->next ? 0 : -ENOMEM;
}

static int check(struct ploop_image *image, __u64 bytes)
{
	const struct view *view = once_see(image->view);
	const struct ploop_header *header = &image_top(image)->header;
	__u64 n_sectors = bytes / PLOOP_SECTOR;

	if (bytes % PLOOP_SECTOR || bytes <= view->disk_bytes)
		return -EINVAL;
	if (n_sectors > (__u64)PLOOP_MAX_ENTRIES * header->cluster_sectors)
		return -EFBIG;
	if (header->version == 1 && n_sectors > V1_MAX_SECTORS)
		return -EFBIG;
	return 0;
}

void grow_start(struct ploop_image *image, __u64 bytes)
{
	int err = check(image, bytes);

	image->grow.own.runner = &image->runners[0];
	if (!err)
		err = make_view(image, bytes / PLOOP_SECTOR);
	if (!err)
		err = make_slots(image);
	if (err)
		end(image, err);
	else
		zero_rest(image);
}
