// SPDX-License-Identifier: GPL-2.0-or-later
/* A commit makes stable what was acknowledged before it began: it copies the
 * changed pages of the table, writes the copies, and syncs once.
 *
 *   copy ─┬───────────────▶ write ─┬─▶ sync ─▶ answer all that wait
 *     ▲   └─▶ sync ─▶ (strict) ─▲  │
 *     └────── more pages ◀─────────┘
 *
 * The sync follows the last write's end, and covers data and table alike. First
 * writes need no other order, because their clusters are durably zero before an
 * entry names them. A page is strict if it has entries of clusters whose data
 * was copied: the data must be stable before the entry, so a sync comes first.
 *
 * A page that changes after it was copied is dirty again, and part of the next
 * commit. A flush that comes while a commit runs waits for the next one: its
 * writes may have changed pages that this one had copied before.
 */
#include <errno.h>
#include <string.h>

#include "ploop/core/image.h"

static void copy_round(struct ploop_image *image);

static void commit_end(struct ploop_image *image, int error)
{
	struct keeper *keeper = &image->keeper;

	keeper->is_committing = false;
	if (error)
		keeper_break(image, error);
	else
		reclaim_committed(image);
	keeper_answer(&keeper->batch, error ? -EIO : 0);
	keeper_go(image);
}

static void last_sync_done(struct ploop_io *io, int result)
{
	commit_end(owner_of(io, struct ploop_image, keeper.io), result);
}

static void sync(struct ploop_image *image,
		 void (*done)(struct ploop_io *io, int result))
{
	image_count(image, syncs);
	image->keeper.io.kind = PLOOP_IO_SYNC;
	keeper_submit(image, &image->keeper.io, done);
}

static void write_done(struct ploop_io *io, int result)
{
	struct ploop_image *image = io->owner;
	struct keeper *keeper = &image->keeper;

	if (result)
		keeper->write_error = result;
	if (--keeper->n_writing)
		return;
	if (keeper->write_error)
		commit_end(image, keeper->write_error);
	else
		copy_round(image);
}

static void write_copies(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	unsigned int n = keeper->n_copies;

	keeper->n_writing = n;
	for (unsigned int i = 0; i < n; i++) {
		image_count(image, table_writes);
		keeper_submit(image, &keeper->copy_ios[i], write_done);
	}
}

static void strict_sync_done(struct ploop_io *io, int result)
{
	struct ploop_image *image = owner_of(io, struct ploop_image, keeper.io);

	if (result)
		commit_end(image, result);
	else
		write_copies(image);
}

static void copy_page(struct ploop_image *image, const struct table *table,
		      __u32 number)
{
	struct keeper *keeper = &image->keeper;
	struct table_page *page = table->pages[number];
	unsigned int n = keeper->n_copies++;
	__u8 *copy = keeper->copies + n * TABLE_PAGE_BYTES;

	image_lock(image, &page->lock);
	memcpy(copy, page->words, TABLE_PAGE_BYTES);
	keeper->is_strict |= page->is_strict;
	page->is_strict = false;
	once_write(page->is_dirty, false);
	image_unlock(image, &page->lock);
	keeper->copy_ios[n].kind = PLOOP_IO_WRITE;
	keeper->copy_ios[n].offset = (__u64)number * TABLE_PAGE_BYTES;
	keeper->copy_ios[n].bytes = table_page_bytes(table, number);
	keeper->copy_ios[n].buffer = copy;
	keeper->copy_ios[n].owner = image;
}

/* The next changed pages; when there are no more, the sync. */
static void copy_round(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	const struct table *table = &image_top(image)->table;

	keeper->n_copies = 0;
	keeper->is_strict = false;
	while (keeper->cursor < table->n_pages &&
	       keeper->n_copies < KEEPER_COPIES) {
		if (once_read(table->pages[keeper->cursor]->is_dirty))
			copy_page(image, table, keeper->cursor);
		keeper->cursor++;
	}
	if (!keeper->n_copies) {
		sync(image, last_sync_done);
	} else if (keeper->is_strict) {
		image_count(image, strict_syncs);
		sync(image, strict_sync_done);
	} else {
		write_copies(image);
	}
}

void commit_start(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	image_count(image, commits);
	keeper->is_committing = true;
	keeper->needs_commit = false;
	keeper->deadline_ns = ~0ULL;
	keeper_take_up(&keeper->dirty);
	waiting_take(&keeper->batch, &keeper->waiting[WANT_COMMIT]);
	reclaim_commit_begins(image);
	keeper->cursor = 0;
	keeper->write_error = 0;
	copy_round(image);
}
