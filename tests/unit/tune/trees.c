// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of how much memory the trees of a filesystem may take. */
#include "tune/trees.h"

#include "suite.h"

#define MIB 1048576ULL

static const struct trees_bounds bounds = {
	.min_cap = 1 * MIB,
	.max_cap = 256 * MIB,
	.max_level = 2,
	.pressure = 0.1,
	.quiet_s = 600,
};

static struct trees_memory memory;
static struct trees_seen seen;

static int begin(void **state)
{
	(void)state;
	memory = (struct trees_memory){0};
	seen = (struct trees_seen){
		.is_attached = true,
		.cap = 64 * MIB,
		.used = 60 * MIB,
		.level = TREES_USUAL_LEVEL,
		.groups = 100,
		.groups_known = 100,
		.now_s = 1000,
	};
	return 0;
}

/* A look after a round, and the change, if there is one, made as frspd does. */
static struct trees_choice look(void)
{
	struct trees_choice choice;

	seen.now_s += TREES_ROUND_S;
	choice = trees_decide(&seen, &bounds, &memory);
	if (choice.scenario == TREES_STAYS || choice.scenario == TREES_BY_HAND)
		return choice;
	trees_changed(&memory, &choice, seen.now_s);
	if (choice.tunable == TREES_LEVEL) {
		seen.level = choice.after;
	} else {
		seen.cap = choice.after;
		seen.cap_is_given = true;
		if (seen.used > seen.cap)
			seen.used = seen.cap;
	}
	return choice;
}

/* A round in which requests wait for trees that were evicted. */
static struct trees_choice costly(void)
{
	seen.requests += 100;
	seen.evictions += 10;
	seen.reloads += 50;
	seen.wait_ns += 100 * TREES_WAIT_NS;
	return look();
}

/* The same, where they wait too little. */
static struct trees_choice cheap(void)
{
	seen.requests += 100;
	seen.evictions += 10;
	seen.reloads += 50;
	seen.wait_ns += 99 * TREES_WAIT_NS;
	return look();
}

static struct trees_choice under_pressure(void)
{
	struct trees_choice choice;

	seen.pressure = 0.2;
	choice = look();
	seen.pressure = 0;
	return choice;
}

/* Looks until something is to be done, or for so long. */
static struct trees_choice wait_s(double seconds)
{
	struct trees_choice choice = {.scenario = TREES_STAYS};
	double end_s = seen.now_s + seconds;

	while (choice.scenario == TREES_STAYS && seen.now_s < end_s)
		choice = look();
	return choice;
}

#define stays(choice) assert_int_equal((choice).scenario, TREES_STAYS)

static void is_change(struct trees_choice choice, enum trees_scenario scenario,
		      enum trees_tunable tunable, __u64 before, __u64 after)
{
	assert_int_equal(choice.scenario, scenario);
	assert_int_equal(choice.tunable, tunable);
	assert_int_equal(choice.before, before);
	assert_int_equal(choice.after, after);
}

static void is_cap(struct trees_choice choice, enum trees_scenario scenario,
		   __u64 before, __u64 after)
{
	is_change(choice, scenario, TREES_CAP, before, after);
}

#define UNIT 65536ULL

static void test_grows_when_requests_wait(void **state)
{
	struct trees_choice choice;

	(void)state;
	stays(look());
	stays(costly());
	choice = costly();
	is_cap(choice, TREES_RELOADS_COST, 64 * MIB, 96 * MIB + UNIT);
	assert_int_equal(choice.round.reloads, 50);
	assert_int_equal(choice.round.evictions, 10);
	assert_true(choice.round.seconds == TREES_ROUND_S);
	assert_true(trees_wait_ns(&choice.round) == TREES_WAIT_NS);
	/* the next step is not sooner */
	stays(costly());
	seen.used = 90 * MIB;
	is_cap(costly(), TREES_RELOADS_COST, 96 * MIB + UNIT,
	       144 * MIB + 2 * UNIT);
}

