// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulate/range_index.h"

#include <errno.h>
#include <stdlib.h>

static __u32 hash(__u32 file, __u32 first)
{
	__u64 x = ((__u64)file << 32 | first) * 0x9e3779b97f4a7c15;

	return x >> 32;
}

/* The slot of the table that has the chunk, or is free for it. */
static __u32 *find(const struct range_index *index, __u32 file, __u32 first)
{
	for (__u32 i = hash(file, first);; i++) {
		__u32 *slot = &index->table[i & index->mask];
		const struct range_chunk *chunk = &index->chunks[*slot - 1];

		if (!*slot || (chunk->file == file && chunk->first == first))
			return slot;
	}
}

/* Makes room for another chunk. The table stays at most half full. */
static int grow(struct range_index *index)
{
	__u32 size = index->size ? 2 * index->size : 1024;
	struct range_chunk *chunks;
	__u32 *table;

	if (index->n_chunks < index->size)
		return 0;
	chunks = reallocarray(index->chunks, size, sizeof(*chunks));
	if (!chunks)
		return -ENOMEM;
	index->chunks = chunks;
	table = calloc(2UL * size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(index->table);
	index->table = table;
	index->mask = 2 * size - 1;
	index->size = size;
	for (__u32 i = 0; i < index->n_chunks; i++)
		*find(index, chunks[i].file, chunks[i].first) = i + 1;
	return 0;
}

/* Sets .last to the chunk. */
static int find_chunk(struct range_index *index, __u32 file, __u32 first)
{
	__u32 *slot;
	int err;

	if (index->n_chunks) {
		const struct range_chunk *last = &index->chunks[index->last];

		if (last->file == file && last->first == first)
			return 0;
	}
	err = grow(index);
	if (err)
		return err;
	slot = find(index, file, first);
	if (!*slot) {
		index->chunks[index->n_chunks] =
			(struct range_chunk){.file = file, .first = first};
		*slot = ++index->n_chunks;
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

int range_index_get(struct range_index *index, __u32 file, __u32 range,
		    __u32 *number)
{
	__u32 *found;
	int err;

	err = find_chunk(index, file, range - range % RANGE_INDEX_CHUNK);
	if (err)
		return err;
	found = &index->chunks[index->last].numbers[range % RANGE_INDEX_CHUNK];
	if (!*found)
		err = add(index, file, found);
	*number = *found - 1;
	return err;
}

void range_index_free(struct range_index *index)
{
	free(index->chunks);
	free(index->table);
	free(index->files);
	*index = (struct range_index){0};
}
