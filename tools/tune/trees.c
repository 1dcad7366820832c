// SPDX-License-Identifier: GPL-2.0-or-later
#include "tune/trees.h"

#include <math.h>

#define COSTLY_LOOKS	 2     /* in a row, before the cap grows */
#define MAX_QUIET_FACTOR 8     /* times quiet_s */
#define CAP_UNIT	 65536 /* a cap that we set is a multiple of it */
#define PRESSURE_PART	 4     /* 1/4 of what is in use is given back */
#define QUIET_PART	 8     /* the same */

static const char *const files[TREES_N_TUNABLES] = {
	[TREES_CAP] = "mb_frsp_max_mem",
	[TREES_LEVEL] = "frsp_cache_aggression",
};

const char *trees_tunable_file(enum trees_tunable tunable)
{
	return files[tunable];
}

static const char *const scenarios[TREES_N_SCENARIOS] = {
	[TREES_STAYS] = "nothing has to change",
	[TREES_RELOADS_COST] =
		"requests wait for trees that were evicted and are loaded again",
	[TREES_PRESSURE] = "tasks wait for memory",
	[TREES_QUIET] = "no request has waited for a tree for long",
	[TREES_STOOD_ASIDE] =
		"requests find nothing, and there are groups that are not known",
	[TREES_CALM] = "the cause of the other level is gone",
	[TREES_BY_HAND] = "a person has changed it",
};

const char *trees_scenario_text(enum trees_scenario scenario)
{
	return scenarios[scenario];
}

double trees_wait_ns(const struct trees_round *round)
{
	return round->requests ? (double)round->wait_ns / round->requests : 0;
}

/* --- by hand -------------------------------------------------------------- */

/* True: it is by hand, and that is not said yet. */
static bool is_news(struct trees_known *known)
{
	bool is_new = known->by_hand && !known->is_told;

	known->is_told |= known->by_hand;
	return is_new;
}

/* A cap that nobody has written is the filesystem's share of memory, which
 * changes when others are mounted.
 */
static void look_at_cap(const struct trees_seen *seen,
			struct trees_known *known)
{
	known->by_hand |= seen->cap_is_given &&
			  !(known->is_ours && seen->cap == known->value);
	known->value = seen->cap;
}

static void look_at_level(const struct trees_seen *seen,
			  struct trees_known *known)
{
	known->by_hand |= seen->level != known->value;
	known->value = seen->level;
}

static void begin(const struct trees_seen *seen, struct trees_memory *memory)
{
	const struct trees_past *past = &seen->past;

	*memory = (struct trees_memory){
		.is_begun = true,
		.last = *seen,
		.costly_s = seen->now_s,
		.aside_s = seen->now_s,
		.changed_s = seen->now_s,
		.quiet_factor = 1,
		.known = {[TREES_CAP] = {.value = seen->cap},
			  [TREES_LEVEL] = {.value = TREES_USUAL_LEVEL}},
	};
	memory->known[TREES_CAP].is_ours =
		seen->cap_is_given && past->has_cap && past->cap == seen->cap;
	if (past->has_level && past->level == seen->level)
		memory->known[TREES_LEVEL].value = past->level;
}

/* The filesystem was mounted again, or frsp.ko loaded again, between two
 * looks.
 */
static bool is_another(const struct trees_seen *seen,
		       const struct trees_memory *memory)
{
	const struct trees_seen *last = &memory->last;

	return seen->requests < last->requests ||
	       seen->evictions < last->evictions || seen->drops < last->drops ||
	       seen->reloads < last->reloads ||
	       (last->cap_is_given && !seen->cap_is_given);
}

/* --- what has happened ---------------------------------------------------- */

static struct trees_round round_of(const struct trees_seen *seen,
				   const struct trees_seen *last)
{
	return (struct trees_round){
		.seconds = seen->now_s - last->now_s,
		.evictions = seen->evictions - last->evictions,
		.drops = seen->drops - last->drops,
		.reloads = seen->reloads - last->reloads,
		.wait_ns = seen->wait_ns - last->wait_ns,
		.requests = seen->requests - last->requests,
		.stood_aside = seen->stood_aside - last->stood_aside,
	};
}

