// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass over the table: every live slot gets its rates (against the bytes
 * it had at the last refresh, kept per slot) and its sort value; a heap keeps
 * the best. Only rows that made it are filled in, and a second pass counts the
 * ranges of those files. At a million slots memory bandwidth is the cost.
 *
 * The kernel goes on counting meanwhile, so the numbers of one row can be some
 * ns apart from each other; none is ever lost.
 */
#include "hot_rank.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const hot_sort_names[HOT_NR_SORT_KEYS][2] = {
	[HOT_BY_TEMPERATURE] = {"temp", "temperature"},
	[HOT_BY_RATE] = {"rate", "bytes per second in the last interval"},
	[HOT_BY_READ_RATE] = {"rrate", "bytes read per second"},
	[HOT_BY_WRITE_RATE] = {"wrate", "bytes written per second"},
	[HOT_BY_BYTES] = {"bytes", "bytes since tracking began"},
	[HOT_BY_READ_BYTES] = {"rbytes", "bytes read"},
	[HOT_BY_WRITE_BYTES] = {"wbytes", "bytes written"},
	[HOT_BY_OPS] = {"ops", "operations"},
	[HOT_BY_READS] = {"reads", "read operations"},
	[HOT_BY_WRITES] = {"writes", "write operations"},
};

struct bytes_before {
	__u64 read;
	__u64 write;
};

struct candidate {
	double value; /* the best is the greatest */
	__u32 index;
	struct bytes_before delta;
};

/* A min-heap once full: its root is the first to go. */
struct candidates {
	struct candidate *heap;
	__u32 n;
	__u32 max;
	__u32 n_allocated;
	__u32 n_total;
};

struct hot_rank {
	__u32 n_slots;
	struct bytes_before *before;
	unsigned char *has_ranges; /* by cluster of the table */
	struct candidates files, ranges;
	struct hot_rows file_rows, range_rows;
};

int hot_sort_parse(const char *text, struct hot_sort *sort)
{
	sort->ascending = *text == '+';
	if (*text == '+' || *text == '-')
		text++;
	for (int key = 0; key < HOT_NR_SORT_KEYS; key++) {
		if (strcmp(text, hot_sort_names[key][0]))
			continue;
		sort->key = key;
		return 0;
	}
	return -EINVAL;
}

static __u32 n_clusters(__u32 n_slots)
{
	return (n_slots + HOT_CLUSTER - 1) / HOT_CLUSTER;
}

struct hot_rank *hot_rank_new(__u32 n_slots)
{
	struct hot_rank *rank = calloc(1, sizeof(*rank));

	if (!rank)
		return NULL;
	rank->n_slots = n_slots;
	rank->before = calloc(n_slots, sizeof(*rank->before));
	rank->has_ranges = calloc(n_clusters(n_slots), 1);
	if (!rank->before || !rank->has_ranges) {
		hot_rank_free(rank);
		return NULL;
	}
	return rank;
}

void hot_rank_free(struct hot_rank *rank)
{
	if (!rank)
		return;
	free(rank->before);
	free(rank->has_ranges);
	free(rank->files.heap);
	free(rank->ranges.heap);
	free(rank->file_rows.rows);
	free(rank->range_rows.rows);
	free(rank);
}

void hot_rank_forget(struct hot_rank *rank, __u32 index)
{
	memset(&rank->before[index], 0, sizeof(rank->before[index]));
}

static double slot_temperature(const struct hot_slot *slot,
			       const struct hot_clock *clock)
{
	const struct hot_slot_compat *compat;
	__s32 age;

	if (clock->compat) {
		compat = (const struct hot_slot_compat *)slot;
		return heat_compat_temperature(slot->reads, slot->writes,
					       &compat->compat,
					       clock->wall_ns) >>
		       24;
	}
	age = clock->heat_time - slot->heat_time;
	if (age < 0)
		age = 0;
	return heat_decay(slot->heat, age, clock->heat_rate) / (double)HEAT_ONE;
}

static double sort_value(const struct hot_slot *slot, struct bytes_before delta,
			 const struct hot_clock *clock, enum hot_sort_key key)
{
	switch (key) {
	case HOT_BY_RATE:
		return delta.read + delta.write;
	case HOT_BY_READ_RATE:
		return delta.read;
	case HOT_BY_WRITE_RATE:
		return delta.write;
	case HOT_BY_BYTES:
		return slot->read_bytes + slot->write_bytes;
	case HOT_BY_READ_BYTES:
		return slot->read_bytes;
	case HOT_BY_WRITE_BYTES:
		return slot->write_bytes;
	case HOT_BY_OPS:
		return slot->reads + slot->writes;
	case HOT_BY_READS:
		return slot->reads;
	case HOT_BY_WRITES:
		return slot->writes;
	default:
		return slot_temperature(slot, clock);
	}
}

/* By value; the slot's place makes the order of equals stable. */
static bool is_worse(const struct candidate *a, const struct candidate *b)
{
	return a->value < b->value ||
	       (a->value == b->value && a->index > b->index);
}

