// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what the policy decides: small worlds of ranges of 1 MiB. */
#include <math.h>
#include <string.h>

#include "move/policy.h"
#include "suite.h"

#define MIB   1048576ULL
#define S     1000000000ULL
#define HOUR  (3600 * S)
#define N_MAX 64

struct world {
	struct policy *policy;
	struct policy_room room;
	__u64 now_ns;
	bool refuses;
	/* of the last step */
	struct policy_decision decisions[N_MAX];
	size_t n;
};

static bool take(void *context, const struct policy_decision *decision)
{
	struct world *world = context;

	assert_true(world->n < N_MAX);
	world->decisions[world->n++] = *decision;
	if (world->refuses)
		return false;
	world->room.fast_free += decision->to == TIER_FAST ? -MIB : MIB;
	world->room.slow_free += decision->to == TIER_FAST ? MIB : -MIB;
	return true;
}

/* A fast tier of n_fast MiB, of which n_used are in use; as many slow ranges.
 * No limit of the rate, no reserve, and a budget of 1000 MiB, unless the test
 * says otherwise.
 */
static void begin(struct world *world, const struct policy_settings *settings,
		  __u32 n_fast, __u32 n_used, __u32 n_slow)
{
	__u32 range;

	*world = (struct world){
		.now_ns = HOUR,
		.room = {.fast_bytes = n_fast * MIB,
			 .fast_free = (n_fast - n_used) * MIB,
			 .slow_free = 1000 * MIB,
			 .data_bytes = 1000 * MIB},
		.policy = policy_new(settings),
	};
	assert_non_null(world->policy);
	for (__u32 i = 0; i < n_used + n_slow; i++) {
		assert_int_equal(policy_add(world->policy, MIB,
					    i < n_used ? TIER_FAST : TIER_SLOW,
					    POLICY_PIN_AUTO, &range),
				 0);
		assert_int_equal(range, i);
	}
}

static struct policy_settings simple(void)
{
	struct policy_settings settings = policy_settings_default();

	settings.reserve = (struct policy_amount){0};
	settings.budget = (struct policy_amount){100, true};
	settings.rate = 0;
	settings.certainty = 2.5;
	return settings;
}

static void read_range(struct world *world, __u32 range, __u32 n)
{
	const struct policy_io io = {.reads = n, .read_bytes = 4096ULL * n};

	policy_count(world->policy, range, &io, world->now_ns);
}

static void step(struct world *world, __u64 ns)
{
	world->now_ns += ns;
	world->n = 0;
	policy_step(world->policy, world->now_ns, &world->room, take, world);
}

static struct policy_decision explain(struct world *world, __u32 range)
{
	return policy_explain(world->policy, range, world->now_ns,
			      &world->room);
}

static void end(struct world *world)
{
	policy_free(world->policy);
}

/* What is hot goes into free room, the hottest first; the rest stays. */
static void test_into_room(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 10, 0, 5);
	read_range(&world, 1, 100);
	read_range(&world, 3, 200);
	read_range(&world, 4, 1);
	assert_int_equal(explain(&world, 3).rule, POLICY_GAIN);
	assert_int_equal(explain(&world, 3).to, TIER_FAST);
	assert_int_equal(explain(&world, 4).rule, POLICY_COSTLY);
	assert_int_equal(explain(&world, 4).to, TIER_SLOW);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 3);
	assert_int_equal(world.decisions[0].rule, POLICY_GAIN);
	assert_int_equal(world.decisions[0].from, TIER_SLOW);
	assert_int_equal(world.decisions[0].to, TIER_FAST);
	assert_int_equal(world.decisions[0].figures.other, ~0U);
	assert_true(world.decisions[0].figures.cost == 5);
	/* 200 * ln 2 / 6 h * 24 h, 10 s later */
	assert_true(fabs(world.decisions[0].figures.gain - 554.3) < 1);
	assert_true(fabs(world.decisions[0].figures.reads_per_hour - 23.1) <
		    0.1);
	assert_int_equal(world.decisions[1].range, 1);
	assert_int_equal(policy_tier(world.policy, 1), TIER_FAST);
	assert_int_equal(policy_tier(world.policy, 4), TIER_SLOW);
	assert_int_equal(policy_moved(world.policy), 2 * MIB);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	end(&world);
}

