// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>

#include "ploop/core/image.h"

/* At a time, unless a cluster is larger, or the pool smaller. */
#define EXTEND_BYTES (16u << 20)

static struct ploop_image *image_of(struct ploop_io *io)
{
	return owner_of(io, struct ploop_image, lower.io);
}

int lower_check(const struct ploop_image *image, __u32 cluster)
{
	const struct delta *lower = image->lower.delta;
	const struct ploop_header *top = &image_top(image)->header;
	__u64 end = ((__u64)cluster + 1) * top->cluster_sectors;

	if (!lower)
		return -EOPNOTSUPP;
	if (end > top->n_sectors)
		end = top->n_sectors;
	/* who reads the lower delta alone knows nothing behind its end */
	if (end > lower->header.n_sectors)
		return -EOPNOTSUPP;
	return image->lower.error ? -EIO : 0;
}

static void submit(struct ploop_image *image, enum ploop_io_kind kind,
		   void (*done)(struct ploop_io *io, int result))
{
	struct ploop_io *io = &image->lower.io;

	io->kind = kind;
	io->file = image->lower.delta->file;
	io->runner = 0;
	io->done = done;
	if (kind == PLOOP_IO_SYNC)
		image_count(image, lower_syncs);
	image->ops->submit(image->context, io);
}

static void end(struct ploop_image *image, int result)
{
	image->lower.done(image, result);
}

/* Of what must not fail: what is stable now is unknown. */
static void end_for_good(struct ploop_image *image, int result)
{
	if (result)
		image->lower.error = result;
	end(image, result);
}

static void synced(struct ploop_io *io, int result)
{
	end_for_good(image_of(io), result);
}

static void written(struct ploop_io *io, int result)
{
	if (result)
		end(image_of(io), result);
	else
		submit(image_of(io), PLOOP_IO_SYNC, synced);
}

static void page_written(struct ploop_io *io, int result)
{
	if (result)
		end_for_good(image_of(io), result);
	else
		submit(image_of(io), PLOOP_IO_SYNC, synced);
}

/* What is behind the last slot is nobody's: a longer file brings zeros. */
static void cut(struct ploop_image *image, __u32 n,
		void (*done)(struct ploop_io *io, int result))
{
	struct lower *lower = &image->lower;

	lower->n = n;
	lower->io.offset = ploop_slot_byte(&lower->delta->header, n);
	lower->io.bytes = 0;
	submit(image, PLOOP_IO_TRUNCATE, done);
}

static void cut_marked(struct ploop_io *io, int result)
{
	end_for_good(image_of(io), result);
}

static void mark_synced(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (result)
		end_for_good(image, result);
	else
		cut(image, image->lower.n, cut_marked);
}

static void mark_written(struct ploop_io *io, int result)
{
	if (result)
		end_for_good(image_of(io), result);
	else
		submit(image_of(io), PLOOP_IO_SYNC, mark_synced);
}

/* Nobody else changes this table, so the page is written from where it is. */
static void write_page(struct ploop_image *image, __u32 number,
		       void (*done)(struct ploop_io *io, int result))
{
	const struct table *table = &image->lower.delta->table;
	struct ploop_io *io = &image->lower.io;

	io->offset = (__u64)number * TABLE_PAGE_BYTES;
	io->bytes = table_page_bytes(table, number);
	io->buffer = table->pages[number]->words;
	submit(image, PLOOP_IO_WRITE, done);
}

static void write_header(struct ploop_image *image, __u32 in_use, __u32 flags,
			 void (*done)(struct ploop_io *io, int result))
{
	__u32 *words = image->lower.delta->table.pages[0]->words;

	words[TABLE_WORD_FLAGS] = htole32(flags);
	words[TABLE_WORD_IN_USE] = htole32(in_use);
	write_page(image, 0, done);
}

static __u32 flags_of(const struct ploop_image *image)
{
	const struct table *table = &image->lower.delta->table;

	return le32toh(table->pages[0]->words[TABLE_WORD_FLAGS]);
}

void lower_mark(struct ploop_image *image,
		void (*done)(struct ploop_image *image, int result))
{
	image->lower.done = done;
	if (image->lower.is_marked) {
		end(image, 0);
		return;
	}
	image->lower.is_marked = true;
	write_header(image, PLOOP_IN_USE, flags_of(image) & ~PLOOP_FLAG_EMPTY,
		     mark_written);
}

/* All entries are stable: each was when its cluster was demoted. */
static void cut_done(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);

	if (result)
		end(image, result);
	else
		write_header(image, PLOOP_CLOSED_OLD, flags_of(image),
			     page_written);
}

void lower_close(struct ploop_image *image,
		 void (*done)(struct ploop_image *image, int result))
{
	struct lower *lower = &image->lower;
	__u32 used = lower->n;

	lower->done = done;
	if (lower->error || (!lower->is_marked && !lower->was_in_use)) {
		end(image, lower->error);
		return;
	}
	lower->is_marked = lower->was_in_use = false;
	while (used && lower->words[used - 1] == SLOT_FREE)
		used--;
	cut(image, used, cut_done);
}

__u32 lower_take(struct lower *lower)
{
	while (lower->cursor < lower->n &&
	       lower->words[lower->cursor] == SLOT_USED)
		lower->cursor++;
	if (lower->cursor == lower->n)
		return PLOOP_NO_SLOT;
	lower->words[lower->cursor] = SLOT_USED;
	return lower->cursor;
}

void lower_give_back(struct lower *lower, __u32 slot)
{
	lower->words[slot] = SLOT_FREE;
	if (slot < lower->cursor)
		lower->cursor = slot;
}

static void extended(struct ploop_io *io, int result)
{
	struct ploop_image *image = image_of(io);
	struct lower *lower = &image->lower;

	if (!result)
		lower->n +=
			io->bytes / ploop_cluster_bytes(&lower->delta->header);
	end(image, result);
}

void lower_extend(struct ploop_image *image,
		  void (*done)(struct ploop_image *image, int result))
{
	struct lower *lower = &image->lower;
	const struct ploop_header *header = &lower->delta->header;
	__u64 n = EXTEND_BYTES / ploop_cluster_bytes(header);

	lower->done = done;
	if (n > image->keeper.pool_clusters)
		n = image->keeper.pool_clusters;
	n = n ? n : 1;
	if (n > lower->capacity - lower->n)
		n = lower->capacity - lower->n;
	if (!n) {
		end(image, -ENOSPC);
		return;
	}
	lower->io.offset = ploop_slot_byte(header, lower->n);
	lower->io.bytes = n * ploop_cluster_bytes(header);
	submit(image, PLOOP_IO_EXTEND, extended);
}

void lower_write(struct ploop_image *image, __u32 slot, void *buffer,
		 void (*done)(struct ploop_image *image, int result))
{
	const struct ploop_header *header = &image->lower.delta->header;

	image->lower.done = done;
	image->lower.io.offset = ploop_slot_byte(header, slot);
	image->lower.io.bytes = ploop_cluster_bytes(header);
	image->lower.io.buffer = buffer;
	submit(image, PLOOP_IO_WRITE, written);
}

void lower_commit(struct ploop_image *image, __u32 cluster,
		  void (*done)(struct ploop_image *image, int result))
{
	image->lower.done = done;
	write_page(image, (cluster + TABLE_HEADER_WORDS) / TABLE_PAGE_WORDS,
		   page_written);
}
