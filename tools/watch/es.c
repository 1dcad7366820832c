// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each count is in two parts: what a CPU has gathered in its slots, and what it
 * has moved to a table of all CPUs (bpf/escache.h). We read both and add them
 * up.
 *
 * Example: inode 12 has 30 hits in the table, 5 in the slot of CPU 0 and 2 in
 * the slot of CPU 3: 37 hits. If CPU 0 moved its 5 to the table after we read
 * the table and before we read its slot, or the other way round, we would miss
 * them or count them twice. So we count the moves, and read again if one was
 * under way. We give up after INODES_TRIES or FS_TRIES, and take the last
 * reading.
 */
#include "watch/es.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "escache.skel.h"
#include "fs/es_recent.h"

/* Readings before we accept that a move disturbed each of them. */
#define INODES_TRIES 3	 /* a reading takes a few ms */
#define FS_TRIES     100 /* a reading takes a few us */

static const char *const programs[FRSP_ES_NR_PROGRAMS] = {
	[FRSP_ES_PROGRAM_LOOKUP] = "frsp_es_lookup",
	[FRSP_ES_PROGRAM_INSERT] = "frsp_es_insert",
	[FRSP_ES_PROGRAM_DELAY_EXTENT] = "frsp_es_delay_extent",
	[FRSP_ES_PROGRAM_DELAY_BLOCK] = "frsp_es_delay_block",
	[FRSP_ES_PROGRAM_CACHE] = "frsp_es_cache",
	[FRSP_ES_PROGRAM_REMOVE] = "frsp_es_remove",
	[FRSP_ES_PROGRAM_SCAN] = "frsp_es_scan",
	[FRSP_ES_PROGRAM_SHRINK] = "frsp_es_shrink",
};

struct es_watch {
	struct watch base;
	struct frsp_escache *skel;
	int entries_fd;
	/* by CPU: the slots that the programs fill, and a copy of them */
	struct frsp_es_gathered *gathered, *copy;
	__u32 n_cpus;
	/* Inodes of all filesystems: first the n_in_table in the table, then
	 * those that have only slots. There is room for FRSP_ES_MAX_INODES and
	 * all slots.
	 */
	struct frsp_es_inode_key *keys;
	struct frsp_es_inode *values;
	__u32 n_in_table, n_inodes;
	__u64 n_evicted;
	struct es_recent *recent;
};

static size_t gathered_size(const struct es_watch *watch)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (watch->n_cpus * sizeof(*watch->gathered) + page - 1) &
	       ~(page - 1);
}

/* Call it after load. If the object is pinned, the map is that of the process
 * that pinned it, and so is its number of CPUs.
 */
static int map_gathered(struct es_watch *watch)
{
	const struct bpf_map *map = watch->skel->maps.frsp_es_slots;
	size_t room;

	watch->n_cpus = bpf_map__max_entries(map);
	room = FRSP_ES_MAX_INODES + (size_t)watch->n_cpus * FRSP_ES_INODE_SLOTS;
	watch->copy = calloc(watch->n_cpus, sizeof(*watch->copy));
	watch->keys = calloc(room, sizeof(*watch->keys));
	watch->values = calloc(room, sizeof(*watch->values));
	if (!watch->copy || !watch->keys || !watch->values)
		return -ENOMEM;
	watch->gathered =
		mmap(NULL, gathered_size(watch), PROT_READ | PROT_WRITE,
		     MAP_SHARED, bpf_map__fd(map), 0);
	if (watch->gathered != MAP_FAILED)
		return 0;
	watch->gathered = NULL;
	return -errno;
}

static int load_and_attach(struct es_watch *watch)
{
	int n_cpus = libbpf_num_possible_cpus();
	int err = watch_probe(watch->skel->obj);

	if (err <= 0)
		return err ?: -EOPNOTSUPP;
	if (n_cpus < 0)
		return n_cpus;
	err = bpf_map__set_max_entries(watch->skel->maps.frsp_es_slots, n_cpus);
	if (err)
		return err;
	watch->base = (struct watch){
		.name = "escache",
		.skeleton = watch->skel->skeleton,
		.object = watch->skel->obj,
		.costs = watch->skel->maps.frsp_es_cost,
		.lost = watch->skel->maps.frsp_es_lost,
		.programs = programs,
		.n_programs = FRSP_ES_NR_PROGRAMS,
	};
	err = watch_start(&watch->base);
	if (err)
		return err;
	watch->entries_fd = watch_program(watch->base.name,
					  watch->skel->progs.frsp_es_entries);
	return watch->entries_fd < 0 ? watch->entries_fd : map_gathered(watch);
}

