// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example of an eviction. The table has room for 256 actors, and 205 are in it:
 * more than 80 %. The 77 that were idle for the longest time leave. Their
 * counts move to .gone, under their ids, so that files still show their names.
 * Each entry then gets a new id: what BPF still adds for an old id counts for
 * nobody.
 */
#include "heat/actors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "fs/cgroup_path.h"
#include "heat/evict.h"
#include "paths/path.h"

#define DUE_PERCENT    80
#define TARGET_PERCENT 50
#define MAX_GONE       65536 /* then the remembered actors are forgotten */

struct gone {
	__u32 id;
	struct hot_actor actor;
	UT_hash_handle hh;
};

struct hot_actors {
	struct hot_track *track;
	struct cgroup_paths *cgroups; /* NULL: there are none */
	struct hot_actor *now;	      /* by index */
	struct gone *gone;
	struct hot_rows ranked;
};

struct hot_actors *hot_actors_new(struct hot_track *track)
{
	struct hot_actors *actors = calloc(1, sizeof(*actors));

	if (!actors)
		return NULL;
	actors->track = track;
	actors->cgroups = cgroup_paths_new();
	actors->now =
		calloc(hot_track_table(track)->n_actors, sizeof(*actors->now));
	if (actors->now)
		return actors;
	hot_actors_free(actors);
	return NULL;
}

static void forget_gone(struct hot_actors *actors)
{
	struct gone *gone, *next;

	HASH_ITER (hh, actors->gone, gone, next) {
		HASH_DEL(actors->gone, gone);
		free(gone);
	}
}

void hot_actors_free(struct hot_actors *actors)
{
	if (!actors)
		return;
	forget_gone(actors);
	cgroup_paths_free(actors->cgroups);
	free(actors->now);
	free(actors->ranked.rows);
	free(actors);
}

/* --- reading -------------------------------------------------------------- */

static void find_cgroup(const struct hot_actors *actors,
			struct hot_actor *actor)
{
	__u64 id = actor->counts.key.cgroup;

	actor->cgroup =
		id && actors->cgroups ? cgroup_path(actors->cgroups, id) : NULL;
}

static void read_actor(struct hot_actors *actors, struct hot_actor *actor,
		       const struct frsp_hot_actor *counts, double interval_s)
{
	struct frsp_hot_actor before = actor->counts;

	if (before.id != counts->id)
		before = (struct frsp_hot_actor){0};
	actor->counts = *counts;
	actor->read_bytes_per_s =
		(counts->read_bytes - before.read_bytes) / interval_s;
	actor->write_bytes_per_s =
		(counts->write_bytes - before.write_bytes) / interval_s;
	actor->cgroup =
		counts->key.cgroup && actors->cgroups
			? cgroup_path(actors->cgroups, counts->key.cgroup)
			: NULL;
}

/* Keeps an actor that leaves the table. If there is no memory, its files show
 * no actor any more.
 */
static void remember(struct hot_actors *actors,
		     const struct frsp_hot_actor *counts)
{
	struct gone *gone;

	gone = calloc(1, sizeof(*gone));
	if (!gone)
		return;
	gone->id = counts->id;
	gone->actor.counts = *counts;
	find_cgroup(actors, &gone->actor);
	HASH_ADD(hh, actors->gone, id, sizeof(gone->id), gone);
}

static int longest_idle_first(const void *a, const void *b)
{
	const struct frsp_hot_actor *x = *(struct frsp_hot_actor *const *)a;
	const struct frsp_hot_actor *y = *(struct frsp_hot_actor *const *)b;

	return (x->last > y->last) - (x->last < y->last);
}

static void evict(struct hot_actors *actors, struct frsp_hot_actor **idle,
		  __u32 n)
{
	for (__u32 i = 0; i < n; i++)
		hot_track_forget_actor(actors->track, idle[i]);
	if (!hot_evict_grace_period())
		return; /* better full than counts for the wrong process */
	for (__u32 i = 0; i < n; i++) {
		remember(actors, idle[i]);
		hot_track_reuse_actor(actors->track, idle[i]);
	}
}

/* If there is no memory, it does nothing, and tries again the next time. */
void hot_actors_make_room(struct hot_actors *actors)
{
	const struct hot_table *table = hot_track_table(actors->track);
	struct frsp_hot_actor **idle;
	__u32 n = 0, target = table->n_actors * TARGET_PERCENT / 100;

	if (!hot_track_tends(actors->track) || !hot_evict_is_possible())
		return;
	idle = calloc(table->n_actors, sizeof(*idle));
	if (!idle)
		return;
	for (__u32 i = 1; i < table->n_actors; i++)
		if (table->actors[i].id)
			idle[n++] = &table->actors[i];
	if (n * 100 >= table->n_actors * DUE_PERCENT) {
		qsort(idle, n, sizeof(*idle), longest_idle_first);
		evict(actors, idle, n - target);
	}
	free(idle);
}

