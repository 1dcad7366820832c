// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A million steps of the policy in random worlds, with random settings. After
 * each, what must always hold is checked by a simple model: the budget, the
 * rate, the reserve, the cooldown, and the pins.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "move/policy_state.h"
#include "random.h"
#include "suite.h"

#define S	  1000000000ULL
#define HOUR	  (3600 * S)
#define WORLDS	  50
#define STEPS	  20000 /* of each world */
#define RANGES	  96
#define MAX_MOVES 65536 /* in an hour */

struct moved {
	__u64 ns, bytes;
};

struct world {
	struct policy *policy;
	struct policy_settings settings;
	struct policy_room room;
	__u64 now_ns, last_ns;
	struct {
		__u32 bytes;
		__u64 moved_ns; /* or tried; 0: never */
		enum tier_class tier;
		enum policy_pin pin;
	} ranges[RANGES];
	__u32 n;
	/* a ring of what has moved in the last hour */
	struct moved moves[MAX_MOVES];
	unsigned int first, end;
	__u64 hour_bytes, step_bytes;
	__u64 n_moves;
	/* what was explained before the step */
	struct policy_decision explained;
};

static __u64 amount(const struct policy_amount *amount, __u64 all)
{
	return policy_amount_of(*amount, all);
}

static void check_explained(const struct world *world,
			    const struct policy_decision *decision)
{
	enum policy_rule said = world->explained.rule;

	if (world->explained.range != decision->range)
		return;
	assert_int_not_equal(said, POLICY_PINNED);
	assert_int_not_equal(said, POLICY_EXCLUDED);
	assert_int_not_equal(said, POLICY_COOLDOWN);
	if (decision->rule == POLICY_GAIN || decision->rule == POLICY_SWAP)
		assert_true(said != POLICY_COSTLY ||
			    decision->figures.other != POLICY_NO_RANGE);
}

static void check_pin(const struct world *world,
		      const struct policy_decision *decision)
{
	enum policy_pin pin = world->ranges[decision->range].pin;

	assert_int_not_equal(pin, POLICY_PIN_NONE);
	if (pin == POLICY_PIN_AUTO) {
		assert_int_not_equal(decision->rule, POLICY_BY_PIN);
	} else {
		assert_int_equal(decision->rule, POLICY_BY_PIN);
		assert_int_equal(decision->to == TIER_FAST,
				 pin == POLICY_PIN_FAST);
	}
}

static void forget_old_moves(struct world *world)
{
	while (world->first != world->end &&
	       world->moves[world->first].ns + HOUR <= world->now_ns) {
		world->hour_bytes -= world->moves[world->first].bytes;
		world->first = (world->first + 1) % MAX_MOVES;
	}
}

static bool take(void *context, const struct policy_decision *decision)
{
	struct world *world = context;
	__u64 bytes = world->ranges[decision->range].bytes;
	__u64 moved_ns = world->ranges[decision->range].moved_ns;

	assert_int_equal(decision->from, world->ranges[decision->range].tier);
	assert_int_not_equal(decision->from, decision->to);
	if (moved_ns && world->settings.cooldown_s >= 0.1)
		assert_true(world->now_ns - moved_ns >=
			    (world->settings.cooldown_s - 0.1) * S);
	world->ranges[decision->range].moved_ns = world->now_ns;
	check_pin(world, decision);
	check_explained(world, decision);
	if (decision->rule == POLICY_GAIN || decision->rule == POLICY_SWAP)
		assert_true(decision->figures.gain > 0);
	if (random_below(16) == 0)
		return false;
	if (decision->to == TIER_FAST) {
		assert_true(world->room.fast_free >=
			    bytes + amount(&world->settings.reserve,
					   world->room.fast_bytes));
		world->room.fast_free -= bytes;
		world->room.slow_free += bytes;
	} else {
		assert_true(world->room.slow_free >= bytes);
		world->room.slow_free -= bytes;
		world->room.fast_free += bytes;
	}
	world->ranges[decision->range].tier = decision->to;
	world->moves[world->end] = (struct moved){world->now_ns, bytes};
	world->end = (world->end + 1) % MAX_MOVES;
	assert_true(world->end != world->first);
	world->hour_bytes += bytes;
	world->step_bytes += bytes;
	world->n_moves++;
	return true;
}

static double one_of(const double *values, size_t n)
{
	return values[random_below(n)];
}

#define ONE_OF(...)                                                            \
	one_of((const double[]){__VA_ARGS__},                                  \
	       ARRAY_SIZE(((const double[]){__VA_ARGS__})))

static void choose_settings(struct policy_settings *settings)
{
	*settings = policy_settings_default();
	settings->half_life_s = ONE_OF(60, 600, 3600, 21600);
	settings->horizon_s = ONE_OF(3600, 86400, 864000);
	settings->cooldown_s = ONE_OF(0, 60, 900, 14400);
	settings->move_cost = ONE_OF(0, 0.1, 4);
	settings->wear_cost = ONE_OF(0, 1);
	settings->hysteresis_pct = ONE_OF(0, 25, 100);
	settings->certainty = ONE_OF(0, 1, 2.5);
	settings->budget.value = ONE_OF(0, 5, 20, 100);
	settings->hold_back_pct = ONE_OF(0, 50, 100);
	settings->reserve.value = ONE_OF(0, 2, 10, 50);
	settings->rate = ONE_OF(0, 1 << 20, 64 << 20);
}

