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

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "fs/cgroup_path.h"
#include "heat/evict.h"
#include "heat/who_list.h"
#include "paths/path.h"

#define DUE_PERCENT    80
#define TARGET_PERCENT 50
#define MAX_GONE       65536 /* then the oldest is forgotten */

struct gone {
	__u32 id;
	struct hot_actor actor;
	bool shown; /* rows of the last frame may point to it */
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

/* The kernel changes the entry meanwhile. So the counts are read once: a rate
 * is of what is shown, and what comes later counts in the next interval.
 */
static void read_actor(struct hot_actors *actors, struct hot_actor *actor,
		       const volatile struct frsp_hot_actor *entry,
		       double interval_s)
{
	const struct frsp_hot_actor counts = *entry;
	struct frsp_hot_actor before = actor->counts;

	if (before.id != counts.id)
		before = (struct frsp_hot_actor){0};
	actor->counts = counts;
	actor->reads_per_s = (counts.reads - before.reads) / interval_s;
	actor->writes_per_s = (counts.writes - before.writes) / interval_s;
	actor->read_bytes_per_s =
		(counts.read_bytes - before.read_bytes) / interval_s;
	actor->write_bytes_per_s =
		(counts.write_bytes - before.write_bytes) / interval_s;
	find_cgroup(actors, actor);
}

/* Forgets the oldest one, unless it is shown. */
static void forget_oldest(struct hot_actors *actors)
{
	struct gone *gone = actors->gone;

	while (gone && gone->shown)
		gone = gone->hh.next;
	if (!gone)
		return;
	HASH_DEL(actors->gone, gone);
	free(gone);
}

/* Keeps an actor that leaves the table. If there is no memory, its files show
 * no actor any more.
 */
static void remember(struct hot_actors *actors,
		     const struct frsp_hot_actor *counts, __u32 id)
{
	struct gone *gone;

	if (HASH_COUNT(actors->gone) >= MAX_GONE)
		forget_oldest(actors);
	gone = calloc(1, sizeof(*gone));
	if (!gone)
		return;
	gone->id = id;
	gone->actor.counts = *counts;
	gone->actor.counts.id = id;
	find_cgroup(actors, &gone->actor);
	HASH_ADD(hh, actors->gone, id, sizeof(gone->id), gone);
	if (!gone->hh.tbl)
		free(gone);
}

static int longest_idle_first(const void *a, const void *b)
{
	const struct frsp_hot_actor *x = *(struct frsp_hot_actor *const *)a;
	const struct frsp_hot_actor *y = *(struct frsp_hot_actor *const *)b;

	return (x->last > y->last) - (x->last < y->last);
}

/* Empties the entries. A program may still have the id of one, from a note or
 * from its CPU's last look-up: without .id in the entry it adds nothing.
 */
static void evict(struct hot_actors *actors, struct frsp_hot_actor **idle,
		  __u32 *ids, __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		ids[i] = idle[i]->id;
		hot_track_forget_actor(actors->track, idle[i]);
		__atomic_store_n(&idle[i]->id, 0, __ATOMIC_SEQ_CST);
	}
	/* without it better full than counts for the wrong process */
	if (!hot_evict_grace_period())
		return;
	for (__u32 i = 0; i < n; i++) {
		if (!ids[i])
			continue;
		remember(actors, idle[i], ids[i]);
		hot_track_reuse_actor(actors->track, idle[i], ids[i]);
	}
}

/* If there is no memory, it does nothing, and tries again the next time. */
void hot_actors_make_room(struct hot_actors *actors)
{
	const struct hot_table *table = hot_track_table(actors->track);
	struct frsp_hot_actor **idle;
	__u32 *ids, n = 0, target = table->n_actors * TARGET_PERCENT / 100;

	if (!hot_track_tends(actors->track) || !hot_evict_is_possible())
		return;
	idle = calloc(table->n_actors, sizeof(*idle));
	ids = calloc(table->n_actors, sizeof(*ids));
	for (__u32 i = 1; idle && ids && i < table->n_actors; i++)
		if (table->actors[i].id)
			idle[n++] = &table->actors[i];
	if (n * 100 >= table->n_actors * DUE_PERCENT) {
		qsort(idle, n, sizeof(*idle), longest_idle_first);
		evict(actors, idle, ids, n - target);
	}
	free(ids);
	free(idle);
}