static void sift_down(struct candidates *c, __u32 at)
{
	struct candidate moving = c->heap[at];
	__u32 child;

	while ((child = 2 * at + 1) < c->n) {
		if (child + 1 < c->n &&
		    is_worse(&c->heap[child + 1], &c->heap[child]))
			child++;
		if (!is_worse(&c->heap[child], &moving))
			break;
		c->heap[at] = c->heap[child];
		at = child;
	}
	c->heap[at] = moving;
}

static int grow(struct candidates *c)
{
	__u32 n = c->n_allocated ? c->n_allocated * 2 : 64;
	struct candidate *heap = realloc(c->heap, n * sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	c->heap = heap;
	c->n_allocated = n;
	return 0;
}

static int offer(struct candidates *c, struct candidate candidate)
{
	c->n_total++;
	if (c->max && c->n == c->max) {
		if (is_worse(&c->heap[0], &candidate)) {
			c->heap[0] = candidate;
			sift_down(c, 0);
		}
		return 0;
	}
	if (c->n == c->n_allocated && grow(c))
		return -ENOMEM;
	c->heap[c->n++] = candidate;
	if (c->n == c->max)
		for (__u32 i = c->n / 2; i-- > 0;)
			sift_down(c, i);
	return 0;
}

static int best_first(const void *a, const void *b)
{
	return is_worse(a, b) ? 1 : -1;
}

static void reset(struct candidates *c, __u32 max)
{
	c->n = 0;
	c->n_total = 0;
	c->max = max;
}

static struct bytes_before take_delta(struct hot_rank *rank, __u32 index,
				      const struct hot_slot *slot)
{
	struct bytes_before *before = &rank->before[index], delta;
	__u64 read = slot->read_bytes, write = slot->write_bytes;

	/* less than there was: another reader has emptied the slot */
	if (read < before->read || write < before->write)
		*before = (struct bytes_before){0};
	delta.read = read - before->read;
	delta.write = write - before->write;
	before->read = read;
	before->write = write;
	return delta;
}

static void fill_row(struct hot_row *row, const struct hot_slot *slot,
		     struct bytes_before delta, const struct hot_clock *clock,
		     double interval_s)
{
	row->ino = slot->ino;
	row->dev = slot->dev;
	row->gen = slot->gen;
	row->range = HOT_TAG_RANGE(slot->tag);
	row->n_ranges = row->range != HOT_RANGE_FILE;
	row->reads = slot->reads;
	row->writes = slot->writes;
	row->read_bytes = slot->read_bytes;
	row->write_bytes = slot->write_bytes;
	row->read_bytes_per_s = interval_s > 0 ? delta.read / interval_s : 0;
	row->write_bytes_per_s = interval_s > 0 ? delta.write / interval_s : 0;
	row->temperature = slot_temperature(slot, clock);
}

static bool same_file(const struct hot_row *row, const struct hot_slot *slot)
{
	return row->ino == slot->ino && row->dev == slot->dev &&
	       row->gen == slot->gen;
}

static bool slot_counts(const struct hot_slot *slot, const struct hot_row *row)
{
	return slot->tag == HOT_TAG(row->range, HOT_LIVE) &&
	       same_file(row, slot);
}

/* Adds up all slots of a row's key (hot_table.bpf.h says when there can be two)
 * into the one that comes first in its probe sequence. False: index is not
 * that one.
 */
static bool merge_twins(struct hot_row *row, __u32 index,
			const struct hot_table *table)
{
	struct hot_probe probe =
		hot_probe_first(row->ino, row->dev, row->gen, row->range);
	__u32 seen[HOT_PROBES], n_seen = 0, at, i, k;
	const struct hot_slot *slot;

	for (i = 0; i < HOT_PROBES; i++, hot_probe_next(&probe)) {
		at = hot_probe_index(&probe, table->n_slots);
		slot = hot_table_slot(table, at);
		if (HOT_TAG_STATE(slot->tag) == HOT_FREE)
			break;
		if (!slot_counts(slot, row))
			continue;
		for (k = 0; k < n_seen && seen[k] != at; k++)
			;
		if (k < n_seen)
			continue; /* a sequence can come by a slot again */
		seen[n_seen++] = at;
		if (seen[0] != index)
			return false;
		if (at == index)
			continue;
		row->reads += slot->reads;
		row->writes += slot->writes;
		row->read_bytes += slot->read_bytes;
		row->write_bytes += slot->write_bytes;
	}
	return true;
}

static void add_class(struct hot_row *class, const struct hot_slot *slot,
		      struct bytes_before delta, const struct hot_clock *clock,
		      double interval_s)
{
	struct hot_row row;

	fill_row(&row, slot, delta, clock, interval_s);
	class->reads += row.reads;
	class->writes += row.writes;
	class->read_bytes += row.read_bytes;
	class->write_bytes += row.write_bytes;
	class->read_bytes_per_s += row.read_bytes_per_s;
	class->write_bytes_per_s += row.write_bytes_per_s;
	class->temperature += row.temperature;
}

static int fill_rows(struct hot_rows *rows, struct candidates *c,
		     const struct hot_table *table,
		     const struct hot_clock *clock, double interval_s)
{
	struct hot_row *grown;

	if (c->n)
		qsort(c->heap, c->n, sizeof(*c->heap), best_first);
	grown = realloc(rows->rows, (c->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rows->rows = grown;
	rows->n_rows = 0;
	rows->n_total = c->n_total;
	for (__u32 i = 0; i < c->n; i++) {
		fill_row(&grown[rows->n_rows],
			 hot_table_slot(table, c->heap[i].index),
			 c->heap[i].delta, clock, interval_s);
		if (merge_twins(&grown[rows->n_rows], c->heap[i].index, table))
			rows->n_rows++;
	}
	return 0;
}

/* The first slot from i on that may be a range: of clusters that had none when
 * scan() came by, and those are most of them, nothing is read.
 */
static __u32 skip_clusters(const struct hot_rank *rank, __u32 i, __u32 n_slots)
{
	while (i < n_slots && i % HOT_CLUSTER == 0 &&
	       !rank->has_ranges[i / HOT_CLUSTER])
		i += HOT_CLUSTER;
	return i;
}

/* Buckets of the files' rows by inode: index + 1 of the first, chained. */
static int count_ranges(struct hot_rank *rank, const struct hot_table *table)
{
	struct hot_rows *files = &rank->file_rows;
	__u32 n_buckets = 1, *first, *next;

	while (n_buckets < 2 * files->n_rows)
		n_buckets *= 2;
	first = calloc(n_buckets + files->n_rows + 1, sizeof(*first));
	if (!first)
		return -ENOMEM;
	next = first + n_buckets;
	for (__u32 i = 0; i < files->n_rows; i++) {
		__u32 *bucket = &first[files->rows[i].ino & (n_buckets - 1)];

		next[i] = *bucket;
		*bucket = i + 1;
	}
	for (__u32 i = 0;
	     (i = skip_clusters(rank, i, table->n_slots)) < table->n_slots;
	     i++) {
		const struct hot_slot *slot = hot_table_slot(table, i);
		__u32 tag = slot->tag, at;

		if (HOT_TAG_STATE(tag) != HOT_LIVE ||
		    HOT_TAG_RANGE(tag) == HOT_RANGE_FILE)
			continue;
		for (at = first[slot->ino & (n_buckets - 1)]; at;
		     at = next[at - 1])
			if (same_file(&files->rows[at - 1], slot))
				files->rows[at - 1].n_ranges++;
	}
	free(first);
	return 0;
}

static int scan(struct hot_rank *rank, const struct hot_table *table,
		const struct hot_clock *clock,
		const struct hot_request *request,
		bool (*class_wanted)(void *context, __u32 dev),
		struct hot_row classes[HOT_NR_CLASSES])
{
	double sign = request->sort.ascending ? -1 : 1;

	for (__u32 i = 0; i < table->n_slots; i++) {
		const struct hot_slot *slot = hot_table_slot(table, i);
		__u32 tag = __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE);
		bool is_file = HOT_TAG_RANGE(tag) == HOT_RANGE_FILE;
		struct candidate candidate = {.index = i};

		if (HOT_TAG_STATE(tag) != HOT_LIVE)
			continue;
		rank->has_ranges[i / HOT_CLUSTER] |= !is_file;
		candidate.delta = take_delta(rank, i, slot);
		if (!slot->ino) {
			if (slot->gen < HOT_NR_CLASSES &&
			    class_wanted(request->context, slot->dev))
				add_class(&classes[slot->gen], slot,
					  candidate.delta, clock,
					  request->interval_s);
			continue;
		}
		if (!is_file && !request->ranges)
			continue;
		if (request->wanted && !request->wanted(request->context, slot))
			continue;
		candidate.value = sign * sort_value(slot, candidate.delta,
						    clock, request->sort.key);
		if (offer(is_file ? &rank->files : &rank->ranges, candidate))
			return -ENOMEM;
	}
	return 0;
}

int hot_rank_refresh(struct hot_rank *rank, const struct hot_table *table,
		     const struct hot_clock *clock,
		     const struct hot_request *request,
		     bool (*class_wanted)(void *context, __u32 dev),
		     struct hot_ranking *ranking)
{
	int err;

	reset(&rank->files, request->max_rows);
	reset(&rank->ranges, request->max_rows);
	memset(rank->has_ranges, 0, n_clusters(rank->n_slots));
	memset(ranking->classes, 0, sizeof(ranking->classes));
	err = scan(rank, table, clock, request, class_wanted, ranking->classes);
	if (err)
		return err;
	err = fill_rows(&rank->file_rows, &rank->files, table, clock,
			request->interval_s);
	if (err)
		return err;
	err = fill_rows(&rank->range_rows, &rank->ranges, table, clock,
			request->interval_s);
	if (err)
		return err;
	err = count_ranges(rank, table);
	if (err)
		return err;
	ranking->files = rank->file_rows;
	ranking->ranges = rank->range_rows;
	return 0;
}
