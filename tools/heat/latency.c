// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/latency.h"

#include <errno.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/loglin.h"
#include "watch/latency.h"

#define DUE_PERCENT    80
#define TARGET_PERCENT 50

struct entry {
	struct frsp_latency_key key;
	struct frsp_latency_times before; /* as the last sample read it */
	struct hot_times times;
	UT_hash_handle hh;
};

struct hot_latency {
	bool on;
	int err;
	struct latency_watch *watch; /* NULL: off, or .err says why */
	struct entry *entries;
	__u64 forgotten, last_events;
};

struct hot_latency *hot_latency_new(void)
{
	return calloc(1, sizeof(struct hot_latency));
}

static void forget_all(struct hot_latency *latency)
{
	struct entry *entry, *next;

	HASH_ITER (hh, latency->entries, entry, next) {
		HASH_DEL(latency->entries, entry);
		free(entry);
	}
}

void hot_latency_free(struct hot_latency *latency)
{
	if (!latency)
		return;
	latency_watch_close(latency->watch);
	forget_all(latency);
	free(latency);
}

void hot_latency_turn(struct hot_latency *latency, bool on)
{
	if (on == latency->on)
		return;
	latency_watch_close(latency->watch);
	forget_all(latency);
	*latency = (struct hot_latency){.on = on};
	if (on)
		latency->err = latency_watch_open(&latency->watch);
}

/* --- sampling --------------------------------------------------------------- */

static struct entry *find(const struct hot_latency *latency,
			  const struct frsp_latency_key *key)
{
	struct entry *entry;

	HASH_FIND(hh, latency->entries, key, sizeof(*key), entry);
	return entry;
}

static struct entry *add(struct hot_latency *latency,
			 const struct frsp_latency_key *key)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key = *key;
	HASH_ADD(hh, latency->entries, key, sizeof(*key), entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

/* The times of the operations between two readings. */
static struct hot_times times_since(const struct frsp_latency_times *now,
				    const struct frsp_latency_times *before)
{
	struct hot_times times = {
		.operations = now->operations,
		.untimed = now->untimed,
	};
	__u64 buckets[LOGLIN_BUCKETS];

	if (now->operations == before->operations)
		return times;
	for (size_t i = 0; i < LOGLIN_BUCKETS; i++)
		buckets[i] = now->ns[i] - before->ns[i]; /* 32 bits may wrap */
	times.p50_ns = loglin_percentile(buckets, 50);
	times.p99_ns = loglin_percentile(buckets, 99);
	if (times.p50_ns < 0) /* none of them has a time */
		times.p50_ns = times.p99_ns = 0;
	return times;
}

static int read_entry(void *context, const struct frsp_latency_key *key,
		      const struct frsp_latency_times *now)
{
	struct hot_latency *latency = context;
	struct entry *entry = find(latency, key) ?: add(latency, key);

	if (!entry)
		return -ENOMEM;
	entry->times = times_since(now, &entry->before);
	entry->before = *now;
	return 0;
}

static int read_state(struct hot_latency *latency, double interval_s,
		      struct hot_latency_state *state)
{
	const struct watch *watch = latency_watch_base(latency->watch);
	struct frsp_cost cost;
	int err = watch_cost(watch, FRSP_LATENCY_PROGRAM_COMPLETE, &cost);

	if (err)
		return err;
	state->forgotten = latency->forgotten;
	state->events = cost.events;
	if (interval_s > 0)
		state->events_per_s =
			(cost.events - latency->last_events) / interval_s;
	state->ns_per_event = watch_cost_ns(&cost);
	state->map_bytes = watch_map_bytes(watch->object);
	latency->last_events = cost.events;
	return watch_lost(watch, &state->lost);
}

int hot_latency_sample(struct hot_latency *latency, double interval_s,
		       struct hot_latency_state *state)
{
	int err;

	*state = (struct hot_latency_state){
		.on = latency->on,
		.err = latency->err,
	};
	if (!latency->watch)
		return 0;
	err = latency_watch_each(latency->watch, read_entry, latency);
	return err ?: read_state(latency, interval_s, state);
}

struct hot_times hot_latency_of(const struct hot_latency *latency, __u64 ino,
				__u32 fs, __u32 gen, enum frsp_latency_op op)
{
	const struct frsp_latency_key key = {
		.ino = ino,
		.fs = fs,
		.gen = gen,
		.op = op,
	};
	const struct entry *entry = find(latency, &key);

	return entry ? entry->times : (struct hot_times){0};
}

void hot_latency_fill(const struct hot_latency *latency, __u64 ino, __u32 fs,
		      __u32 gen, struct hot_times times[FRSP_LATENCY_NR_OPS])
{
	for (int op = 0; op < FRSP_LATENCY_NR_OPS; op++)
		times[op] = hot_latency_of(latency, ino, fs, gen, op);
}

/* --- making room ------------------------------------------------------------ */

struct idle {
	struct frsp_latency_key key;
	__u64 last_ns;
};

struct idle_list {
	struct idle entries[FRSP_LATENCY_MAX_FILES];
	size_t n;
};

static int note_idle(void *context, const struct frsp_latency_key *key,
		     const struct frsp_latency_times *now)
{
	struct idle_list *list = context;

	if (list->n < FRSP_LATENCY_MAX_FILES)
		list->entries[list->n++] = (struct idle){*key, now->last_ns};
	return 0;
}

static int longest_idle_first(const void *a, const void *b)
{
	const struct idle *x = a, *y = b;

	return (x->last_ns > y->last_ns) - (x->last_ns < y->last_ns);
}

static void forget(struct hot_latency *latency,
		   const struct frsp_latency_key *key)
{
	struct entry *entry = find(latency, key);

	if (!latency_watch_forget(latency->watch, key))
		return;
	latency->forgotten++;
	if (!entry)
		return;
	HASH_DEL(latency->entries, entry);
	free(entry);
}

/* On an error it does nothing, and tries again the next time. */
void hot_latency_tend(struct hot_latency *latency)
{
	const size_t target = FRSP_LATENCY_MAX_FILES * TARGET_PERCENT / 100;
	struct idle_list *list;

	if (!latency->watch ||
	    (latency_watch_made(latency->watch) - latency->forgotten) * 100 <
		    FRSP_LATENCY_MAX_FILES * DUE_PERCENT)
		return;
	list = calloc(1, sizeof(*list));
	if (list && !latency_watch_each(latency->watch, note_idle, list)) {
		qsort(list->entries, list->n, sizeof(*list->entries),
		      longest_idle_first);
		for (size_t i = 0; i + target < list->n; i++)
			forget(latency, &list->entries[i].key);
	}
	free(list);
}
