/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block table in memory: pages of 4 KiB as they are in the file.
 *
 * Page 0 begins with the header, so word 16 of it is entry 0. An entry is one
 * aligned word: readers take no lock. Writers hold the page's lock, and set
 * dirty in the same section, so that who copies the page under the lock either
 * sees the change or leaves the page dirty for the next copy.
 *
 * Pages never move, so a longer table is a longer array of the same pages.
 */
#ifndef FRSP_PLOOP_TABLE_H
#define FRSP_PLOOP_TABLE_H

#include "ploop/core/engine.h"

#define TABLE_PAGE_BYTES   4096
#define TABLE_PAGE_WORDS   (TABLE_PAGE_BYTES / PLOOP_ENTRY_BYTES)
#define TABLE_HEADER_WORDS (PLOOP_HEADER_BYTES / PLOOP_ENTRY_BYTES)
#define TABLE_WORD_IN_USE  (44 / PLOOP_ENTRY_BYTES)
#define TABLE_WORD_FLAGS   (52 / PLOOP_ENTRY_BYTES)

struct table_page {
	struct ploop_lock lock; /* guards changes of all below */
	bool is_dirty;		/* changed since its last copy */
	bool is_strict;		/* and data must be stable before the entry */
	__u32 *words;		/* little-endian; read without the lock */
	__u32 n_moving; /* clusters that are being moved: writers look first */
};

struct table {
	__u32 n_pages;
	__u32 n_entries;
	__u32 bytes; /* of header and table, in whole sectors */
	struct table_page **pages;
};

static inline struct table_page *table_page_of(const struct table *table,
					       __u32 cluster)
{
	return table->pages[(cluster + TABLE_HEADER_WORDS) / TABLE_PAGE_WORDS];
}

static inline __u32 *table_word(struct table_page *page, __u32 cluster)
{
	return &page->words[(cluster + TABLE_HEADER_WORDS) % TABLE_PAGE_WORDS];
}

/* May miss a change that another runner makes now: then the reader is as one
 * that came before it, and who changes it waits until such readers are through
 * before the old cluster becomes another's. Who finds no entry in the top, and
 * looks below afterwards, sees there what was set before the top's was cleared.
 */
__u32 table_entry(const struct table *table, __u32 cluster);
bool table_is_empty(const struct table *table);

/* With the page's lock held. */
void table_set(struct table_page *page, __u32 cluster, __u32 entry,
	       bool is_strict);

/* Of a table with so many entries: its pages, and its bytes in whole sectors. */
__u32 table_pages(__u32 n_entries);
__u32 table_bytes(__u32 n_entries);
/* Makes the pages from the first one on, zeroed, in one piece. 0 or -ENOMEM. */
int table_make_pages(struct ploop_image *image, struct table *table,
		     __u32 first);

/* How many bytes of the page belong to header and table. */
__u32 table_page_bytes(const struct table *table, __u32 page);

#endif