int es_watch_open(struct es_watch **out)
{
	struct es_watch *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->entries_fd = -1;
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
	if (watch->gathered)
		munmap(watch->gathered, gathered_size(watch));
	if (watch->entries_fd >= 0)
		close(watch->entries_fd);
	frsp_escache__destroy(watch->skel);
	es_recent_free(&watch->recent);
	free(watch->copy);
	free(watch->keys);
	free(watch->values);
	free(watch);
}

/* Reads the table in batches of whole buckets. So no inode is read twice or
 * left out while other inodes come and go.
 */
static int read_table(struct es_watch *watch)
{
	int fd = bpf_map__fd(watch->skel->maps.frsp_es_inode);
	__u32 n = 0, batch;
	void *position = NULL;
	__u32 next; /* set and used by the kernel: the next bucket */
	int err = 0;

	while (!err && n < FRSP_ES_MAX_INODES) {
		batch = FRSP_ES_MAX_INODES - n;
		err = bpf_map_lookup_batch(fd, position, &next, watch->keys + n,
					   watch->values + n, &batch, NULL);
		/* -ENOENT: the end. -ENOSPC: there is no room for the next
		 * bucket, as so many inodes were replaced meanwhile
		 */
		if (err && err != -ENOENT && err != -ENOSPC)
			return err;
		n += batch;
		position = &next;
	}
	watch->n_in_table = n;
	watch->n_inodes = n;
	return 0;
}

/* The moves from slots to the tables so far: those done, or those begun. No
 * move was under way between two moments if the number begun at the second
 * equals the number done at the first.
 */
static __u64 count_moves(const struct es_watch *watch, bool done)
{
	__u64 n = 0;

	for (__u32 cpu = 0; cpu < watch->n_cpus; cpu++)
		n += __atomic_load_n(done ? &watch->gathered[cpu].moves_done
					  : &watch->gathered[cpu].moves_begun,
				     __ATOMIC_ACQUIRE);
	return n;
}

static bool is_same(const struct frsp_es_inode_key *left,
		    const struct frsp_es_inode_key *right)
{
	return left->ino == right->ino && left->dev == right->dev &&
	       left->gen == right->gen;
}

/* Adds to inode i what the slots of the CPUs from cpu on have of it. Empties
 * those slots of the copy.
 */
static void add_gathered(struct es_watch *watch, __u32 i, __u32 cpu)
{
	__u32 place = es_inode_slot_of(watch->keys[i].ino, watch->keys[i].dev);
	struct frsp_es_inode *sum = &watch->values[i];

	for (; cpu < watch->n_cpus; cpu++) {
		struct frsp_es_inode_slot *slot =
			&watch->copy[cpu].inodes[place];

		if (!is_same(&slot->key, &watch->keys[i]))
			continue;
		sum->hits += slot->counts.hits;
		sum->misses += slot->counts.misses;
		/* at an address that the inode has left it has 0 entries */
		if (sum->entries < slot->counts.entries)
			sum->entries = slot->counts.entries;
		slot->key.dev = 0;
	}
}

static void add_all_gathered(struct es_watch *watch)
{
	memcpy(watch->copy, watch->gathered,
	       watch->n_cpus * sizeof(*watch->copy));
	for (__u32 i = 0; i < watch->n_in_table; i++)
		add_gathered(watch, i, 0);
	for (__u32 cpu = 0; cpu < watch->n_cpus; cpu++)
		for (__u32 i = 0; i < FRSP_ES_INODE_SLOTS; i++) {
			struct frsp_es_inode_slot *slot =
				&watch->copy[cpu].inodes[i];

			if (!slot->key.dev)
				continue;
			watch->keys[watch->n_inodes] = slot->key;
			watch->values[watch->n_inodes] = slot->counts;
			add_gathered(watch, watch->n_inodes++, cpu + 1);
		}
}

/* The inodes that were ever added to the table, and those that lost their slot
 * without getting there.
 */
static __u64 count_made(const struct es_watch *watch)
{
	__u64 n = __atomic_load_n(&watch->skel->bss->inodes_made,
				  __ATOMIC_RELAXED);

	for (__u32 cpu = 0; cpu < watch->n_cpus; cpu++)
		n += __atomic_load_n(&watch->gathered[cpu].inodes_passed,
				     __ATOMIC_RELAXED);
	return n;
}

/* made was counted before the inodes were read. So the table may have inodes
 * that made does not include, and the difference may be too small: it must not
 * shrink.
 */
static void count_evicted(struct es_watch *watch, __u64 made)
{
	__u64 accounted = watch->n_in_table +
			  __atomic_load_n(&watch->skel->bss->inodes_forgotten,
					  __ATOMIC_RELAXED);

	if (made > accounted + watch->n_evicted)
		watch->n_evicted = made - accounted;
}