/* A new frame begins: no row points to the remembered actors any more. If the
 * paths of cgroups were forgotten, looks them up again.
 */
static void begin_frame(struct hot_actors *actors)
{
	bool again = actors->cgroups && cgroup_paths_trim(actors->cgroups);
	struct gone *gone = NULL, *next;

	HASH_ITER (hh, actors->gone, gone, next) {
		gone->shown = false;
		if (again)
			find_cgroup(actors, &gone->actor);
	}
	while (HASH_COUNT(actors->gone) > MAX_GONE)
		forget_oldest(actors);
}

void hot_actors_sample(struct hot_actors *actors, double interval_s)
{
	const struct hot_table *table = hot_track_table(actors->track);

	begin_frame(actors);
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
	if (!gone)
		return NULL;
	gone->shown = true;
	return &gone->actor;
}

/* --- the actors of a file or range ---------------------------------------- */

/* Adds the actors of a slot to the list. */
static void add_who(const struct hot_actors *actors, __u32 slot,
		    struct who_list *list)
{
	const struct frsp_hot_who *who =
		&hot_track_table(actors->track)->who[slot];

	for (int i = 0; i < FRSP_HOT_WHO; i++) {
		__u64 entry = who->top[i];
		const struct hot_actor *actor =
			hot_actors_find(actors, FRSP_HOT_WHO_ACTOR(entry));

		if (actor && FRSP_HOT_WHO_SECTORS(entry))
			who_list_add(list, actor,
				     FRSP_HOT_WHO_SECTORS(entry) * 512);
	}
}

void hot_actors_fill(const struct hot_actors *actors, struct hot_row *row)
{
	struct who_list list;

	list.n = 0;
	add_who(actors, row->slot, &list);
	if (row->twin != row->slot)
		add_who(actors, row->twin, &list);
	who_list_top(&list, row);
}

void hot_actor_name(const struct hot_actor *actor,
		    char name[HOT_ACTOR_NAME_LEN])
{
	const struct frsp_hot_actor_key *key = &actor->counts.key;
	char comm[FRSP_HOT_COMM_LEN + 1]; /* with escapes, it may be cut */

	path_escape(key->comm, comm, sizeof(comm));
	if (actor->counts.kind == FRSP_HOT_KERNEL_THREAD)
		snprintf(name, HOT_ACTOR_NAME_LEN, "[%s]", comm);
	else
		snprintf(name, HOT_ACTOR_NAME_LEN, "%s(%u)", comm, key->pid);
}

/* --- ranking -------------------------------------------------------------- */

/* For qsort_r(): the best first; among equals, that with more bytes. An actor
 * has no temperature, so its rate takes that place.
 */
static int best_first(const void *a, const void *b, void *context)
{
	const struct hot_row *x = a, *y = b;
	const struct hot_sort *sort = context;
	struct hot_sort by_bytes = {HOT_BY_BYTES, sort->ascending};
	struct hot_sort by = *sort;

	if (by.key == HOT_BY_TEMPERATURE)
		by.key = HOT_BY_RATE;
	return hot_row_order(x, y, by) ?: hot_row_order(x, y, by_bytes);
}

/* A row, while the ranking is made. */
struct ranked {
	/* of the process, or in a row of a cgroup only .cgroup */
	struct frsp_hot_actor_key key;
	struct hot_row row;
	UT_hash_handle hh;
};

struct ranking {
	struct hot_actors *actors;
	enum hot_view view;
	struct ranked *all; /* by .key */
	int err;
};

static struct frsp_hot_actor_key key_of(const struct ranking *ranking,
					const struct hot_actor *actor)
{
	if (ranking->view == HOT_VIEW_PROCESSES)
		return actor->counts.key;
	return (struct frsp_hot_actor_key){.cgroup = actor->counts.key.cgroup};
}

static struct ranked *find_row(const struct ranking *ranking,
			       const struct hot_actor *actor)
{
	const struct frsp_hot_actor_key key = key_of(ranking, actor);
	struct ranked *ranked;

	HASH_FIND(hh, ranking->all, &key, sizeof(key), ranked);
	return ranked;
}