/* The coldest leaves, and only for what is surely hotter. */
static void test_swap(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 3, 3, 2);
	read_range(&world, 0, 300);
	read_range(&world, 1, 100);
	read_range(&world, 2, 200);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	read_range(&world, 3, 120);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	assert_int_equal(explain(&world, 3).rule, POLICY_NOT_HOTTER);
	assert_int_equal(explain(&world, 3).figures.other, 1);
	read_range(&world, 3, 6);
	assert_int_equal(explain(&world, 3).rule, POLICY_CHANCE);
	assert_int_equal(explain(&world, 1).rule, POLICY_IN_PLACE);
	read_range(&world, 3, 42);
	assert_int_equal(explain(&world, 3).rule, POLICY_SWAP);
	assert_int_equal(explain(&world, 1).rule, POLICY_MAKE_ROOM);
	assert_int_equal(explain(&world, 1).to, TIER_SLOW);
	assert_int_equal(explain(&world, 1).figures.other, 3);
	assert_int_equal(explain(&world, 2).rule, POLICY_IN_PLACE);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 1);
	assert_int_equal(world.decisions[0].rule, POLICY_MAKE_ROOM);
	assert_int_equal(world.decisions[0].figures.other, 3);
	assert_int_equal(world.decisions[1].range, 3);
	assert_int_equal(world.decisions[1].rule, POLICY_SWAP);
	assert_int_equal(world.decisions[1].figures.other, 1);
	assert_true(world.decisions[1].figures.cost == 9);
	end(&world);
}

/* A key in the heap may be old: what was cold when it came may be hot. */
static void test_coldest(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 4, 4, 1);
	step(&world, 10 * S);
	for (__u32 i = 0; i < 4; i++)
		read_range(&world, i, i == 2 ? 50 : 100 + i);
	read_range(&world, 4, 1000);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 2);
	end(&world);
}

/* Heat from long ago is worth less than heat of now. */
static void test_decay(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 2, 2, 1);
	read_range(&world, 0, 1000);
	step(&world, 24 * HOUR); /* 4 half-lives: 62.5 */
	read_range(&world, 1, 200);
	read_range(&world, 2, 150);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 0);
	assert_true(fabs(world.decisions[0].figures.gain - 173.2) < 1);
	end(&world);
}

/* What has moved stays, however hot the others are. */
static void test_cooldown(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 1, 0, 2);
	read_range(&world, 0, 100);
	step(&world, 10 * S);
	assert_int_equal(world.n, 1);
	read_range(&world, 1, 10000);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	assert_int_equal(explain(&world, 0).rule, POLICY_COOLDOWN);
	assert_true(explain(&world, 0).figures.wait_s == 4 * 3600 - 10);
	assert_int_equal(explain(&world, 1).rule, POLICY_NO_ROOM);
	step(&world, 4 * HOUR - 21 * S);
	assert_int_equal(world.n, 0);
	read_range(&world, 1, 1);
	step(&world, 11 * S);
	assert_int_equal(world.n, 0); /* one step to see that room can be had */
	read_range(&world, 1, 1);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 0);
	read_range(&world, 0, 1000000);
	step(&world, 10 * S);
	assert_int_equal(explain(&world, 0).rule, POLICY_COOLDOWN);
	assert_int_equal(world.n, 0);
	end(&world);
}

/* What others have moved before the policy began stays, and counts. */
static void test_moved_before(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.budget = (struct policy_amount){3 * MIB, false};
	begin(&world, &settings, 3, 1, 3);
	for (__u32 i = 1; i < 4; i++)
		read_range(&world, i, 1000 - i);
	/* range 1 moved to slow, and range 0 to fast; the first one's budget
	 * is free again in 10 minutes
	 */
	policy_note_used(world.policy, MIB, world.now_ns, 51 * 60);
	policy_note_moved(world.policy, 1, world.now_ns, 51 * 60);
	policy_note_used(world.policy, MIB, world.now_ns, 60);
	policy_note_moved(world.policy, 0, world.now_ns, 60);
	policy_note_used(world.policy, 100 * MIB, world.now_ns, 3700);
	assert_int_equal(policy_moved(world.policy), 2 * MIB);
	assert_int_equal(explain(&world, 1).rule, POLICY_COOLDOWN);
	assert_true(explain(&world, 1).figures.wait_s == (240 - 51) * 60);
	assert_int_equal(explain(&world, 0).rule, POLICY_COOLDOWN);
	step(&world, 0);
	assert_int_equal(world.n, 1);
	assert_int_equal(world.decisions[0].range, 2);
	assert_int_equal(explain(&world, 3).rule, POLICY_BUDGET);
	step(&world, 11 * 60 * S);
	assert_int_equal(policy_tier(world.policy, 3), TIER_FAST);
	/* the cooldown of range 1 ends first, but nothing may leave for it */
	step(&world, 3 * HOUR - 11 * 60 * S);
	read_range(&world, 1, 100000);
	step(&world, 8 * 60 * S);
	assert_int_equal(world.n, 0);
	step(&world, 2 * 60 * S);
	step(&world, 60 * S);
	assert_int_equal(explain(&world, 0).rule, POLICY_COOLDOWN);
	assert_int_equal(policy_tier(world.policy, 1), TIER_SLOW);
	step(&world, 60 * 60 * S);
	for (int i = 0; i < 3; i++) {
		read_range(&world, 1, 1000);
		step(&world, 10 * S);
	}
	assert_int_equal(policy_tier(world.policy, 1), TIER_FAST);
	end(&world);
}