/* The paths of cgroups were forgotten: looks them up again. */
static void find_cgroups(struct hot_actors *actors)
{
	struct gone *gone = NULL, *next;

	HASH_ITER (hh, actors->gone, gone, next) {
		find_cgroup(actors, &gone->actor);
	}
}

void hot_actors_sample(struct hot_actors *actors, double interval_s)
{
	const struct hot_table *table = hot_track_table(actors->track);

	/* now, as no row of the last frame is shown any more */
	if (HASH_COUNT(actors->gone) >= MAX_GONE)
		forget_gone(actors);
	if (actors->cgroups && cgroup_paths_trim(actors->cgroups))
		find_cgroups(actors);
	for (__u32 i = 1; i < table->n_actors; i++)
		read_actor(actors, &actors->now[i], &table->actors[i],
			   interval_s);
}

const struct hot_actor *hot_actors_find(const struct hot_actors *actors,
					__u32 id)
{
	const struct hot_actor *actor;
	struct gone *gone;

	if (!id)
		return NULL;
	actor = &actors->now[FRSP_HOT_ACTOR_INDEX(id)];
	if (actor->counts.id == id)
		return actor;
	HASH_FIND(hh, actors->gone, &id, sizeof(id), gone);
	return gone ? &gone->actor : NULL;
}

/* --- the actors of a file or range ---------------------------------------- */

static int most_bytes_first(const void *a, const void *b)
{
	__u64 x = ((const struct hot_row_who *)a)->bytes;
	__u64 y = ((const struct hot_row_who *)b)->bytes;

	return (x < y) - (x > y);
}

/* Adds the actors of a slot to list, which has n. Returns how many it has then.
 */
static __u32 add_who(const struct hot_actors *actors, __u32 slot,
		     struct hot_row_who *list, __u32 n)
{
	const struct frsp_hot_who *who =
		&hot_track_table(actors->track)->who[slot];

	for (int i = 0; i < FRSP_HOT_WHO; i++) {
		__u64 entry = who->top[i];
		const struct hot_actor *actor =
			hot_actors_find(actors, FRSP_HOT_WHO_ACTOR(entry));
		__u32 k = 0;

		if (!actor || !FRSP_HOT_WHO_SECTORS(entry))
			continue;
		while (k < n && list[k].actor != actor)
			k++;
		if (k == n)
			list[n++] = (struct hot_row_who){.actor = actor};
		list[k].bytes += FRSP_HOT_WHO_SECTORS(entry) * 512;
	}
	return n;
}

void hot_actors_fill(const struct hot_actors *actors, struct hot_row *row)
{
	struct hot_row_who list[2 * FRSP_HOT_WHO];
	__u32 n = add_who(actors, row->slot, list, 0);

	if (row->twin != row->slot)
		n = add_who(actors, row->twin, list, n);
	qsort(list, n, sizeof(list[0]), most_bytes_first);
	row->n_who = n < FRSP_HOT_WHO ? n : FRSP_HOT_WHO;
	memcpy(row->who, list, row->n_who * sizeof(list[0]));
}

void hot_actor_name(const struct hot_actor *actor,
		    char name[HOT_ACTOR_NAME_LEN])
{
	const struct frsp_hot_actor_key *key = &actor->counts.key;
	char comm[FRSP_HOT_COMM_LEN * 4 + 1];

	path_escape(key->comm, comm, sizeof(comm));
	if (actor->counts.kind == FRSP_HOT_KERNEL_THREAD)
		snprintf(name, HOT_ACTOR_NAME_LEN, "[%s]", comm);
	else
		snprintf(name, HOT_ACTOR_NAME_LEN, "%s(%u)", comm, key->pid);
}

/* --- ranking -------------------------------------------------------------- */

static double rank_value(const struct hot_row *row, enum hot_sort_key key)
{
	return hot_row_value(row,
			     key == HOT_BY_TEMPERATURE ? HOT_BY_RATE : key);
}

/* For qsort_r(): the best first; among equals, that with more bytes. */
static int best_first(const void *a, const void *b, void *context)
{
	const struct hot_row *x = a, *y = b;
	const struct hot_sort *sort = context;
	double p = rank_value(x, sort->key), q = rank_value(y, sort->key);

	if (p == q) {
		p = hot_row_value(x, HOT_BY_BYTES);
		q = hot_row_value(y, HOT_BY_BYTES);
	}
	return sort->ascending ? (p > q) - (p < q) : (p < q) - (p > q);
}

