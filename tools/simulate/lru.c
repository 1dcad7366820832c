// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was used in an interval is in the fast tier from its end on. For that,
 * what was not used for longest leaves.
 *
 * The order is a queue of uses, which is only appended to: a range is in it once
 * for each interval that used it. An entry that is not the last of its range is
 * old, and passed over. When the queue is full, the old ones are removed.
 */
#include <errno.h>
#include <stdlib.h>

#include "simulate/player.h"

struct use {
	__u32 range, interval;
};

struct state {
	const struct sim_world *world;
	__u32 *last; /* by range: the interval of its last use; 0: not fast */
	__u32 interval; /* the present one, from 1 */
	__u32 n_fast;
	struct use *uses;
	size_t first, n, size;
};

static void end(void *state_)
{
	struct state *state = state_;

	if (!state)
		return;
	free(state->last);
	free(state->uses);
	free(state);
}

static void *begin(const struct sim_world *world,
		   const struct policy_settings *settings)
{
	struct state *state = calloc(1, sizeof(*state));

	(void)settings;
	if (!state)
		return NULL;
	state->world = world;
	state->size = 4UL * world->n_ranges + 1024;
	state->last = calloc(world->n_ranges + 1UL, sizeof(*state->last));
	state->uses = calloc(state->size, sizeof(*state->uses));
	if (state->last && state->uses)
		return state;
	end(state);
	return NULL;
}

static bool is_old(const struct state *state, const struct use *use)
{
	return state->last[use->range] != use->interval;
}

/* At least three quarters of a full queue are old. */
static void remove_old(struct state *state)
{
	size_t n = 0;

	for (size_t i = state->first; i < state->n; i++)
		if (!is_old(state, &state->uses[i]))
			state->uses[n++] = state->uses[i];
	state->first = 0;
	state->n = n;
}

static void evict(struct sim_player *player)
{
	struct state *state = player->state;
	const struct use *use = &state->uses[state->first++];

	while (is_old(state, use))
		use = &state->uses[state->first++];
	state->last[use->range] = 0;
	state->n_fast--;
	sim_moved(player, use->range, false);
}

static void use_range(struct sim_player *player, __u32 range)
{
	struct state *state = player->state;

	if (!state->world->n_fast ||
	    state->world->pins[range] == POLICY_PIN_NONE)
		return;
	if (state->n == state->size)
		remove_old(state);
	if (!state->last[range]) {
		if (state->n_fast == state->world->n_fast)
			evict(player);
		state->n_fast++;
		sim_moved(player, range, true);
	}
	state->last[range] = state->interval;
	state->uses[state->n++] = (struct use){range, state->interval};
}

static int play(struct sim_player *player, const struct sim_interval *interval,
		__u8 *is_fast)
{
	struct state *state = player->state;

	state->interval++;
	for (size_t i = 0; i < interval->n; i++)
		is_fast[i] = state->last[interval->ranges[i]] != 0;
	for (size_t i = 0; i < interval->n; i++)
		use_range(player, interval->ranges[i]);
	return 0;
}

const struct sim_player_kind sim_lru = {"lru", begin, play, end};