/* Somebody else moved them: a hot one is there already, and is not moved again;
 * the cold one makes room. */
static void test_moved_by_others(void **state)
{
	const struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 1, 1, 2);
	policy_set_tier(world.policy, 0, TIER_SLOW);
	policy_set_tier(world.policy, 1, TIER_FAST);
	assert_int_equal(policy_tier(world.policy, 0), TIER_SLOW);
	read_range(&world, 1, 1000);
	step(&world, S);
	assert_int_equal(world.n, 0);
	read_range(&world, 2, 100000);
	step(&world, S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 1);
	assert_int_equal(world.decisions[0].to, TIER_SLOW);
	assert_int_equal(world.decisions[1].range, 2);
	end(&world);
}

/* What was moved longer ago than the cooldown is as if it never was. */
static void test_moved_long_before(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 1, 0, 1);
	policy_note_moved(world.policy, 0, world.now_ns, 4 * 3600);
	read_range(&world, 0, 1000);
	step(&world, 10 * S);
	assert_int_equal(policy_tier(world.policy, 0), TIER_FAST);
	end(&world);
	settings.cooldown_s = 30 * 86400.0;
	begin(&world, &settings, 1, 0, 1);
	policy_note_moved(world.policy, 0, world.now_ns, 30 * 86400.0 - 60);
	read_range(&world, 0, 1000);
	step(&world, 50 * S);
	assert_int_equal(policy_tier(world.policy, 0), TIER_SLOW);
	step(&world, 20 * S);
	read_range(&world, 0, 1);
	step(&world, 10 * S);
	assert_int_equal(policy_tier(world.policy, 0), TIER_FAST);
	end(&world);
}

/* 3 MiB per hour: the third of four has to wait, and so has a swap of two. */
static void test_budget(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.budget = (struct policy_amount){3 * MIB, false};
	begin(&world, &settings, 4, 0, 6);
	for (__u32 i = 0; i < 4; i++)
		read_range(&world, i, 1000 - i);
	step(&world, 10 * S);
	assert_int_equal(world.n, 3);
	assert_int_equal(explain(&world, 3).rule, POLICY_BUDGET);
	for (int minute = 0; minute < 59; minute++) {
		step(&world, 60 * S);
		assert_int_equal(world.n, 0);
	}
	assert_int_equal(policy_moved(world.policy), 3 * MIB);
	step(&world, 60 * S);
	step(&world, 60 * S);
	assert_int_equal(policy_moved(world.policy), MIB);
	assert_int_equal(policy_tier(world.policy, 3), TIER_FAST);
	end(&world);
}

/* A swap needs the budget for both moves: nothing leaves for nothing. */
static void test_budget_of_a_swap(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.budget = (struct policy_amount){MIB, false};
	begin(&world, &settings, 1, 1, 1);
	step(&world, 10 * S);
	read_range(&world, 1, 1000);
	assert_int_equal(explain(&world, 1).rule, POLICY_BUDGET);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	end(&world);
}

/* Half of 4 MiB is for what is hot now. What was hot two hours ago is hotter in
 * sum, but has to wait, and does not keep the other waiting.
 */
