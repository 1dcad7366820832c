// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/cached.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* mincore() and not cachestat(): Linux 6.1 lacks the latter. */
static int note(int fd, struct cached *cached)
{
	size_t len = cached->n * cached->page_bytes;
	void *at = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, cached->start);
	int err = 0;

	if (at == MAP_FAILED)
		return -errno;
	if (mincore(at, len, cached->pages))
		err = -errno;
	munmap(at, len);
	for (size_t i = 0; i < cached->n; i++)
		cached->pages[i] &= 1; /* the other bits are undefined */
	return err;
}

int cached_note(int fd, __u64 start, __u64 end, struct cached *cached)
{
	size_t page_bytes = sysconf(_SC_PAGESIZE);
	int err;

	*cached = (struct cached){
		.start = start - start % page_bytes,
		.page_bytes = page_bytes,
	};
	cached->n = (end - cached->start + page_bytes - 1) / page_bytes;
	cached->pages = calloc(cached->n, 1);
	err = cached->pages ? note(fd, cached) : -ENOMEM;
	if (err)
		cached_free(cached);
	return err;
}

void cached_free(struct cached *cached)
{
	free(cached->pages);
	*cached = (struct cached){0};
}

bool cached_next(const struct cached *cached, bool was_cached, __u64 *start,
		 __u64 *end)
{
	size_t from = (*start - cached->start) / cached->page_bytes, to;

	while (from < cached->n && cached->pages[from] != was_cached)
		from++;
	for (to = from; to < cached->n && cached->pages[to] == was_cached;)
		to++;
	*start = cached->start + from * cached->page_bytes;
	*end = cached->start + to * cached->page_bytes;
	return from < to;
}
