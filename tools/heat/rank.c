// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A refresh computes the rates of each live slot (from the bytes that the slot
 * had at the last refresh) and its sort value, and keeps the slots with the
 * best values. Only those are filled in as rows.
 *
 * Reading the table is what a refresh costs, and most of a large table has not
 * changed since the last refresh. So a refresh skips clusters of slots whose
 * values are too low. For each cluster, rank keeps how many files and ranges it
 * had when it was read last, and the best value of each.
 *
 * Example: two rows are wanted, by temperature.
 *
 *   cluster   changed   best value: then, now at most   what the refresh does
 *      0        yes                                     reads it: 90 and 70
 *      1        no          200        100              reads it: 100 > 70
 *      2        no           80         40              skips it: 40 < 90
 *
 * Rules:
 *
 *   - A refresh first reads the clusters that changed. Then it compares the
 *     others with the best values so far.
 *   - It reads a cluster that did not change only if the cluster's best value,
 *     decayed to the present, would make it into the rows.
 *   - Whoever changes a slot marks its cluster with the epoch, and a refresh
 *     raises the epoch before it reads (bpf/hot.h). If the last refresh raised
 *     the epoch to 7, clusters with marks of 7 and above have changed. So have
 *     those with 6: a CPU may have read the epoch before the raise and set the
 *     mark when the refresh had already read the cluster.
 *   - An even older mark may come late if its CPU was stopped between the two
 *     instructions. Every FULL_EVERY'th refresh reads the whole table, so
 *     such a mark is not missed for longer than that.
 *
 * The kernel goes on counting during a refresh. So the numbers of one row may
 * be of moments that are some ns apart; no count is lost.
 */
#include "heat/rank.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/range_count.h"

#define FULL_EVERY 64

/* A cluster as it was when it was read last. */
struct cluster {
	double best_file, best_range; /* sort values; 0 also: it has none */
	__u32 heat_time;
	unsigned char n_files, n_ranges; /* only those that are wanted */
	bool has_class;
	bool is_left; /* unchanged: this pass decides later if it reads it */
};

/* What the sort values of all clusters depend on. */
struct ranked_by {
	struct hot_sort sort;
	bool ranges, chosen; /* chosen: .wanted() decided */
	__u32 only_fs;
};

struct hot_rank {
	__u32 n_slots;
	struct hot_moved *before; /* by slot */
	__u64 *owner; /* by slot: owner_of() its range; 0: it holds none */
	struct range_count ranges_of; /* by owner */
	struct cluster *clusters;
	struct ranked_by ranked_by;
	__u32 last_epoch;
	__u32 n_refreshes;
	struct hot_best files, ranges, metadata;
	struct hot_rows file_rows, range_rows, metadata_rows;
};

static __u32 n_clusters(__u32 n_slots)
{
	return (n_slots + FRSP_HOT_CLUSTER - 1) / FRSP_HOT_CLUSTER;
}

/* The index behind the cluster's last slot. */
static __u32 cluster_end(const struct hot_rank *rank, __u32 c)
{
	__u32 end = (c + 1) * FRSP_HOT_CLUSTER;

	return end < rank->n_slots ? end : rank->n_slots;
}

struct hot_rank *hot_rank_new(__u32 n_slots)
{
	struct hot_rank *rank = calloc(1, sizeof(*rank));

