// SPDX-License-Identifier: GPL-2.0-or-later
#include "es_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "escache.skel.h"

static const char *const programs[ES_NR_PROGRAMS] = {
	[ES_PROGRAM_LOOKUP] = "frsp_es_lookup",
	[ES_PROGRAM_INSERT] = "frsp_es_insert",
	[ES_PROGRAM_DELAY_EXTENT] = "frsp_es_delay_extent",
	[ES_PROGRAM_DELAY_BLOCK] = "frsp_es_delay_block",
	[ES_PROGRAM_CACHE] = "frsp_es_cache",
	[ES_PROGRAM_REMOVE] = "frsp_es_remove",
	[ES_PROGRAM_SCAN] = "frsp_es_scan",
	[ES_PROGRAM_SHRINK] = "frsp_es_shrink",
};

struct es_watch {
	struct watch base;
	struct frsp_escache *skel;
	/* of all filesystems, in no order; room for ES_MAX_INODES */
	struct es_inode_key *keys;
	struct es_inode *values;
	__u32 n_inodes;
	__u64 n_forgotten, n_evicted;
};

static int load_and_attach(struct es_watch *watch)
{
	int err = watch_probe(watch->skel->obj);

	if (err <= 0)
		return err ?: -EOPNOTSUPP;
	watch->base = (struct watch){
		.name = "escache",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.costs = watch->skel->maps.frsp_es_cost,
		.lost = watch->skel->maps.frsp_es_lost,
		.programs = programs,
		.n_programs = ES_NR_PROGRAMS,
	};
	return watch_start(&watch->base);
}

int es_watch_open(struct es_watch **out)
{
	struct es_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->keys = calloc(ES_MAX_INODES, sizeof(*watch->keys));
	watch->values = calloc(ES_MAX_INODES, sizeof(*watch->values));
	if (!watch->keys || !watch->values) {
		es_watch_close(watch);
		return -ENOMEM;
	}
	watch->skel = frsp_escache__open();
	err = watch->skel ? load_and_attach(watch) : -errno;
	if (err) {
		es_watch_close(watch);
		return err;
	}
	*out = watch;
	return 0;
}

void es_watch_close(struct es_watch *watch)
{
	if (!watch)
		return;
	frsp_escache__destroy(watch->skel);
	free(watch->keys);
	free(watch->values);
	free(watch);
}

/* In batches, which are whole buckets of the table: so none comes twice, or is
 * passed over, while others come and go.
 */
static int read_inodes(struct es_watch *watch)
{
	int fd = bpf_map__fd(watch->skel->maps.frsp_es_inode);
	__u32 n = 0, batch;
	void *position = NULL;
	__u32 next; /* the kernel's: which bucket comes next */
	int err = 0;

	while (!err && n < ES_MAX_INODES) {
		batch = ES_MAX_INODES - n;
		err = bpf_map_lookup_batch(fd, position, &next, watch->keys + n,
					   watch->values + n, &batch, NULL);
		/* the end; or the next bucket has more than there is room for,
		 * as so many were replaced meanwhile
		 */
		if (err && err != -ENOENT && err != -ENOSPC)
			return err;
		n += batch;
		position = &next;
	}
	watch->n_inodes = n;
	return 0;
}

/* made is from before the inodes were read, so some may seem to be there that
 * were not made.
 */
static void count_evicted(struct es_watch *watch, __u64 made)
{
	__u64 accounted = watch->n_inodes + watch->n_forgotten;

	if (made > accounted + watch->n_evicted)
		watch->n_evicted = made - accounted;
}

int es_watch_refresh(struct es_watch *watch)
{
	__u64 made = __atomic_load_n(&watch->skel->bss->inodes_made,
				     __ATOMIC_RELAXED);
	int err = read_inodes(watch);

	if (!err)
		count_evicted(watch, made);
	return err;
}

static __u64 rank_of(const struct es_inode *inode, enum es_order order)
{
	return order == ES_BY_ENTRIES ? inode->entries : inode->misses;
}

static void add_to_top(struct es_top *top, enum es_order order,
		       const struct es_row *row)
{
	__u64 rank = rank_of(&row->counts, order);
	size_t i = top->n_rows;

	if (!rank)
		return;
	while (i && rank_of(&top->rows[i - 1].counts, order) < rank)
		i--;
	if (i == ES_TOP_INODES)
		return;
	if (top->n_rows < ES_TOP_INODES)
		top->n_rows++;
	memmove(&top->rows[i + 1], &top->rows[i],
		(top->n_rows - i - 1) * sizeof(top->rows[0]));
	top->rows[i] = *row;
}

static void find_inodes(const struct es_watch *watch, __u32 dev,
			struct es_cache *cache)
{
	for (__u32 i = 0; i < watch->n_inodes; i++) {
		const struct es_row row = {watch->keys[i], watch->values[i]};

		if (row.inode.dev != dev)
			continue;
		cache->n_tracked++;
		for (int order = 0; order < ES_NR_ORDERS; order++)
			add_to_top(&cache->top[order], order, &row);
	}
	cache->n_evicted = watch->n_evicted;
}

int es_watch_fs(const struct es_watch *watch, __u32 dev, const char *name,
		struct es_cache *cache)
{
	int err;

	*cache = (struct es_cache){0};
	err = watch_sum(watch->skel->maps.frsp_es_fs, &dev, &cache->totals,
			sizeof(cache->totals));
	if (err && err != -ENOENT)
		return err;
	find_inodes(watch, dev, cache);
	cache->has_info = !es_info_read(ES_INFO_ROOT, name, &cache->info);
	return 0;
}

void es_watch_forget(struct es_watch *watch, __u32 dev)
{
	int fd = bpf_map__fd(watch->skel->maps.frsp_es_inode);

	for (__u32 i = 0; i < watch->n_inodes; i++)
		if (watch->keys[i].dev == dev &&
		    !bpf_map_delete_elem(fd, &watch->keys[i]))
			watch->n_forgotten++;
	bpf_map_delete_elem(bpf_map__fd(watch->skel->maps.frsp_es_fs), &dev);
}

const struct watch *es_watch_base(const struct es_watch *watch)
{
	return &watch->base;
}
