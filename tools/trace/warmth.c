// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table with open addressing and linear probing, at most three quarters
 * full. Nothing is removed one by one. When the table is full, it is made anew
 * without what is colder than COLD, and larger if that is not enough. At its
 * largest size it takes warmer ranges, too, each time four times as warm, until
 * half of it is free. So any recording can be read with a bounded memory.
 *
 * Example: half-life 300 s, an interval of 10 s. A range had 8.0 at the end of
 * an interval 290 s before this one began; 300 s later 4.0 are left. In this
 * interval it has 3 reads of 128 KiB: each adds 2 when it comes. They came at
 * any time in the 10 s, on average half of them ago, so 6 * 0.9885 = 5.93 are
 * left. Together 9.93.
 *
 * Spread evenly over an interval of x half-lives, what is left of 1 is the
 * integral of 2^(-t) over t from 0 to x, divided by x: (1 - 2^(-x)) / (x ln 2).
 */
#include "trace/warmth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLD	   0.001f
#define HOTTEST	   1e30f /* more than any disk can do */
#define MIN_PLACES (1U << 12)
#define MAX_PLACES (1U << 24)
/* Times are kept in sixteenths of a second: 32 bits last for 8 years. */
#define TICK_NS 62500000ULL

struct place {
	__u64 key; /* 0: free */
	float temperature;
	__u32 ticks; /* when it had it */
};

struct trace_warmth {
	struct place *places;
	__u32 n_places, n_used;
	double ticks_per_half_life;
	__u64 begin_ns;
	__u32 now;	/* the end of the interval, in ticks */
	double is_left; /* at its end, of what was added in it */
};

static __u64 key_of(const struct trace_access *access)
{
	return ((__u64)access->file << 30 | access->range) + 1;
}

static __u32 first_place(__u64 key, __u32 n_places)
{
	key *= 0x9e3779b97f4a7c15ULL;
	return (key ^ key >> 32) & (n_places - 1);
}

static struct place *find(struct place *places, __u32 n_places, __u64 key)
{
	__u32 at = first_place(key, n_places);

	while (places[at].key && places[at].key != key)
		at = (at + 1) & (n_places - 1);
	return &places[at];
}

struct trace_warmth *trace_warmth_new(__u32 half_life_ms, __u64 begin_ns)
{
	struct trace_warmth *warmth = calloc(1, sizeof(*warmth));

	if (!warmth)
		return NULL;
	warmth->places = calloc(MIN_PLACES, sizeof(*warmth->places));
	if (!warmth->places) {
		free(warmth);
		return NULL;
	}
	warmth->n_places = MIN_PLACES;
	warmth->ticks_per_half_life = half_life_ms * 1e6 / TICK_NS;
	warmth->begin_ns = begin_ns;
	return warmth;
}

void trace_warmth_free(struct trace_warmth *warmth)
{
	if (!warmth)
		return;
	free(warmth->places);
	free(warmth);
}

struct trace_warmth *trace_warmth_copy(const struct trace_warmth *warmth)
{
	size_t bytes = trace_warmth_bytes(warmth);
	struct trace_warmth *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *warmth;
	copy->places = malloc(bytes);
	if (!copy->places) {
		free(copy);
		return NULL;
	}
	memcpy(copy->places, warmth->places, bytes);
	return copy;
}

size_t trace_warmth_bytes(const struct trace_warmth *warmth)
{
	return warmth->n_places * sizeof(*warmth->places);
}

void trace_warmth_clear(struct trace_warmth *warmth)
{
	memset(warmth->places, 0, warmth->n_places * sizeof(*warmth->places));
	warmth->n_used = 0;
}

static __u32 ticks_at(const struct trace_warmth *warmth, __u64 ns)
{
	return ns > warmth->begin_ns ? (ns - warmth->begin_ns) / TICK_NS : 0;
}

void trace_warmth_interval(struct trace_warmth *warmth, __u64 start_ns,
			   __u64 end_ns)
{
	double x = (end_ns - start_ns) / (double)TICK_NS /
		   warmth->ticks_per_half_life;

	warmth->now = ticks_at(warmth, end_ns);
	warmth->is_left = x > 1e-6 ? (1 - exp2(-x)) / (x * M_LN2) : 1;
}

static float temperature_now(const struct trace_warmth *warmth,
			     const struct place *place)
{
	__s32 age = warmth->now - place->ticks;

	return age > 0 ? place->temperature *
				 exp2f(-age / warmth->ticks_per_half_life)
		       : place->temperature;
}

/* How many ranges are at least this warm. */
static __u32 count_warm(const struct trace_warmth *warmth, float least)
{
	__u32 n = 0;

	for (__u32 i = 0; i < warmth->n_places; i++)
		n += warmth->places[i].key &&
		     temperature_now(warmth, &warmth->places[i]) >= least;
	return n;
}

/* Makes the table anew, with those that are warm. Returns 0 or -ENOMEM. */
static int make_room(struct trace_warmth *warmth)
{
	__u32 n_places = warmth->n_places, n;
	struct place *places;
	float least = COLD;

	n = count_warm(warmth, least);
	while (n > n_places / 2 && n_places < MAX_PLACES)
		n_places *= 2;
	while (n > n_places / 2) {
		least *= 4;
		n = count_warm(warmth, least);
	}
	places = calloc(n_places, sizeof(*places));
	if (!places)
		return -ENOMEM;
	for (__u32 i = 0; i < warmth->n_places; i++) {
		const struct place *place = &warmth->places[i];

		if (place->key && temperature_now(warmth, place) >= least)
			*find(places, n_places, place->key) = *place;
	}
	free(warmth->places);
	warmth->places = places;
	warmth->n_places = n_places;
	warmth->n_used = n;
	return 0;
}

static int place_of(struct trace_warmth *warmth,
		    const struct trace_access *access, struct place **out)
{
	__u64 key = key_of(access);
	int err;

	*out = find(warmth->places, warmth->n_places, key);
	if ((*out)->key)
		return 0;
	if (warmth->n_used >= warmth->n_places / 4 * 3) {
		err = make_room(warmth);
		if (err)
			return err;
		*out = find(warmth->places, warmth->n_places, key);
	}
	warmth->n_used++;
	**out = (struct place){.key = key, .ticks = warmth->now};
	return 0;
}

int trace_warmth_add(struct trace_warmth *warmth, struct trace_access *access)
{
	/* operations, and bytes as operations of 128 KiB (bpf/heat.h) */
	double weight =
		(double)access->reads + access->writes +
		((double)access->read_bytes + access->write_bytes) / (1 << 17);
	struct place *place;
	int err = place_of(warmth, access, &place);

	if (err)
		return err;
	place->temperature =
		fminf(temperature_now(warmth, place) + weight * warmth->is_left,
		      HOTTEST);
	place->ticks = warmth->now;
	access->temperature = place->temperature;
	return 0;
}

int trace_warmth_set(struct trace_warmth *warmth,
		     const struct trace_access *access)
{
	struct place *place;
	int err = place_of(warmth, access, &place);

	if (err)
		return err;
	place->temperature = access->temperature;
	place->ticks = warmth->now;
	return 0;
}
