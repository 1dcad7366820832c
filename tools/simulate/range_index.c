// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulate/range_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static __u32 hash(__u32 file, __u32 first)
{
	__u64 x = ((__u64)file << 32 | first) * 0x9e3779b97f4a7c15;

	return x >> 32;
}

/* The slot of the table that has the page, or is free for it. */
static __u32 *find(const struct range_index *index, __u32 file, __u32 first)
{
	for (__u32 i = hash(file, first);; i++) {
		__u32 *slot = &index->table[i & index->mask];
		const struct range_page *page = &index->pages[*slot - 1];

		if (!*slot || (page->file == file && page->first == first))
			return slot;
	}
}

/* Makes room for another page. The table stays at most half full. */
static int grow(struct range_index *index)
{
	__u32 size = index->size ? 2 * index->size : 1024;
	struct range_page *pages;
	__u32 *table;

	if (index->n_pages < index->size)
		return 0;
	pages = reallocarray(index->pages, size, sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	index->pages = pages;
	table = calloc(2UL * size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(index->table);
	index->table = table;
	index->mask = 2 * size - 1;
	index->size = size;
	for (__u32 i = 0; i < index->n_pages; i++)
		*find(index, pages[i].file, pages[i].first) = i + 1;
	return 0;
}

/* Sets .last to the page. */
static int find_page(struct range_index *index, __u32 file, __u32 first)
{
	__u32 *slot;
	int err;

	if (index->n_pages) {
		const struct range_page *last = &index->pages[index->last];

		if (last->file == file && last->first == first)
			return 0;
	}
	err = grow(index);
	if (err)
		return err;
	slot = find(index, file, first);
	if (!*slot) {
		index->pages[index->n_pages] =
			(struct range_page){.file = file, .first = first};
		*slot = ++index->n_pages;
	}
	index->last = *slot - 1;
	return 0;
}

static int add(struct range_index *index, __u32 file, __u32 *number)
{
	if (index->n == index->n_size) {
		__u32 size = index->n_size ? 2 * index->n_size : 1024;
		__u32 *more = reallocarray(index->files, size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		index->files = more;
		index->n_size = size;
	}
	index->files[index->n] = file;
	*number = ++index->n;
	return 0;
}

/* Makes the page so long that it has the number i. */
static int lengthen(struct range_page *page, __u32 i)
{
	__u32 n = page->n ? page->n : 4;
	__u32 *more;

	while (n <= i)
		n *= 2;
	more = reallocarray(page->numbers, n, sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + page->n, 0, (n - page->n) * sizeof(*more));
	page->numbers = more;
	page->n = n;
	return 0;
}

int range_index_get(struct range_index *index, __u32 file, __u32 range,
		    __u32 *number)
{
	__u32 i = range % RANGE_INDEX_PAGE;
	struct range_page *page;
	int err;

	err = find_page(index, file, range - i);
	if (err)
		return err;
	page = &index->pages[index->last];
	if (i >= page->n)
		err = lengthen(page, i);
	if (!err && !page->numbers[i])
		err = add(index, file, &page->numbers[i]);
	if (!err)
		*number = page->numbers[i] - 1;
	return err;
}

void range_index_free(struct range_index *index)
{
	for (__u32 i = 0; i < index->n_pages; i++)
		free(index->pages[i].numbers);
	free(index->pages);
	free(index->table);
	free(index->files);
	*index = (struct range_index){0};
}
