// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/plan_sum.h"

#include <errno.h>

#include "move/tier_plan.h"
#include "scratch.h"

#define MIB (1ULL << 20)

static void add(struct tier_plan *plan, enum tier_class from,
		enum tier_class to, enum policy_rule rule, __u64 start,
		__u64 bytes, double gain)
{
	struct tier_plan_move move = {.from = from,
				      .to = to,
				      .rule = rule,
				      .start = start,
				      .bytes = MIB,
				      .figures = {.gain = gain}};
	const struct file_extent extent = {
		.logical = start, .physical = 99 * MIB, .bytes = bytes};

	if (from != to)
		assert_int_equal(file_extents_add(&move.extents, &extent), 0);
	assert_int_equal(tier_plan_add_move(plan, &move), 0);
}

static void write_plan(const char *path)
{
	struct tier_plan plan = {
		.uuid = "01234567-89ab-cdef-0123-456789abcdef",
		.made_s = 1,
		.room = {.fast_bytes = 100 * MIB, .fast_free = 40 * MIB},
		.settings = policy_settings_default(),
	};
	FILE *out = fopen(path, "w");
	int closed;

	assert_non_null(out);
	assert_int_equal(tier_plan_add_file(&plan, 12, 1, "/a"), 0);
	add(&plan, TIER_SLOW, TIER_FAST, POLICY_GAIN, 0, MIB, 1000);
	add(&plan, TIER_SLOW, TIER_FAST, POLICY_SWAP, MIB, MIB / 2, 500);
	add(&plan, TIER_SLOW, TIER_SLOW, POLICY_COSTLY, 2 * MIB, MIB, 7);
	assert_int_equal(tier_plan_add_file(&plan, 13, 1, "/b"), 0);
	add(&plan, TIER_FAST, TIER_SLOW, POLICY_MAKE_ROOM, 0, MIB / 4, 30);
	tier_plan_write(out, &plan);
	closed = fclose(out);
	assert_int_equal(closed, 0);
	tier_plan_free(&plan);
}

static void test_sum(void **state)
{
	struct plan_sum sum;

	(void)state;
	write_plan(scratch_path("plan"));
	assert_int_equal(plan_sum_read(scratch_path("plan"), &sum), 0);
	assert_int_equal(sum.n, 3);
	assert_int_equal(sum.to_fast, MIB + MIB / 2);
	assert_int_equal(sum.to_slow, MIB / 4);
	assert_int_equal(sum.fast_used, 60 * MIB);
	assert_true(sum.saves == 1470);
	assert_true(sum.cost > 0);
	assert_true(sum.horizon_h == 24);
	assert_int_equal(sum.rule, POLICY_GAIN);
}

static void test_wrong(void **state)
{
	struct plan_sum sum;

	(void)state;
	assert_int_equal(plan_sum_read(scratch_path("none"), &sum), -ENOENT);
	scratch_write("plan", "no plan\n");
	assert_int_equal(plan_sum_read(scratch_path("plan"), &sum), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_sum),
		scratch_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