static void test_hold_back(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.budget = (struct policy_amount){4 * MIB, false};
	begin(&world, &settings, 10, 0, 6);
	step(&world, 10 * S);
	for (__u32 i = 0; i < 4; i++)
		read_range(&world, i, 1000 - i);
	world.now_ns += 2 * HOUR;
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 0);
	assert_int_equal(world.decisions[1].range, 1);
	assert_int_equal(explain(&world, 2).rule, POLICY_BUDGET);
	read_range(&world, 5, 4); /* not worth it */
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	read_range(&world, 5, 100);
	assert_int_equal(explain(&world, 5).rule, POLICY_GAIN);
	step(&world, 10 * S);
	assert_int_equal(world.n, 1);
	assert_int_equal(world.decisions[0].range, 5);
	end(&world);
}

static void test_no_budget(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.budget = (struct policy_amount){0};
	begin(&world, &settings, 4, 0, 1);
	read_range(&world, 0, 1000);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	end(&world);
}

/* 1 MiB/s is read and written: 5 ranges in 10 s. */
static void test_rate(void **state)
{
	struct policy_settings settings = simple();
	struct world world;
	size_t n = 0;

	(void)state;
	settings.rate = MIB;
	begin(&world, &settings, 40, 0, 40);
	step(&world, 10 * S);
	for (__u32 i = 0; i < 40; i++)
		read_range(&world, i, 1000);
	step(&world, 10 * S);
	assert_in_range(world.n, 5, 7); /* it may save up two */
	step(&world, 10 * S);
	assert_int_equal(world.n, 5);
	for (int i = 0; i < 10; i++) {
		step(&world, S);
		n += world.n;
	}
	assert_int_equal(n, 5);
	end(&world);
}

/* Of 10, 2 stay free; if others fill the tier, the coldest leave. */
static void test_reserve(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.reserve = (struct policy_amount){20, true};
	begin(&world, &settings, 10, 7, 3);
	for (__u32 i = 0; i < 7; i++)
		read_range(&world, i, 100 + i);
	read_range(&world, 7, 50);
	read_range(&world, 8, 60);
	step(&world, 10 * S);
	assert_int_equal(world.n, 1);
	assert_int_equal(world.decisions[0].range, 8);
	assert_int_equal(explain(&world, 7).rule, POLICY_NOT_HOTTER);
	world.room.fast_free = 0; /* somebody wrote 2 MiB */
	assert_int_equal(explain(&world, 0).rule, POLICY_RESERVE);
	step(&world, 10 * S);
	assert_int_equal(world.n, 2);
	assert_int_equal(world.decisions[0].range, 0);
	assert_int_equal(world.decisions[0].rule, POLICY_RESERVE);
	assert_int_equal(world.decisions[1].range, 1);
	world.room.fast_free = 0;
	world.room.slow_free = 0;
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	assert_int_equal(explain(&world, 2).rule, POLICY_SLOW_FULL);
	end(&world);
}

static void test_pins(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 3, 3, 3);
	read_range(&world, 0, 500);
	read_range(&world, 1, 100);
	read_range(&world, 2, 400);
	read_range(&world, 4, 100000);
	policy_set_pin(world.policy, 3, POLICY_PIN_FAST); /* cold */
	policy_set_pin(world.policy, 4, POLICY_PIN_NONE); /* hot */
	policy_set_pin(world.policy, 0, POLICY_PIN_SLOW); /* hot */
	assert_int_equal(explain(&world, 4).rule, POLICY_EXCLUDED);
	assert_int_equal(explain(&world, 3).rule, POLICY_BY_PIN);
	assert_int_equal(explain(&world, 0).rule, POLICY_BY_PIN);
	step(&world, 10 * S);
	/* 3 comes first, and 1 makes room for it */
	assert_int_equal(world.n, 3);
	assert_int_equal(world.decisions[0].range, 1);
	assert_int_equal(world.decisions[0].rule, POLICY_MAKE_ROOM);
	assert_int_equal(world.decisions[1].range, 3);
	assert_int_equal(world.decisions[1].rule, POLICY_BY_PIN);
	assert_int_equal(world.decisions[1].to, TIER_FAST);
	assert_int_equal(world.decisions[2].range, 0);
	assert_int_equal(world.decisions[2].rule, POLICY_BY_PIN);
	assert_int_equal(world.decisions[2].to, TIER_SLOW);
	assert_int_equal(explain(&world, 3).rule, POLICY_PINNED);
	/* five hours later, too, nothing takes the place of 3 */
	for (int i = 0; i < 5; i++) {
		read_range(&world, 1, 1000);
		read_range(&world, 5, 1000);
		step(&world, HOUR);
	}
	assert_int_equal(policy_tier(world.policy, 3), TIER_FAST);
	assert_int_equal(policy_tier(world.policy, 0), TIER_SLOW);
	assert_int_equal(policy_tier(world.policy, 4), TIER_SLOW);
	/* not pinned any more, and cold */
	policy_set_pin(world.policy, 3, POLICY_PIN_AUTO);
	policy_set_pin(world.policy, 4, POLICY_PIN_AUTO);
	read_range(&world, 4, 100000);
	step(&world, 10 * S);
	assert_int_equal(policy_tier(world.policy, 3), TIER_SLOW);
	assert_int_equal(policy_tier(world.policy, 4), TIER_FAST);
	end(&world);
}

