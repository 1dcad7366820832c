// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy of the patches of 2013 for btrfs (hot_reloc), with the
 * temperatures of the VFS hot-tracking patches:
 *
 *   - each 300 s the temperatures of all ranges are computed: 0 to 255
 *   - each 120 s at most 250 slow ranges move to fast whose temperature is at
 *     least a threshold, the hottest first
 *   - if the fast tier is 75 % full, as many move to slow before, the coldest
 *     first
 *   - the threshold begins at 150. After each 15th pass, and after each one at
 *     75 %, it rises by 10 above 75 %, and falls by 1 below 50 %
 *
 * As in the patches, the count of accesses wraps at 4096. Not so: a bug by
 * which some ranges were never looked at again. As an interval only tells how
 * many accesses there were, the average of their distances, which is at most
 * 1/8 of a degree, takes them for one.
 */
#include <stdlib.h>
#include <linux/types.h>

#include "bpf/heat.h"
#include "simulate/player.h"

#define S 1000000000ULL

#define UPDATE_S	300
#define PASS_S		120
#define PASS_RANGES	250
#define PASSES_A_CHANGE 15
#define FIRST_THRESHOLD 150
#define RISE		10

/* Times were since the epoch, and 0 meant never: 2013-05-06 */
#define EPOCH_NS (1367798400 * S)

struct range {
	struct frsp_heat_compat heat;
	__u32 reads, writes;
};

struct state {
	const struct sim_world *world;
	struct range *ranges;
	__u8 *temperatures, *is_fast; /* by range */
	__u32 n_fast;
	int threshold;
	unsigned int passes;
	__u64 begin_ns, update_ns, pass_ns; /* of the last one */
};

static void end(void *state_)
{
	struct state *state = state_;

	if (!state)
		return;
	free(state->ranges);
	free(state->temperatures);
	free(state->is_fast);
	free(state);
}

static void *begin(const struct sim_world *world,
		   const struct policy_settings *settings)
{
	struct state *state = calloc(1, sizeof(*state));
	size_t n = world->n_ranges + 1UL;

	(void)settings;
	if (!state)
		return NULL;
	state->world = world;
	state->threshold = FIRST_THRESHOLD;
	state->ranges = calloc(n, sizeof(*state->ranges));
	state->temperatures = calloc(n, 1);
	state->is_fast = calloc(n, 1);
	if (!state->ranges || !state->temperatures || !state->is_fast) {
		end(state);
		return NULL;
	}
	for (__u32 i = 0; i < world->n_ranges; i++)
		state->ranges[i].heat.avg_read =
			state->ranges[i].heat.avg_write = ~0ULL;
	return state;
}

/* heat_compat_terms() saturates; the patches wrapped. */
static __u64 terms(__u32 n, __u64 last_ns, __u64 average, __u64 now_ns)
{
	__u64 saturated = n > 4095 ? 0xffffffff : (__u64)n << 20;

	return heat_compat_terms(n, last_ns, average, now_ns) -
	       (saturated >> 3) + ((__u32)(n << 20) >> 3);
}

static __u8 temperature(const struct range *range, __u64 now_ns)
{
	const struct frsp_heat_compat *heat = &range->heat;
	__u64 sum = terms(range->reads, heat->last_read_ns, heat->avg_read,
			  now_ns) +
		    terms(range->writes, heat->last_write_ns, heat->avg_write,
			  now_ns);

	return sum >> 32 ? 255 : sum >> 24;
}

static void count(struct range *range, const struct policy_io *io, __u64 now_ns)
{
	if (io->reads)
		heat_compat_touch(&range->heat.last_read_ns,
				  &range->heat.avg_read, now_ns);
	if (io->writes)
		heat_compat_touch(&range->heat.last_write_ns,
				  &range->heat.avg_write, now_ns);
	range->reads += io->reads;
	range->writes += io->writes;
}

/* Moves at most n ranges of one tier: the hottest of at least the threshold to
 * fast, or the coldest to slow.
 */
static void move(struct sim_player *player, __u32 n, bool to_fast)
{
	struct state *state = player->state;
	__u32 counts[256] = {0}, left = n;
	int edge = to_fast ? 255 : 0, step = to_fast ? -1 : 1;

	for (__u32 i = 0; i < state->world->n_ranges; i++)
		if (state->is_fast[i] != to_fast &&
		    state->world->pins[i] != POLICY_PIN_NONE)
			counts[state->temperatures[i]]++;
	/* beyond the edge all move, at the edge what is left of n */
	for (; edge >= 0 && edge < 256 && counts[edge] < left; edge += step)
		left -= counts[edge];
	for (__u32 i = 0; i < state->world->n_ranges && n; i++) {
		int t = state->temperatures[i];
		bool is_beyond = to_fast ? t > edge : t < edge;

		if (state->is_fast[i] == to_fast ||
		    state->world->pins[i] == POLICY_PIN_NONE ||
		    (to_fast && t < state->threshold) ||
		    (!is_beyond && (t != edge || !left)))
			continue;
		left -= !is_beyond;
		n--;
		state->is_fast[i] = to_fast;
		state->n_fast += to_fast ? 1 : -1;
		sim_moved(player, i, to_fast);
	}
}

static __u32 n_hot(const struct state *state)
{
	__u32 n = 0;

	for (__u32 i = 0; i < state->world->n_ranges && n < PASS_RANGES; i++)
		n += !state->is_fast[i] &&
		     state->temperatures[i] >= state->threshold &&
		     state->world->pins[i] != POLICY_PIN_NONE;
	return n;
}

static unsigned int full_pct(const struct state *state)
{
	return state->world->n_fast
		       ? 100ULL * state->n_fast / state->world->n_fast
		       : 100;
}

static void change_threshold(struct state *state)
{
	unsigned int full = full_pct(state);

	state->passes++;
	if (full < 75 && state->passes % PASSES_A_CHANGE)
		return;
	if (full >= 75 && state->threshold + RISE <= 255)
		state->threshold += RISE;
	else if (full < 50 && state->threshold)
		state->threshold--;
}

static void pass(struct sim_player *player)
{
	struct state *state = player->state;
	__u32 n = n_hot(state), room;

	if (full_pct(state) >= 75)
		move(player, n, false);
	room = state->world->n_fast - state->n_fast;
	move(player, n < room ? n : room, true);
	change_threshold(state);
}

static void update(struct state *state, __u64 now_ns)
{
	for (__u32 i = 0; i < state->world->n_ranges; i++)
		state->temperatures[i] = temperature(&state->ranges[i], now_ns);
}

static int play(struct sim_player *player, const struct sim_interval *interval,
		__u8 *is_fast)
{
	struct state *state = player->state;
	__u64 now_ns;

	if (!state->begin_ns)
		state->begin_ns = state->update_ns = state->pass_ns =
			interval->start_ns;
	now_ns = EPOCH_NS + interval->end_ns - state->begin_ns;
	for (size_t i = 0; i < interval->n; i++) {
		is_fast[i] = state->is_fast[interval->ranges[i]];
		count(&state->ranges[interval->ranges[i]], &interval->ios[i],
		      now_ns);
	}
	if (interval->end_ns - state->update_ns >= UPDATE_S * S) {
		state->update_ns = interval->end_ns;
		update(state, now_ns);
	}
	if (interval->end_ns - state->pass_ns >= PASS_S * S) {
		state->pass_ns = interval->end_ns;
		pass(player);
	}
	return 0;
}

const struct sim_player_kind sim_2013 = {"2013", begin, play, end};