/* Whether the cap was in the way of what was lost. */
static bool is_cap_reached(const struct trees_round *round,
			   const struct trees_seen *seen)
{
	return round->drops ||
	       (round->evictions && seen->used >= seen->cap / 2);
}

static bool is_costly(const struct trees_round *round)
{
	return round->reloads >= TREES_RELOADS &&
	       trees_wait_ns(round) >= TREES_WAIT_NS;
}

static bool stands_aside(const struct trees_round *round,
			 const struct trees_seen *seen)
{
	return round->requests >= TREES_REQUESTS &&
	       round->stood_aside >= round->requests / 8 &&
	       seen->groups_known < seen->groups;
}

static bool is_short(const struct trees_seen *seen,
		     const struct trees_bounds *bounds)
{
	return seen->pressure > bounds->pressure;
}

static void note(const struct trees_seen *seen,
		 const struct trees_bounds *bounds,
		 const struct trees_round *round, struct trees_memory *memory)
{
	if (is_costly(round))
		memory->costly_s = seen->now_s;
	if (is_costly(round) && is_cap_reached(round, seen))
		memory->n_costly++;
	else
		memory->n_costly = 0;
	if (stands_aside(round, seen))
		memory->aside_s = seen->now_s;
	if (is_short(seen, bounds))
		memory->short_s = seen->now_s;
}

/* --- what is to be done --------------------------------------------------- */

static const struct trees_choice nothing = {.scenario = TREES_STAYS};

static __u64 whole_units(__u64 bytes)
{
	return bytes / CAP_UNIT * CAP_UNIT;
}

static struct trees_choice set(const struct trees_memory *memory,
			       enum trees_tunable tunable,
			       enum trees_scenario scenario, __u64 after)
{
	const struct trees_known *known = &memory->known[tunable];

	if (known->by_hand)
		return nothing;
	return (struct trees_choice){.scenario = scenario,
				     .tunable = tunable,
				     .before = known->value,
				     .after = after};
}

static struct trees_choice grow(const struct trees_seen *seen,
				const struct trees_bounds *bounds,
				const struct trees_memory *memory)
{
	__u64 after = whole_units(seen->cap + seen->cap / 2 + CAP_UNIT);

	if (after > bounds->max_cap)
		after = bounds->max_cap;
	if (memory->n_costly < COSTLY_LOOKS || after <= seen->cap)
		return nothing;
	return set(memory, TREES_CAP, TREES_RELOADS_COST, after);
}

/* Gives a part of what is in use back, down to the bound. */
static struct trees_choice shrink(const struct trees_seen *seen,
				  const struct trees_bounds *bounds,
				  const struct trees_memory *memory,
				  enum trees_scenario scenario, __u64 part)
{
	__u64 after = whole_units(seen->used - seen->used / part);

	if (after < bounds->min_cap)
		after = bounds->min_cap;
	if (after >= seen->used || after >= seen->cap)
		return nothing;
	return set(memory, TREES_CAP, scenario, after);
}

static struct trees_choice relieve(const struct trees_seen *seen,
				   const struct trees_bounds *bounds,
				   const struct trees_memory *memory)
{
	struct trees_choice choice =
		shrink(seen, bounds, memory, TREES_PRESSURE, PRESSURE_PART);

	if (choice.scenario == TREES_STAYS && seen->cap <= bounds->min_cap &&
	    seen->level)
		choice = set(memory, TREES_LEVEL, TREES_PRESSURE,
			     seen->level - 1);
	return choice;
}

static struct trees_choice raise(const struct trees_seen *seen,
				 const struct trees_bounds *bounds,
				 const struct trees_memory *memory)
{
	if (memory->aside_s < seen->now_s || seen->level >= bounds->max_level ||
	    seen->now_s < memory->changed_s + TREES_CALM_S)
		return nothing;
	return set(memory, TREES_LEVEL, TREES_STOOD_ASIDE, seen->level + 1);
}