static void test_grows_up_to_its_bound(void **state)
{
	(void)state;
	seen.cap = seen.used = 200 * MIB;
	look();
	costly();
	is_cap(costly(), TREES_RELOADS_COST, 200 * MIB, 256 * MIB);
	seen.used = 256 * MIB;
	for (int i = 0; i < 5; i++)
		stays(costly());
}

/* A cap above the bound is nobody's fault, and stays. */
static void test_a_cap_above_the_bound(void **state)
{
	(void)state;
	seen.cap = seen.used = 300 * MIB;
	look();
	for (int i = 0; i < 5; i++)
		stays(costly());
}

static void test_does_not_grow_for_nothing(void **state)
{
	(void)state;
	look();
	for (int i = 0; i < 5; i++)
		stays(cheap());
	/* now and then */
	for (int i = 0; i < 5; i++) {
		stays(costly());
		stays(cheap());
	}
	/* few reloads, though they take long */
	for (int i = 0; i < 5; i++) {
		seen.requests++;
		seen.evictions++;
		seen.reloads += TREES_RELOADS - 1;
		seen.wait_ns += 1000000000;
		stays(look());
	}
	/* the kernel evicts, below the cap */
	seen.used = 20 * MIB;
	for (int i = 0; i < 5; i++)
		stays(costly());
	/* and when the cap is in the way of a tree that is larger, it is lost */
	seen.drops++;
	stays(costly());
	seen.drops++;
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
}

static void test_shrinks_under_pressure(void **state)
{
	(void)state;
	look();
	is_cap(under_pressure(), TREES_PRESSURE, 64 * MIB, 45 * MIB);
	is_cap(under_pressure(), TREES_PRESSURE, 45 * MIB,
	       33 * MIB + 12 * UNIT);
	/* what is not in use need not be given back */
	seen.used = bounds.min_cap;
	stays(under_pressure());
	/* down to the bound */
	seen.used = bounds.min_cap + 2 * UNIT;
	is_cap(under_pressure(), TREES_PRESSURE, 33 * MIB + 12 * UNIT,
	       bounds.min_cap);
	stays(look());
}

static void test_grows_only_when_pressure_is_over(void **state)
{
	double end_s;

	(void)state;
	look();
	under_pressure();
	end_s = seen.now_s + TREES_CALM_S;
	while (seen.now_s + TREES_ROUND_S < end_s) {
		seen.used = seen.cap;
		stays(costly());
	}
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
}

static void test_the_level_falls_last(void **state)
{
	(void)state;
	seen.cap = 2 * MIB;
	seen.used = 2 * MIB;
	look();
	is_cap(under_pressure(), TREES_PRESSURE, 2 * MIB, 1 * MIB + 8 * UNIT);
	is_cap(under_pressure(), TREES_PRESSURE, 1 * MIB + 8 * UNIT,
	       1 * MIB + 2 * UNIT);
	is_cap(under_pressure(), TREES_PRESSURE, 1 * MIB + 2 * UNIT, 1 * MIB);
	is_change(under_pressure(), TREES_PRESSURE, TREES_LEVEL, 1, 0);
	stays(under_pressure());
	/* and comes back long after that */
	stays(wait_s(bounds.quiet_s - 2 * TREES_ROUND_S));
	is_change(look(), TREES_CALM, TREES_LEVEL, 0, 1);
}

static void test_gives_back_when_it_is_quiet(void **state)
{
	(void)state;
	look();
	stays(wait_s(bounds.quiet_s - TREES_ROUND_S));
	is_cap(look(), TREES_QUIET, 64 * MIB, 52 * MIB + 8 * UNIT);
	/* reloads that cost little do not disturb */
	for (double s = TREES_ROUND_S; s < bounds.quiet_s; s += TREES_ROUND_S)
		stays(cheap());
	is_cap(cheap(), TREES_QUIET, 52 * MIB + 8 * UNIT, 45 * MIB + 15 * UNIT);
	/* what is not in use need not be given back */
	seen.used = bounds.min_cap;
	stays(wait_s(10 * bounds.quiet_s));
}