static void add(struct hot_row *row, const struct hot_actor *actor)
{
	row->n_processes++;
	row->reads += actor->counts.reads;
	row->writes += actor->counts.writes;
	row->read_bytes += actor->counts.read_bytes;
	row->write_bytes += actor->counts.write_bytes;
	row->read_bytes_per_s += actor->read_bytes_per_s;
	row->write_bytes_per_s += actor->write_bytes_per_s;
}

static void add_row(struct hot_actors *actors, enum hot_view view,
		    const struct hot_actor *actor)
{
	struct hot_rows *rows = &actors->ranked;
	__u32 i = rows->n_rows;

	if (view == HOT_VIEW_CGROUPS)
		for (i = 0; i < rows->n_rows; i++)
			if (rows->rows[i].who[0].actor->counts.key.cgroup ==
			    actor->counts.key.cgroup)
				break;
	if (i == rows->n_rows) {
		rows->n_rows++;
		rows->rows[i] = (struct hot_row){
			.range = FRSP_HOT_RANGE_FILE,
			.who = {{.actor = actor}},
			.n_who = 1,
		};
	}
	add(&rows->rows[i], actor);
}

/* The file of which an actor moved the most, by the actor's index. */
struct top_file {
	__u32 slot;
	__u64 sectors; /* 0: none */
};

static void find_files(const struct hot_actors *actors, struct top_file *top)
{
	const struct hot_table *table = hot_track_table(actors->track);

	for (__u32 slot = 0; slot < table->n_slots; slot++) {
		const struct frsp_hot_slot *file = hot_table_slot(table, slot);

		if (!file->ino || file->tag != FRSP_HOT_TAG(FRSP_HOT_RANGE_FILE,
							    FRSP_HOT_LIVE))
			continue;
		for (int i = 0; i < FRSP_HOT_WHO; i++) {
			__u64 entry = table->who[slot].top[i];
			__u32 id = FRSP_HOT_WHO_ACTOR(entry);
			__u32 index = FRSP_HOT_ACTOR_INDEX(id);

			if (actors->now[index].counts.id == id &&
			    FRSP_HOT_WHO_SECTORS(entry) > top[index].sectors)
				top[index] = (struct top_file){
					slot, FRSP_HOT_WHO_SECTORS(entry)};
		}
	}
}

static void set_file(const struct hot_actors *actors, struct hot_row *row,
		     const struct top_file *top)
{
	const struct frsp_hot_slot *slot =
		hot_table_slot(hot_track_table(actors->track), top->slot);

	if (top->sectors * 512 <= row->file_bytes)
		return;
	row->file_bytes = top->sectors * 512;
	row->ino = slot->ino;
	row->fs = slot->fs;
	row->gen = slot->gen;
}

static bool is_of(const struct hot_actor *actor, const struct hot_row *row,
		  enum hot_view view)
{
	const struct frsp_hot_actor *of = &row->who[0].actor->counts;

	return view == HOT_VIEW_PROCESSES
		       ? actor->counts.id == of->id
		       : actor->counts.key.cgroup == of->key.cgroup;
}

/* Finds each row's file. For a cgroup it is that of the process that moved the
 * most of one file.
 */
static int set_files(const struct hot_actors *actors, enum hot_view view,
		     struct hot_rows *rows)
{
	__u32 n_actors = hot_track_table(actors->track)->n_actors;
	struct top_file *top = calloc(n_actors, sizeof(*top));

	if (!top)
		return -ENOMEM;
	find_files(actors, top);
	for (__u32 i = 0; i < rows->n_rows; i++)
		for (__u32 k = 1; k < n_actors; k++)
			if (top[k].sectors &&
			    is_of(&actors->now[k], &rows->rows[i], view))
				set_file(actors, &rows->rows[i], &top[k]);
	free(top);
	return 0;
}

int hot_actors_rank(struct hot_actors *actors, enum hot_view view,
		    struct hot_sort sort, __u32 max_rows, struct hot_rows *rows)
{
	const struct hot_table *table = hot_track_table(actors->track);
	__u32 n = table->n_actors + HASH_COUNT(actors->gone);
	struct gone *gone, *next;
	struct hot_row *grown;

	grown = realloc(actors->ranked.rows, n * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	actors->ranked = (struct hot_rows){.rows = grown};
	for (__u32 i = 1; i < table->n_actors; i++)
		if (actors->now[i].counts.id)
			add_row(actors, view, &actors->now[i]);
	HASH_ITER (hh, actors->gone, gone, next) {
		add_row(actors, view, &gone->actor);
	}
	n = actors->ranked.n_rows;
	qsort_r(grown, n, sizeof(*grown), best_first, &sort);
	actors->ranked.n_total = n;
	if (max_rows && n > max_rows)
		actors->ranked.n_rows = max_rows;
	*rows = actors->ranked;
	return set_files(actors, view, rows);
}