static int read_inodes(struct es_watch *watch)
{
	__u64 made = count_made(watch);
	int err = read_table(watch);

	if (err)
		return err;
	add_all_gathered(watch);
	count_evicted(watch, made);
	return 0;
}

int es_watch_refresh(struct es_watch *watch)
{
	LIBBPF_OPTS(bpf_test_run_opts, no_options);
	int err = bpf_prog_test_run_opts(watch->entries_fd, &no_options);
	__u64 done;

	for (int i = 0; !err && i < INODES_TRIES; i++) {
		done = count_moves(watch, true);
		err = read_inodes(watch);
		if (count_moves(watch, false) == done)
			break;
	}
	return err;
}

static __u64 rank_of(const struct frsp_es_inode *inode, enum es_order order)
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

static int read_totals(const struct es_watch *watch, __u32 dev,
		       struct frsp_es_fs *totals)
{
	__u64 *to = (__u64 *)totals;
	int err = watch_sum(watch->skel->maps.frsp_es_fs, &dev, totals,
			    sizeof(*totals));

	if (err && err != -ENOENT)
		return err;
	for (__u32 cpu = 0; cpu < watch->n_cpus; cpu++) {
		const struct frsp_es_fs_slot *slot =
			&watch->gathered[cpu].fs[es_fs_slot_of(dev)];
		const __u64 *from = (const __u64 *)&slot->counts;

		if (slot->dev != dev)
			continue;
		for (size_t i = 0; i < sizeof(*totals) / sizeof(*to); i++)
			to[i] += from[i];
	}
	return 0;
}

int es_watch_fs(struct es_watch *watch, __u32 dev, const char *name,
		struct es_cache *cache)
{
	__u64 done;
	int err = 0;

	*cache = (struct es_cache){0};
	for (int i = 0; !err && i < FS_TRIES; i++) {
		done = count_moves(watch, true);
		err = read_totals(watch, dev, &cache->totals);
		if (count_moves(watch, false) == done)
			break;
	}
	if (err)
		return err;
	if (!name)
		return 0;
	find_inodes(watch, dev, cache);
	cache->has_inodes = true;
	cache->has_info =
		!es_recent_read(&watch->recent, dev, name, &cache->info);
	return 0;
}

bool es_watch_inode(const struct es_watch *watch, __u32 i, struct es_row *row)
{
	if (i >= watch->n_inodes)
		return false;
	*row = (struct es_row){watch->keys[i], watch->values[i]};
	return true;
}

/* Empties the slots of a filesystem and its inodes, unless the CPU puts
 * something else into a slot at that moment.
 */
static void drop_slots(struct frsp_es_gathered *gathered, __u32 dev)
{
	__u64 fs_dev = dev;
	__u32 inode_dev;

	__atomic_compare_exchange_n(&gathered->fs[es_fs_slot_of(dev)].dev,
				    &fs_dev, 0, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
	for (__u32 i = 0; i < FRSP_ES_INODE_SLOTS; i++) {
		inode_dev = dev;
		__atomic_compare_exchange_n(&gathered->inodes[i].key.dev,
					    &inode_dev, 0, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
	}
}

static void drop_gathered(struct es_watch *watch, __u32 dev)
{
	for (__u32 cpu = 0; cpu < watch->n_cpus; cpu++)
		drop_slots(&watch->gathered[cpu], dev);
}

static void delete_from_tables(struct es_watch *watch, __u32 dev)
{
	int fd = bpf_map__fd(watch->skel->maps.frsp_es_inode);

	for (__u32 i = 0; i < watch->n_in_table; i++)
		if (watch->keys[i].dev == dev &&
		    !bpf_map_delete_elem(fd, &watch->keys[i]))
			__atomic_fetch_add(&watch->skel->bss->inodes_forgotten,
					   1, __ATOMIC_RELAXED);
	bpf_map_delete_elem(bpf_map__fd(watch->skel->maps.frsp_es_fs), &dev);
}

int es_watch_forget(struct es_watch *watch, __u32 dev)
{
	int err;

	es_recent_forget(&watch->recent, dev);
	drop_gathered(watch, dev);
	/* A grace period: each CPU that was in a program has left it, so all
	 * moves to the tables have ended.
	 */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	err = read_table(watch);
	if (err)
		return err;
	delete_from_tables(watch, dev);
	/* Again: the filesystem closes its journal after its mount is gone,
	 * which may have filled slots since.
	 */
	drop_gathered(watch, dev);
	return 0;
}

const struct watch *es_watch_base(const struct es_watch *watch)
{
	return &watch->base;
}