/* What was given back was needed: the next try comes later. */
static void test_does_not_swing(void **state)
{
	double factor;

	(void)state;
	look();
	for (factor = 1; factor <= 8; factor *= 2) {
		stays(wait_s(bounds.quiet_s * factor - 2 * TREES_ROUND_S));
		assert_int_equal(wait_s(2 * TREES_ROUND_S).scenario,
				 TREES_QUIET);
		seen.used = seen.cap;
		costly();
		assert_int_equal(costly().scenario, TREES_RELOADS_COST);
		seen.used = 60 * MIB;
	}
	/* no later than this */
	assert_int_equal(wait_s(bounds.quiet_s * 8).scenario, TREES_QUIET);
	/* it did no harm: from now on as often as at first */
	assert_int_equal(wait_s(bounds.quiet_s * 8).scenario, TREES_QUIET);
	assert_int_equal(wait_s(bounds.quiet_s).scenario, TREES_QUIET);
}

static void stand_aside(void)
{
	seen.requests += 80;
	seen.stood_aside += 10;
}

static void test_the_level_grows(void **state)
{
	(void)state;
	seen.groups_known = 50;
	seen.used = bounds.min_cap; /* the cap need not fall */
	look();
	/* not at once */
	for (double s = TREES_ROUND_S; s < TREES_CALM_S; s += TREES_ROUND_S) {
		stand_aside();
		stays(look());
	}
	stand_aside();
	is_change(look(), TREES_STOOD_ASIDE, TREES_LEVEL, 1, 2);
	/* its bound */
	for (int i = 0; i < 30; i++) {
		stand_aside();
		stays(look());
	}
	is_change(wait_s(bounds.quiet_s), TREES_CALM, TREES_LEVEL, 2, 1);
}

static void test_the_level_stays(void **state)
{
	(void)state;
	look();
	/* all is known: reading more would not help */
	for (int i = 0; i < 30; i++) {
		stand_aside();
		stays(look());
	}
	seen.groups_known = 50;
	for (int i = 0; i < 30; i++) {
		seen.requests += TREES_REQUESTS - 1;
		seen.stood_aside += TREES_REQUESTS - 1;
		stays(look());
	}
}

static void test_a_cap_by_hand(void **state)
{
	(void)state;
	look();
	costly();
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
	seen.cap = 10 * MIB;
	is_cap(look(), TREES_BY_HAND, 10 * MIB, 10 * MIB);
	for (int i = 0; i < 10; i++)
		stays(costly());
	stays(under_pressure());
	/* also if it is then what we would have set */
	seen.cap = 96 * MIB + UNIT;
	seen.used = seen.cap;
	for (int i = 0; i < 10; i++)
		stays(costly());
	/* the level is another tunable */
	seen.groups_known = 50;
	stays(wait_s(TREES_CALM_S));
	stand_aside();
	is_change(look(), TREES_STOOD_ASIDE, TREES_LEVEL, 1, 2);
	/* another mount */
	seen.requests = seen.evictions = seen.reloads = 0;
	seen.wait_ns = seen.stood_aside = 0;
	seen.cap_is_given = false;
	seen.level = 1;
	seen.groups_known = 100;
	seen.cap = seen.used = 64 * MIB;
	stays(look());
	stays(costly());
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
}

static void test_a_cap_by_hand_before(void **state)
{
	(void)state;
	seen.cap_is_given = true;
	is_cap(look(), TREES_BY_HAND, 64 * MIB, 64 * MIB);
	for (int i = 0; i < 5; i++)
		stays(costly());
}

/* It is the filesystem's share of all, which changes with the others'. */
static void test_a_share_is_not_by_hand(void **state)
{
	(void)state;
	look();
	seen.cap = seen.used = 40 * MIB;
	stays(costly());
	is_cap(costly(), TREES_RELOADS_COST, 40 * MIB, 60 * MIB + UNIT);
}

static void test_a_level_by_hand(void **state)
{
	(void)state;
	look();
	seen.level = 3;
	is_change(look(), TREES_BY_HAND, TREES_LEVEL, 3, 3);
	stays(wait_s(bounds.quiet_s - 3 * TREES_ROUND_S));
	/* the cap is another tunable */
	assert_int_equal(wait_s(bounds.quiet_s).tunable, TREES_CAP);
}

