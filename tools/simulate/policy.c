// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy of move/policy.h, as a player. */
#include <errno.h>
#include <stdlib.h>

#include "simulate/player.h"

struct state {
	struct policy *policy;
	struct policy_room room;
	struct sim_player *player; /* while it plays */
};

static void end(void *state_)
{
	struct state *state = state_;

	if (state)
		policy_free(state->policy);
	free(state);
}

static void *begin(const struct sim_world *world,
		   const struct policy_settings *settings)
{
	struct state *state = calloc(1, sizeof(*state));
	__u64 data = (__u64)world->n_ranges * POLICY_RANGE_BYTES;
	__u64 fast = (__u64)world->n_fast * POLICY_RANGE_BYTES;
	__u32 range;

	if (!state)
		return NULL;
	state->room = (struct policy_room){
		.fast_bytes = fast,
		.fast_free = fast,
		.slow_free = data,
		.data_bytes = data,
	};
	state->policy = policy_new(settings);
	if (!state->policy)
		goto err_memory;
	for (__u32 i = 0; i < world->n_ranges; i++)
		if (policy_add(state->policy, POLICY_RANGE_BYTES, TIER_SLOW,
			       world->pins[i], &range))
			goto err_memory;
	return state;
err_memory:
	end(state);
	return NULL;
}

static bool move(void *context, const struct policy_decision *decision)
{
	struct state *state = context;
	bool to_fast = decision->to == TIER_FAST;

	sim_moved(state->player, decision->range, to_fast);
	if (to_fast)
		state->room.fast_free -= POLICY_RANGE_BYTES;
	else
		state->room.fast_free += POLICY_RANGE_BYTES;
	return true;
}

static int play(struct sim_player *player, const struct sim_interval *interval,
		__u8 *is_fast)
{
	struct state *state = player->state;

	state->player = player;
	for (size_t i = 0; i < interval->n; i++) {
		__u32 range = interval->ranges[i];

		is_fast[i] = policy_tier(state->policy, range) == TIER_FAST;
		policy_count(state->policy, range, &interval->ios[i],
			     interval->end_ns);
	}
	policy_step(state->policy, interval->end_ns, &state->room, move, state);
	return 0;
}

const struct sim_player_kind sim_policy = {"policy", begin, play, end};