	if (!rank)
		return NULL;
	rank->n_slots = n_slots;
	rank->before = calloc(n_slots, sizeof(*rank->before));
	rank->owner = calloc(n_slots, sizeof(*rank->owner));
	rank->clusters = calloc(n_clusters(n_slots), sizeof(*rank->clusters));
	if (!rank->before || !rank->owner || !rank->clusters) {
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
	free(rank->owner);
	range_count_free(&rank->ranges_of);
	free(rank->clusters);
	hot_best_free(&rank->files);
	hot_best_free(&rank->ranges);
	hot_best_free(&rank->metadata);
	free(rank->file_rows.rows);
	free(rank->range_rows.rows);
	free(rank->metadata_rows.rows);
	free(rank);
}

void hot_rank_forget(struct hot_rank *rank, __u32 index)
{
	memset(&rank->before[index], 0, sizeof(rank->before[index]));
}

void hot_rank_rebase(struct hot_rank *rank, const struct hot_moved *before)
{
	memcpy(rank->before, before, rank->n_slots * sizeof(*before));
	rank->n_refreshes = 0;
}

double hot_slot_temperature(const struct frsp_hot_slot *slot,
			    const struct hot_clock *clock)
{
	const struct frsp_hot_slot_compat *compat;
	__s32 age;

	if (clock->compat) {
		compat = (const struct frsp_hot_slot_compat *)slot;
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

static double p99_of(const struct frsp_hot_slot *slot,
		     const struct hot_latency *latency, enum frsp_latency_op op)
{
	return latency ? hot_latency_of(latency, slot->ino, slot->fs, slot->gen,
					op)
				 .p99_ns
		       : 0;
}

static double sort_value(const struct frsp_hot_slot *slot,
			 struct hot_moved delta, const struct hot_clock *clock,
			 const struct hot_request *request)
{
	switch (request->sort.key) {
	case HOT_BY_READ_P99:
		return p99_of(slot, request->latency, FRSP_LATENCY_READ);
	case HOT_BY_WRITE_P99:
		return p99_of(slot, request->latency, FRSP_LATENCY_WRITE);
	case HOT_BY_RATE:
		return delta.read + delta.write;
	case HOT_BY_READ_RATE:
		return delta.read;
	case HOT_BY_WRITE_RATE:
		return delta.write;
	case HOT_BY_OP_RATE:
		return (double)delta.reads + delta.writes;
	case HOT_BY_READ_OP_RATE:
		return delta.reads;
	case HOT_BY_WRITE_OP_RATE:
		return delta.writes;
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
		return hot_slot_temperature(slot, clock);
	}
}

static struct hot_moved take_delta(struct hot_rank *rank, __u32 index,
				   const struct frsp_hot_slot *slot)
{
	const struct hot_moved now = {slot->read_bytes, slot->write_bytes,
				      (__u32)slot->reads, (__u32)slot->writes};
	struct hot_moved before = rank->before[index];

	/* fewer bytes than before: another reader has emptied the slot */
	if (now.read < before.read || now.write < before.write)
		before = (struct hot_moved){0};
	rank->before[index] = now;
	return (struct hot_moved){
		.read = now.read - before.read,
		.write = now.write - before.write,
		.reads = now.reads - before.reads,
		.writes = now.writes - before.writes,
	};
}

static void fill_row(struct hot_row *row, const struct frsp_hot_slot *slot,
		     struct hot_moved delta, const struct hot_clock *clock,
		     double interval_s)
{
	memset(row, 0, sizeof(*row));
	row->ino = slot->ino;
	row->fs = slot->fs;
	row->gen = slot->gen;
	row->range = FRSP_HOT_TAG_RANGE(slot->tag);
	row->n_ranges = row->range != FRSP_HOT_RANGE_FILE;
	row->is_metadata =
		!row->ino && FRSP_HOT_GEN_CLASS(row->gen) == FRSP_HOT_METADATA;
	row->meta = row->is_metadata ? FRSP_HOT_GEN_META(row->gen) : 0;
	row->reads = slot->reads;
	row->writes = slot->writes;
	row->read_bytes = slot->read_bytes;
	row->write_bytes = slot->write_bytes;
	if (interval_s > 0) {
		row->reads_per_s = delta.reads / interval_s;
		row->writes_per_s = delta.writes / interval_s;
		row->read_bytes_per_s = delta.read / interval_s;
		row->write_bytes_per_s = delta.write / interval_s;
	}
	row->temperature = hot_slot_temperature(slot, clock);
}

void hot_row_read(struct hot_row *row, const struct frsp_hot_slot *slot,
		  const struct hot_clock *clock)
{
	fill_row(row, slot, (struct hot_moved){0}, clock, 0);
}

static bool same_file(const struct hot_row *row,
		      const struct frsp_hot_slot *slot)
{
	return row->ino == slot->ino && row->fs == slot->fs &&
	       row->gen == slot->gen;
}

static bool slot_counts(const struct frsp_hot_slot *slot,
			const struct hot_row *row)
{
	return slot->tag == FRSP_HOT_TAG(row->range, FRSP_HOT_LIVE) &&
	       same_file(row, slot);
}

/* Two slots can have the same key (bpf/hot_table.bpf.h says when). The first in
 * the key's probe sequence stands for the key. Adds the counts of the others to
 * row; returns false if the slot at index is not the first.
 */
static bool merge_twins(struct hot_row *row, __u32 index,
			const struct hot_table *table)
{
	struct frsp_hot_probe probe =
		hot_probe_first(row->ino, row->fs, row->gen, row->range);
	__u32 seen[FRSP_HOT_PROBES], n_seen = 0, at, i, k;
	const struct frsp_hot_slot *slot;

	for (i = 0; i < FRSP_HOT_PROBES; i++, hot_probe_next(&probe)) {
		at = hot_probe_index(&probe, table->n_slots);
		slot = hot_table_slot(table, at);
		if (FRSP_HOT_TAG_STATE(slot->tag) == FRSP_HOT_FREE)
			break;
		if (!slot_counts(slot, row))
			continue;
		for (k = 0; k < n_seen && seen[k] != at; k++)
			;
		if (k < n_seen)
			continue; /* a sequence may visit a slot twice */
		seen[n_seen++] = at;
		if (seen[0] != index)
			return false;
		if (at == index)
			continue;
		row->twin = at;
		row->reads += slot->reads;
		row->writes += slot->writes;
		row->read_bytes += slot->read_bytes;
		row->write_bytes += slot->write_bytes;
	}
	return true;
}

void hot_row_add(struct hot_row *sum, const struct hot_row *row)
{
	sum->reads += row->reads;
	sum->writes += row->writes;
	sum->read_bytes += row->read_bytes;
	sum->write_bytes += row->write_bytes;
	sum->reads_per_s += row->reads_per_s;
	sum->writes_per_s += row->writes_per_s;
	sum->read_bytes_per_s += row->read_bytes_per_s;
	sum->write_bytes_per_s += row->write_bytes_per_s;
	sum->temperature += row->temperature;
}

static void add_class(struct hot_row *class, const struct frsp_hot_slot *slot,
		      struct hot_moved delta, const struct hot_clock *clock,
		      double interval_s)
{
	struct hot_row row;

	fill_row(&row, slot, delta, clock, interval_s);
	hot_row_add(class, &row);
}

static int fill_rows(struct hot_rows *rows, struct hot_best *c,
		     const struct hot_table *table,
		     const struct hot_clock *clock, double interval_s)
{
	struct hot_row *grown;

	hot_best_sort(c);
	grown = realloc(rows->rows, (c->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rows->rows = grown;
	rows->n_rows = 0;
	for (__u32 i = 0; i < c->n; i++) {
		fill_row(&grown[rows->n_rows],
			 hot_table_slot(table, c->heap[i].index),
			 c->heap[i].delta, clock, interval_s);
		grown[rows->n_rows].slot = c->heap[i].index;
		grown[rows->n_rows].twin = c->heap[i].index;
		if (merge_twins(&grown[rows->n_rows], c->heap[i].index, table))
			rows->n_rows++;
	}
	return 0;
}

/* A hash that stands for the file; never 0. A million files are 2^39 pairs, and
 * there are 2^63 hashes: two files share one with a probability of 2^-24. The
 * mixing is splitmix64's finalizer.
 */
static __u64 owner_of(__u64 ino, __u32 fs, __u32 gen)
{
	__u64 hash = ino * 0x9e3779b97f4a7c15ULL ^
		     ((__u64)fs << 32 | gen) * 0xff51afd7ed558ccdULL;

	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111ebULL;
	return (hash ^ hash >> 31) | 1;
}

/* The owner of the range that the slot holds; 0: it holds no range. */
static __u64 owner_in(const struct frsp_hot_slot *slot, __u32 tag)
{
	if (FRSP_HOT_TAG_STATE(tag) != FRSP_HOT_LIVE || !slot->ino ||
	    FRSP_HOT_TAG_RANGE(tag) == FRSP_HOT_RANGE_FILE)
		return 0;
	return owner_of(slot->ino, slot->fs, slot->gen);
}

/* Notes that the slot now holds a range of owner; 0: no range. Returns 0 or
 * -ENOMEM.
 */
static int set_owner(struct hot_rank *rank, __u32 index, __u64 owner)
{
	__u64 before = rank->owner[index];
	int err = 0;

	if (owner == before)
		return 0;
	if (owner)
		err = range_count_add(&rank->ranges_of, owner);
	if (err)
		return err;
	if (before)
		range_count_drop(&rank->ranges_of, before);
	rank->owner[index] = owner;
	return 0;
}

/* Fills in n_ranges of the files' rows. */
static void count_ranges(struct hot_rank *rank)
{
	struct hot_rows *files = &rank->file_rows;

	for (__u32 i = 0; i < files->n_rows; i++) {
		struct hot_row *row = &files->rows[i];

		row->n_ranges =
			range_count_of(&rank->ranges_of,
				       owner_of(row->ino, row->fs, row->gen));
	}
}

/* The arguments of one refresh. */
struct pass {
	struct hot_rank *rank;
	const struct hot_table *table;
	const struct hot_clock *clock;
	const struct hot_request *request;
	bool (*class_wanted)(void *context, __u32 fs);
	struct hot_row *classes;
};

static bool is_wanted(const struct pass *pass, const struct frsp_hot_slot *slot)
{
	const struct hot_request *request = pass->request;

	if (request->only_fs && slot->fs != request->only_fs)
		return false;
	return !request->wanted || request->wanted(request->context, slot);
}

static int read_class(const struct pass *pass, struct hot_candidate candidate)
{
	const struct frsp_hot_slot *slot =
		hot_table_slot(pass->table, candidate.index);
	__u32 class = FRSP_HOT_GEN_CLASS(slot->gen);

	if (class >= FRSP_HOT_NR_CLASSES ||
	    !pass->class_wanted(pass->request->context, slot->fs))
		return 0;
	add_class(&pass->classes[class], slot, candidate.delta, pass->clock,
		  pass->request->interval_s);
	if (class != FRSP_HOT_METADATA)
		return 0;
	return hot_best_offer(&pass->rank->metadata, candidate);
}

/* candidate's slot is live, and wanted: of a file, or else of a range. */
static int read_slot(const struct pass *pass, struct cluster *cluster,
		     struct hot_candidate *candidate, bool is_file)
{
	const struct frsp_hot_slot *slot =
		hot_table_slot(pass->table, candidate->index);
	const struct hot_sort *sort = &pass->request->sort;
	double *best = is_file ? &cluster->best_file : &cluster->best_range;

	cluster->n_files += is_file;
	cluster->n_ranges += !is_file;
	if (!is_file && !pass->request->ranges)
		return 0;
	candidate->value =
		sort_value(slot, candidate->delta, pass->clock, pass->request);
	if (candidate->value > *best)
		*best = candidate->value;
	if (sort->ascending)
		candidate->value = -candidate->value;
	return hot_best_offer(
		is_file ? &pass->rank->files : &pass->rank->ranges, *candidate);
}

static int read_cluster(const struct pass *pass, __u32 c)
{
	struct hot_rank *rank = pass->rank;
	struct cluster *cluster = &rank->clusters[c];
	__u32 end = cluster_end(rank, c);
	int err = 0;

	*cluster = (struct cluster){
		.heat_time = pass->clock->heat_time,
	};
	for (__u32 i = c * FRSP_HOT_CLUSTER; i < end && !err; i++) {
		const struct frsp_hot_slot *slot =
			hot_table_slot(pass->table, i);
		__u32 tag = __atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE);
		bool is_file = FRSP_HOT_TAG_RANGE(tag) == FRSP_HOT_RANGE_FILE;
		struct hot_candidate candidate = {.index = i};

		err = set_owner(rank, i, owner_in(slot, tag));
		if (FRSP_HOT_TAG_STATE(tag) != FRSP_HOT_LIVE) {
			hot_rank_forget(rank, i);
			continue;
		}
		candidate.delta = take_delta(rank, i, slot);
		if (!slot->ino) {
			cluster->has_class = true;
			if (!err)
				err = read_class(pass, candidate);
			continue;
		}
		if (!err && is_wanted(pass, slot))
			err = read_slot(pass, cluster, &candidate, is_file);
	}
	return err;
}

/* The most that a value of an unchanged cluster can be now. heat_decay() is
 * exact to 2^-21 of the value and a few units of 2^-24, hence the margins.
 */
static double value_now(const struct pass *pass, const struct cluster *cluster,
			double value)
{
	const __u64 one = 1ULL << 40;
	__u64 left;

	switch (pass->request->sort.key) {
	case HOT_BY_TEMPERATURE:
		left = heat_decay(one,
				  pass->clock->heat_time - cluster->heat_time,
				  pass->clock->heat_rate);
		return value * left / one * (1 + 0x1p-18) + 0x1p-18;
	case HOT_BY_RATE:
	case HOT_BY_READ_RATE:
	case HOT_BY_WRITE_RATE:
	case HOT_BY_OP_RATE:
	case HOT_BY_READ_OP_RATE:
	case HOT_BY_WRITE_OP_RATE:
		return 0; /* no I/O since the last refresh */
	default:
		return value;
	}
}

static bool may_have_rows(const struct pass *pass, __u32 c)
{
	const struct hot_rank *rank = pass->rank;
	const struct cluster *cluster = &rank->clusters[c];
	__u32 first = c * FRSP_HOT_CLUSTER;

	return (cluster->n_files &&
		hot_best_would_take(
			&rank->files,
			value_now(pass, cluster, cluster->best_file), first)) ||
	       (cluster->n_ranges && pass->request->ranges &&
		hot_best_would_take(
			&rank->ranges,
			value_now(pass, cluster, cluster->best_range), first));
}

/* Records what the sort values of the clusters depend on. Returns whether the
 * last refresh ranked by the same.
 */
static bool note_ranked_by(struct hot_rank *rank,
			   const struct hot_request *request)
{
	const struct ranked_by was = rank->ranked_by;

	rank->ranked_by = (struct ranked_by){
		.sort = request->sort,
		.ranges = request->ranges,
		.chosen = request->wanted,
		.only_fs = request->only_fs,
	};
	return was.sort.key == request->sort.key &&
	       was.ranges == request->ranges &&
	       was.chosen == rank->ranked_by.chosen &&
	       was.only_fs == request->only_fs;
}

/* Whether a cluster's last best value bounds its values now. Not if the lowest
 * values are wanted, as only the best are kept; not if .wanted() decides, as
 * its answers change; not for the formula of 2013, which decays in another way
 * than value_now(); and not for times, which are not in the table.
 */
static bool best_values_bound(const struct pass *pass)
{
	const struct hot_request *request = pass->request;

	return pass->table->touched && !request->sort.ascending &&
	       !request->wanted && !pass->clock->compat &&
	       !hot_sort_needs_latency(request->sort.key);
}

/* last_epoch: what the last refresh raised the epoch to. Classes are summed up
 * in each refresh, so a cluster that has one is always read.
 */
static bool is_as_it_was(const struct pass *pass, __u32 c, __u32 last_epoch)
{
	const struct cluster *cluster = &pass->rank->clusters[c];
	__u32 touched =
		__atomic_load_n(&pass->table->touched[c], __ATOMIC_ACQUIRE);

	return !cluster->has_class && (__s32)(touched + 1 - last_epoch) < 0;
}

/* Reads the changed clusters first, so that the others are compared with the
 * values that the rows have by then.
 */
static int read_table(const struct pass *pass)
{
	struct hot_rank *rank = pass->rank;
	__u32 n = n_clusters(rank->n_slots), last_epoch = rank->last_epoch;
	bool same = note_ranked_by(rank, pass->request);
	bool skip = same && best_values_bound(pass) &&
		    rank->n_refreshes % FULL_EVERY;
	int err = 0;

	if (pass->table->touched)
		rank->last_epoch = __atomic_add_fetch(pass->table->epoch, 1,
						      __ATOMIC_SEQ_CST);
	for (__u32 c = 0; c < n && !err; c++) {
		rank->clusters[c].is_left =
			skip && is_as_it_was(pass, c, last_epoch);
		if (!rank->clusters[c].is_left)
			err = read_cluster(pass, c);
	}
	for (__u32 c = 0; c < n && !err; c++)
		if (rank->clusters[c].is_left && may_have_rows(pass, c))
			err = read_cluster(pass, c);
	/* after an error the next refresh reads all of the table */
	rank->n_refreshes = err ? 0 : rank->n_refreshes + 1;
	return err;
}

static void count_all(struct hot_rank *rank)
{
	rank->file_rows.n_total = 0;
	rank->range_rows.n_total = 0;
	for (__u32 c = 0; c < n_clusters(rank->n_slots); c++) {
		rank->file_rows.n_total += rank->clusters[c].n_files;
		rank->range_rows.n_total += rank->clusters[c].n_ranges;
	}
	if (!rank->ranked_by.ranges)
		rank->range_rows.n_total = 0;
}

int hot_rank_refresh(struct hot_rank *rank, const struct hot_table *table,
		     const struct hot_clock *clock,
		     const struct hot_request *request,
		     bool (*class_wanted)(void *context, __u32 fs),
		     struct hot_ranking *ranking)
{
	const struct pass pass = {
		.rank = rank,
		.table = table,
		.clock = clock,
		.request = request,
		.class_wanted = class_wanted,
		.classes = ranking->classes,
	};
	int err;

	hot_best_reset(&rank->files, request->max_rows);
	hot_best_reset(&rank->ranges, request->max_rows);
	hot_best_reset(&rank->metadata, 0);
	memset(ranking->classes, 0, sizeof(ranking->classes));
	err = read_table(&pass);
	if (err)
		return err;
	count_all(rank);
	err = fill_rows(&rank->file_rows, &rank->files, table, clock,
			request->interval_s);
	if (!err)
		err = fill_rows(&rank->range_rows, &rank->ranges, table, clock,
				request->interval_s);
	if (!err)
		err = fill_rows(&rank->metadata_rows, &rank->metadata, table,
				clock, request->interval_s);
	count_ranges(rank);
	ranking->files = rank->file_rows;
	ranking->ranges = rank->range_rows;
	ranking->metadata = rank->metadata_rows;
	return err;
}
