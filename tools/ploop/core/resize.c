// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>

#include "ploop/core/resize.h"

#define WORD_CYLINDERS	     (24 / 4)
#define WORD_ENTRIES	     (32 / 4)
#define WORD_SECTORS	     (36 / 4)
#define WORD_DATA_OFF	     (48 / 4)
#define SECTORS_PER_CYLINDER (16 * 32)

__u64 resize_entries(const struct ploop_header *header, __u64 n_sectors)
{
	return (n_sectors - 1) / header->cluster_sectors + 1;
}

struct view *resize_view(struct ploop_image *image, __u64 n_sectors)
{
	struct delta *delta = image_allocate(image, sizeof(*delta));
	struct view *view = image_allocate(image, sizeof(*view));

	if (!delta || !view)
		return NULL;
	*delta = *image_top(image);
	delta->header.n_sectors = n_sectors;
	delta->header.cylinders = (n_sectors - 1) / SECTORS_PER_CYLINDER + 1;
	*view = *once_see(image->view);
	view->deltas[view->n_deltas - 1] = delta;
	view->disk_bytes = n_sectors * PLOOP_SECTOR;
	return view;
}

/* All numbers are in one sector, so a crash shows the old header or the new. */
void resize_header(struct ploop_image *image, const struct delta *delta)
{
	const struct ploop_header *header = &delta->header;
	struct table_page *page = delta->table.pages[0];
	__u32 data_off = header->data_off +
			 image->slots.reserved * header->cluster_sectors;

	image_lock(image, &page->lock);
	page->words[WORD_CYLINDERS] = htole32(header->cylinders);
	page->words[WORD_ENTRIES] = htole32(header->n_entries);
	page->words[WORD_SECTORS] = htole32(header->n_sectors);
	page->words[WORD_SECTORS + 1] = htole32(header->n_sectors >> 32);
	page->words[WORD_DATA_OFF] = htole32(data_off);
	page->is_strict = true;
	once_write(page->is_dirty, true);
	image_unlock(image, &page->lock);
}
