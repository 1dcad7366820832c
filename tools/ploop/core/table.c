// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>

#include "ploop/core/image.h"

__u32 table_entry(const struct table *table, __u32 cluster)
{
	if (cluster >= table->n_entries)
		return 0;
	return le32toh(
		once_see(*table_word(table_page_of(table, cluster), cluster)));
}

bool table_is_empty(const struct table *table)
{
	for (__u32 i = 0; i < table->n_entries; i++)
		if (table_entry(table, i))
			return false;
	return true;
}

void table_set(struct table_page *page, __u32 cluster, __u32 entry,
	       bool is_strict)
{
	once_publish(*table_word(page, cluster), htole32(entry));
	if (is_strict)
		page->is_strict = true;
	once_write(page->is_dirty, true);
}

__u32 table_page_bytes(const struct table *table, __u32 page)
{
	__u32 rest = table->bytes - page * TABLE_PAGE_BYTES;

	return rest < TABLE_PAGE_BYTES ? rest : TABLE_PAGE_BYTES;
}

static __u64 bytes_of(__u32 n_entries)
{
	return PLOOP_HEADER_BYTES + (__u64)n_entries * PLOOP_ENTRY_BYTES;
}

__u32 table_pages(__u32 n_entries)
{
	return (bytes_of(n_entries) + TABLE_PAGE_BYTES - 1) / TABLE_PAGE_BYTES;
}

__u32 table_bytes(__u32 n_entries)
{
	return (bytes_of(n_entries) + PLOOP_SECTOR - 1) / PLOOP_SECTOR *
	       PLOOP_SECTOR;
}

int table_make_pages(struct ploop_image *image, struct table *table,
		     __u32 first)
{
	__u64 n = table->n_pages - first;
	struct table_page *pages = image_allocate(image, n * sizeof(*pages));
	__u32 *words = image_allocate(image, n * TABLE_PAGE_BYTES);

	if (!pages || !words)
		return -ENOMEM;
	for (__u64 i = 0; i < n; i++) {
		pages[i].words = words + i * TABLE_PAGE_WORDS;
		table->pages[first + i] = &pages[i];
	}
	return 0;
}