static void test_a_level_by_hand_before(void **state)
{
	(void)state;
	seen.level = 0;
	is_change(look(), TREES_BY_HAND, TREES_LEVEL, 0, 0);
}

/* frspd was started again: what it had set is still its own. */
static void test_what_was_set_before(void **state)
{
	(void)state;
	seen.cap_is_given = true;
	seen.level = 2;
	seen.past = (struct trees_past){.has_cap = true,
					.has_level = true,
					.cap = 64 * MIB,
					.level = 2};
	stays(look());
	stays(costly());
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
	is_change(wait_s(bounds.quiet_s), TREES_CALM, TREES_LEVEL, 2, 1);
	/* and not, if a person has changed it meanwhile */
	begin(NULL);
	seen.cap_is_given = true;
	seen.past = (struct trees_past){.has_cap = true, .cap = 63 * MIB};
	is_cap(look(), TREES_BY_HAND, 64 * MIB, 64 * MIB);
}

static void test_a_change_that_came_too_late(void **state)
{
	struct trees_choice choice;

	(void)state;
	look();
	costly();
	seen.requests += 100;
	seen.evictions += 10;
	seen.reloads += 50;
	seen.wait_ns += 100 * TREES_WAIT_NS;
	seen.now_s += TREES_ROUND_S;
	choice = trees_decide(&seen, &bounds, &memory);
	assert_int_equal(choice.scenario, TREES_RELOADS_COST);
	trees_lost(&memory, choice.tunable);
	is_cap(look(), TREES_BY_HAND, 64 * MIB, 64 * MIB);
	stays(costly());
	stays(costly());
}

/* Only advice was given. It is given again, as nothing has changed. */
static void test_a_change_that_was_not_made(void **state)
{
	(void)state;
	look();
	costly();
	for (int i = 0; i < 3; i++) {
		seen.requests += 100;
		seen.evictions += 10;
		seen.reloads += 50;
		seen.wait_ns += 100 * TREES_WAIT_NS;
		seen.now_s += TREES_ROUND_S;
		is_cap(trees_decide(&seen, &bounds, &memory),
		       TREES_RELOADS_COST, 64 * MIB, 96 * MIB + UNIT);
	}
}

static void test_not_attached(void **state)
{
	(void)state;
	look();
	costly();
	seen.is_attached = false;
	stays(costly());
	seen.is_attached = true;
	stays(costly());
	stays(costly());
	assert_int_equal(costly().scenario, TREES_RELOADS_COST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_grows_when_requests_wait, begin),
		cmocka_unit_test_setup(test_grows_up_to_its_bound, begin),
		cmocka_unit_test_setup(test_a_cap_above_the_bound, begin),
		cmocka_unit_test_setup(test_does_not_grow_for_nothing, begin),
		cmocka_unit_test_setup(test_shrinks_under_pressure, begin),
		cmocka_unit_test_setup(test_grows_only_when_pressure_is_over,
				       begin),
		cmocka_unit_test_setup(test_the_level_falls_last, begin),
		cmocka_unit_test_setup(test_gives_back_when_it_is_quiet, begin),
		cmocka_unit_test_setup(test_does_not_swing, begin),
		cmocka_unit_test_setup(test_the_level_grows, begin),
		cmocka_unit_test_setup(test_the_level_stays, begin),
		cmocka_unit_test_setup(test_a_cap_by_hand, begin),
		cmocka_unit_test_setup(test_a_cap_by_hand_before, begin),
		cmocka_unit_test_setup(test_a_share_is_not_by_hand, begin),
		cmocka_unit_test_setup(test_a_level_by_hand, begin),
		cmocka_unit_test_setup(test_a_level_by_hand_before, begin),
		cmocka_unit_test_setup(test_what_was_set_before, begin),
		cmocka_unit_test_setup(test_a_change_that_came_too_late, begin),
		cmocka_unit_test_setup(test_a_change_that_was_not_made, begin),
		cmocka_unit_test_setup(test_not_attached, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