static enum policy_pin random_pin(void)
{
	return random_below(8) ? POLICY_PIN_AUTO : random_below(4);
}

static void begin(struct world *world)
{
	__u64 fast_used = 0;

	memset(world, 0, sizeof(*world));
	choose_settings(&world->settings);
	world->policy = policy_new(&world->settings);
	assert_non_null(world->policy);
	world->now_ns = world->last_ns = random_below(1000) * HOUR + 1;
	for (; world->n < RANGES; world->n++) {
		__u32 i = world->n, range, bytes = POLICY_RANGE_BYTES;

		if (random_below(4) == 0)
			bytes = 4096 * (1 + random_below(256));
		world->ranges[i].bytes = bytes;
		world->ranges[i].tier = random_below(3) ? TIER_SLOW : TIER_FAST;
		world->ranges[i].pin = random_pin();
		assert_int_equal(policy_add(world->policy, bytes,
					    world->ranges[i].tier,
					    world->ranges[i].pin, &range),
				 0);
		assert_int_equal(range, i);
		world->room.data_bytes += bytes;
		if (world->ranges[i].tier == TIER_FAST)
			fast_used += bytes;
	}
	world->room.fast_bytes = fast_used + random_below(16) * 262144ULL;
	world->room.fast_free = world->room.fast_bytes - fast_used;
	world->room.slow_free = random_below(128) * 1048576ULL;
}

static void count(struct world *world)
{
	for (unsigned int n = random_below(6); n; n--) {
		/* some are hotter than others */
		__u32 i = random_below(1 + random_below(world->n));
		struct policy_io io = {.reads = random_below(40),
				       .writes = random_below(10)};

		io.read_bytes = io.reads * 4096ULL;
		io.write_bytes = io.writes * 4096ULL;
		policy_count(world->policy, i, &io, world->now_ns);
	}
}

/* What others do. */
static void disturb(struct world *world)
{
	__u32 i = random_below(world->n);

	if (random_below(50) == 0) {
		world->ranges[i].pin = random_pin();
		policy_set_pin(world->policy, i, world->ranges[i].pin);
	}
	if (random_below(200) == 0) /* they write */
		world->room.fast_free -=
			random_below(world->room.fast_free + 1);
	if (random_below(200) == 0) /* they delete */
		world->room.fast_free +=
			random_below(world->room.fast_bytes / 16 + 1);
	if (world->room.fast_free > world->room.fast_bytes)
		world->room.fast_free = world->room.fast_bytes;
}

/* No fast range that may leave is colder than the coldest. */
static void check_coldest(const struct world *world)
{
	__u32 coldest = policy_coldest(world->policy), n_victims = 0;
	double least = INFINITY;

	for (__u32 i = 0; i < world->n; i++) {
		const struct policy_range *range = &world->policy->ranges[i];
		struct policy_view view = policy_view(world->policy, i);
		/* one whose pin has gone waits in the queue of pins */
		bool may_leave = range->tier == TIER_FAST &&
				 range->pin == POLICY_PIN_AUTO &&
				 range->where != POLICY_MISPLACED &&
				 !policy_is_cooling(world->policy, range);

		assert_int_equal(range->tier, world->ranges[i].tier);
		assert_int_equal(range->where == POLICY_VICTIM, may_leave);
		if (may_leave && view.worth / view.mib < least)
			least = view.worth / view.mib;
		n_victims += may_leave;
	}
	assert_int_equal(coldest == POLICY_NO_RANGE, n_victims == 0);
	if (n_victims) {
		struct policy_view view = policy_view(world->policy, coldest);

		assert_true(view.worth / view.mib <= least * 1.001 + 1e-12);
	}
}

static void check_limits(const struct world *world)
{
	double seconds = (world->now_ns - world->last_ns) / (double)S;

	assert_true(world->hour_bytes <=
		    amount(&world->settings.budget, world->room.data_bytes));
	assert_true(policy_moved(world->policy) >= world->hour_bytes);
	if (world->settings.rate)
		assert_true(world->step_bytes <=
			    world->settings.rate / 2 * (seconds + 1.1) +
				    2 * POLICY_RANGE_BYTES);
}

static void step(struct world *world)
{
	__u32 i = random_below(world->n);

	world->last_ns = world->now_ns;
	world->now_ns += random_below(40) == 0
				 ? random_below(7200) * S
				 : random_below(20000) * 1000000ULL;
	count(world);
	disturb(world);
	forget_old_moves(world);
	world->explained =
		policy_explain(world->policy, i, world->now_ns, &world->room);
	world->step_bytes = 0;
	policy_step(world->policy, world->now_ns, &world->room, take, world);
	check_limits(world);
	if (random_below(16) == 0)
		check_coldest(world);
}

static void test_random(void **state)
{
	struct world *world = malloc(sizeof(*world));
	__u64 n_moves = 0;

	(void)state;
	assert_non_null(world);
	random_seed();
	for (int i = 0; i < WORLDS; i++) {
		begin(world);
		for (int j = 0; j < STEPS; j++)
			step(world);
		n_moves += world->n_moves;
		policy_free(world->policy);
	}
	print_message("%llu moves\n", n_moves);
	assert_true(n_moves > STEPS);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
