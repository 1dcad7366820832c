// SPDX-License-Identifier: GPL-2.0-or-later
/* in_use in the header: on stable storage before the first change, and cleared
 * after everything else.
 *
 * Both are a write of page 0 and a sync. Before, the file is cut behind the
 * last cluster in use: what is there is nobody's, and its contents are unknown.
 * A crash in between leaves a file that is in use, or longer than it need be.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "ploop/core/image.h"

static struct ploop_image *image_of(struct ploop_io *io)
{
	return owner_of(io, struct ploop_image, keeper.io);
}

static void cut_file(struct ploop_image *image);

static void end(struct ploop_image *image, int error)
{
	struct keeper *keeper = &image->keeper;

	if (error)
		keeper_break(image, error);
	else
		once_publish(image->state, keeper->is_marking ? IMAGE_OPEN
					   : image->state == IMAGE_FREEZING
						   ? IMAGE_FROZEN
						   : IMAGE_READ_ONLY);
	keeper->is_marking = keeper->is_closing = false;
	keeper_go(image);
}

static void sync(struct ploop_image *image,
		 void (*done)(struct ploop_io *io, int result))
{
	image_count(image, syncs);
	image->keeper.io.kind = PLOOP_IO_SYNC;
	keeper_submit(image, &image->keeper.io, done);
}

/* Of the mark: the file may change. */
static void synced(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (image->keeper.is_marking && !result)
		cut_file(image);
	else
		end(image, result);
}

static void header_written(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (result)
		end(image, result);
	else
		sync(image, synced);
}

/* Closed is 0, which also says that dirty bitmaps were not kept. ploop 1.15 and
 * QEMU 7.2 write that, too, and ploop check takes the other value for a dirty
 * image. */
static void write_header(struct ploop_image *image)
{
	struct ploop_io *io = &image->keeper.io;
	struct keeper *keeper = &image->keeper;
	const struct table *table = &image_top(image)->table;
	struct table_page *page = table->pages[0];
	__u32 flags;

	image_lock(image, &page->lock);
	flags = le32toh(page->words[TABLE_WORD_FLAGS]) & ~PLOOP_FLAG_EMPTY;
	if (keeper->is_closing && table_is_empty(table))
		flags |= PLOOP_FLAG_EMPTY;
	page->words[TABLE_WORD_FLAGS] = htole32(flags);
	page->words[TABLE_WORD_IN_USE] =
		htole32(keeper->is_marking ? PLOOP_IN_USE : PLOOP_CLOSED_OLD);
	memcpy(keeper->copies, page->words, TABLE_PAGE_BYTES);
	image_unlock(image, &page->lock);
	io->kind = PLOOP_IO_WRITE;
	io->offset = 0;
	io->bytes = table_page_bytes(table, 0);
	io->buffer = keeper->copies;
	keeper_submit(image, io, header_written);
}

__u32 image_used_end(const struct ploop_image *image)
{
	const struct delta *top = image_top(image);
	__u32 end = image->slots.reserved;

	for (__u32 i = 0; i < top->table.n_entries; i++) {
		__u32 entry = table_entry(&top->table, i);

		if (entry && ploop_entry_slot(&top->header, entry) >= end)
			end = ploop_entry_slot(&top->header, entry) + 1;
	}
	if (top->header.ext_off) {
		__u64 ext = (top->header.ext_off - top->header.data_off) /
			    top->header.cluster_sectors;

		if (ext >= end)
			end = ext + 1;
	}
	return end;
}

static void file_cut(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (image->keeper.is_closing && !result)
		write_header(image);
	else
		end(image, result);
}

static void cut_file(struct ploop_image *image)
{
	struct ploop_io *io = &image->keeper.io;

	io->kind = PLOOP_IO_TRUNCATE;
	io->offset = ploop_slot_byte(&image_top(image)->header,
				     image_used_end(image));
	io->bytes = 0;
	keeper_submit(image, io, file_cut);
}

static void data_synced(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (result)
		end(image, result);
	else
		cut_file(image);
}

void mark_start(struct ploop_image *image)
{
	image->keeper.is_marking = true;
	write_header(image);
}

void mark_close(struct ploop_image *image)
{
	image->keeper.is_closing = true;
	sync(image, data_synced);
}