/* A pin has to wait for the cooldown. */
static void test_pin_in_cooldown(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 3, 0, 1);
	read_range(&world, 0, 1000);
	step(&world, 10 * S);
	assert_int_equal(policy_tier(world.policy, 0), TIER_FAST);
	policy_set_pin(world.policy, 0, POLICY_PIN_SLOW);
	step(&world, 10 * S);
	assert_int_equal(policy_tier(world.policy, 0), TIER_FAST);
	step(&world, 4 * HOUR);
	assert_int_equal(policy_tier(world.policy, 0), TIER_SLOW);
	end(&world);
}

/* A move that fails is not tried again at once. */
static void test_refused(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 3, 0, 2);
	read_range(&world, 0, 1000);
	world.refuses = true;
	step(&world, 10 * S);
	assert_int_equal(world.n, 1);
	assert_int_equal(policy_tier(world.policy, 0), TIER_SLOW);
	assert_int_equal(policy_moved(world.policy), 0);
	world.refuses = false;
	read_range(&world, 0, 1000);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	assert_int_equal(explain(&world, 0).rule, POLICY_COOLDOWN);
	step(&world, 4 * HOUR);
	step(&world, HOUR); /* the sweep finds it without I/O */
	assert_int_equal(policy_tier(world.policy, 0), TIER_FAST);
	end(&world);
}

/* With no cooldown, a mover that always fails is not asked for ever. */
static void test_refused_for_ever(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	settings.cooldown_s = 0;
	begin(&world, &settings, 3, 0, 1);
	read_range(&world, 0, 1000);
	world.refuses = true;
	step(&world, 10 * S);
	assert_int_equal(world.n, 64);
	end(&world);
}

/* A range that was passed over, as there was no room, comes when there is. */
static void test_sweep(void **state)
{
	struct policy_settings settings = simple();
	struct world world;

	(void)state;
	begin(&world, &settings, 2, 2, 2);
	read_range(&world, 0, 1000);
	read_range(&world, 1, 1000);
	step(&world, 10 * S);
	read_range(&world, 2, 500);
	step(&world, 10 * S);
	assert_int_equal(world.n, 0);
	world.room.fast_free = MIB; /* a file was deleted */
	step(&world, 10 * S);
	for (int i = 0; i < 7; i++)
		step(&world, 600 * S);
	assert_int_equal(policy_tier(world.policy, 2), TIER_FAST);
	end(&world);
}

/* A short range: only its own bytes need room and budget. */
static void test_short_range(void **state)
{
	struct policy_settings settings = simple();
	struct world world;
	__u32 range;

	(void)state;
	settings.budget = (struct policy_amount){8192, false};
	begin(&world, &settings, 3, 0, 1);
	assert_int_equal(policy_add(world.policy, 8192, TIER_SLOW,
				    POLICY_PIN_AUTO, &range),
			 0);
	read_range(&world, 0, 1000);
	read_range(&world, range, 100);
	step(&world, 10 * S);
	assert_int_equal(world.n, 1); /* hotter per MiB, and fits the budget */
	assert_int_equal(world.decisions[0].range, range);
	assert_int_equal(policy_moved(world.policy), 8192);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_into_room),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_coldest),
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_cooldown),
		cmocka_unit_test(test_moved_before),
		cmocka_unit_test(test_moved_by_others),
		cmocka_unit_test(test_moved_long_before),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_budget_of_a_swap),
		cmocka_unit_test(test_hold_back),
		cmocka_unit_test(test_no_budget),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_pin_in_cooldown),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_for_ever),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_short_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