/* Whether it has been quiet for long since then. */
static bool is_quiet(const struct trees_seen *seen,
		     const struct trees_bounds *bounds,
		     const struct trees_memory *memory, double since_s)
{
	return seen->now_s >= fmax(since_s, memory->changed_s) +
				      bounds->quiet_s * memory->quiet_factor;
}

static struct trees_choice tidy(const struct trees_seen *seen,
				const struct trees_bounds *bounds,
				const struct trees_memory *memory)
{
	struct trees_choice choice = nothing;

	if (seen->level != TREES_USUAL_LEVEL &&
	    is_quiet(seen, bounds, memory, memory->aside_s))
		choice =
			set(memory, TREES_LEVEL, TREES_CALM, TREES_USUAL_LEVEL);
	if (choice.scenario == TREES_STAYS &&
	    is_quiet(seen, bounds, memory, memory->costly_s))
		choice = shrink(seen, bounds, memory, TREES_QUIET, QUIET_PART);
	return choice;
}

static struct trees_choice choose(const struct trees_seen *seen,
				  const struct trees_bounds *bounds,
				  const struct trees_memory *memory)
{
	struct trees_choice choice;

	if (is_short(seen, bounds))
		return relieve(seen, bounds, memory);
	if (memory->short_s && seen->now_s < memory->short_s + TREES_CALM_S)
		return nothing;
	choice = grow(seen, bounds, memory);
	if (choice.scenario == TREES_STAYS)
		choice = raise(seen, bounds, memory);
	if (choice.scenario == TREES_STAYS)
		choice = tidy(seen, bounds, memory);
	return choice;
}

static struct trees_choice told(enum trees_tunable tunable,
				const struct trees_memory *memory)
{
	return (struct trees_choice){
		.scenario = TREES_BY_HAND,
		.tunable = tunable,
		.before = memory->known[tunable].value,
		.after = memory->known[tunable].value,
	};
}

struct trees_choice trees_decide(const struct trees_seen *seen,
				 const struct trees_bounds *bounds,
				 struct trees_memory *memory)
{
	struct trees_choice choice;
	struct trees_round round;

	if (!seen->is_attached) {
		*memory = (struct trees_memory){0};
		return nothing;
	}
	if (!memory->is_begun || is_another(seen, memory))
		begin(seen, memory);
	round = round_of(seen, &memory->last);
	memory->last = *seen;
	look_at_cap(seen, &memory->known[TREES_CAP]);
	look_at_level(seen, &memory->known[TREES_LEVEL]);
	note(seen, bounds, &round, memory);
	for (int i = 0; i < TREES_N_TUNABLES; i++)
		if (is_news(&memory->known[i]))
			return told(i, memory);
	choice = choose(seen, bounds, memory);
	choice.round = round;
	return choice;
}

void trees_changed(struct trees_memory *memory,
		   const struct trees_choice *choice, double now_s)
{
	struct trees_known *known = &memory->known[choice->tunable];

	known->value = choice->after;
	known->is_ours = true;
	memory->n_costly = 0;
	memory->changed_s = now_s;
	if (choice->tunable != TREES_CAP)
		return;
	/* What was given back was needed: do not try again so soon. */
	if (choice->scenario == TREES_RELOADS_COST && memory->was_quiet &&
	    memory->quiet_factor < MAX_QUIET_FACTOR)
		memory->quiet_factor *= 2;
	if (choice->scenario == TREES_PRESSURE ||
	    (choice->scenario == TREES_QUIET && memory->was_quiet))
		memory->quiet_factor = 1;
	memory->was_quiet = choice->scenario == TREES_QUIET;
}

void trees_lost(struct trees_memory *memory, enum trees_tunable tunable)
{
	memory->known[tunable].by_hand = true;
}