static struct ranked *new_row(struct ranking *ranking,
			      const struct hot_actor *actor)
{
	struct ranked *ranked = calloc(1, sizeof(*ranked));

	if (!ranked) {
		ranking->err = -ENOMEM;
		return NULL;
	}
	ranked->key = key_of(ranking, actor);
	ranked->row = (struct hot_row){
		.range = FRSP_HOT_RANGE_FILE,
		.who = {{.actor = actor}},
		.n_who = 1,
	};
	HASH_ADD(hh, ranking->all, key, sizeof(ranked->key), ranked);
	if (ranked->hh.tbl)
		return ranked;
	free(ranked);
	ranking->err = -ENOMEM;
	return NULL;
}

/* Adds an actor to its row, unless it had no I/O that counts here. */
static void add(struct ranking *ranking, const struct hot_actor *actor)
{
	const struct frsp_hot_actor *counts = &actor->counts;
	struct ranked *ranked = find_row(ranking, actor);
	struct hot_row *row;

	if (!counts->reads && !counts->writes && !counts->write_bytes)
		return;
	if (!ranked)
		ranked = new_row(ranking, actor);
	if (!ranked)
		return;
	row = &ranked->row;
	row->n_processes++;
	row->reads += counts->reads;
	row->writes += counts->writes;
	row->read_bytes += counts->read_bytes;
	row->write_bytes += counts->write_bytes;
	row->reads_per_s += actor->reads_per_s;
	row->writes_per_s += actor->writes_per_s;
	row->read_bytes_per_s += actor->read_bytes_per_s;
	row->write_bytes_per_s += actor->write_bytes_per_s;
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

/* Finds each row's file. For a cgroup it is that of the process that moved the
 * most of one file.
 */
static void set_files(struct ranking *ranking)
{
	const struct hot_actors *actors = ranking->actors;
	const struct hot_table *table = hot_track_table(actors->track);
	struct top_file *top = calloc(table->n_actors, sizeof(*top));

	if (!top) {
		ranking->err = -ENOMEM;
		return;
	}
	find_files(actors, top);
	for (__u32 i = 1; i < table->n_actors; i++) {
		const struct frsp_hot_slot *slot =
			hot_table_slot(table, top[i].slot);
		struct ranked *ranked =
			top[i].sectors ? find_row(ranking, &actors->now[i])
				       : NULL;

		if (!ranked || top[i].sectors * 512 <= ranked->row.file_bytes)
			continue;
		ranked->row.file_bytes = top[i].sectors * 512;
		ranked->row.ino = slot->ino;
		ranked->row.fs = slot->fs;
		ranked->row.gen = slot->gen;
	}
	free(top);
}

/* Moves the rows into .ranked, sorted. */
static void take_rows(struct ranking *ranking, struct hot_sort sort,
		      __u32 max_rows)
{
	struct hot_rows *rows = &ranking->actors->ranked;
	struct ranked *ranked = NULL, *next;
	struct hot_row *grown;
	__u32 n = 0;

	grown = realloc(rows->rows,
			(HASH_COUNT(ranking->all) + 1) * sizeof(*grown));
	if (grown)
		*rows = (struct hot_rows){.rows = grown};
	else
		ranking->err = -ENOMEM;
	HASH_ITER (hh, ranking->all, ranked, next) {
		if (grown)
			grown[n++] = ranked->row;
		HASH_DEL(ranking->all, ranked);
		free(ranked);
	}
	if (ranking->err)
		return;
	qsort_r(grown, n, sizeof(*grown), best_first, &sort);
	rows->n_total = n;
	rows->n_rows = max_rows && n > max_rows ? max_rows : n;
}

int hot_actors_rank(struct hot_actors *actors, enum hot_view view,
		    struct hot_sort sort, __u32 max_rows, struct hot_rows *rows)
{
	__u32 n_actors = hot_track_table(actors->track)->n_actors;
	struct ranking ranking = {.actors = actors, .view = view};
	struct gone *gone = NULL, *next;

	for (__u32 i = 1; i < n_actors; i++)
		if (actors->now[i].counts.id)
			add(&ranking, &actors->now[i]);
	HASH_ITER (hh, actors->gone, gone, next) {
		gone->shown = true;
		add(&ranking, &gone->actor);
	}
	set_files(&ranking);
	take_rows(&ranking, sort, max_rows);
	if (!ranking.err)
		*rows = actors->ranked;
	return ranking.err;
}
