// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of temperatures, against tables and against floating point. */
#include <math.h>
#include <stdio.h>
#include <linux/types.h>

#include "bpf/heat.h"
#include "suite.h"

#define NSEC_PER_SEC 1000000000ULL

/* The time at which the documented samples were taken (late 2012). */
#define NOW_2012 (1353000000ULL * NSEC_PER_SEC)

static double decayed(double heat, double units, double half_life)
{
	return heat * exp2(-units / half_life);
}

static __u32 rate_of(double half_life)
{
	return 4294967296.0 / half_life + 0.5;
}

static void test_exp2_is_close(void **state)
{
	double error, worst = 0;

	(void)state;
	for (__u64 x = 0; x < 1ULL << 32; x += 65521) {
		error = fabs(heat_exp2_neg(x) / 4294967296.0 -
			     exp2(-(double)x / 4294967296.0));
		worst = error > worst ? error : worst;
	}
	assert_true(worst < 1.0 / (1 << 21));
	assert_int_equal(heat_exp2_neg(0), 1ULL << 32);
}

static void test_weight(void **state)
{
	(void)state;
	assert_int_equal(heat_weight(0), HEAT_ONE);
	assert_int_equal(heat_weight(128 << 10), 2 * HEAT_ONE);
	assert_int_equal(heat_weight(1 << 20), 9 * HEAT_ONE);
	assert_int_equal(heat_weight(4096), HEAT_ONE + HEAT_ONE / 32);
}

static void test_decay_table(void **state)
{
	static const struct {
		double heat;
		__u32 units;
		double half_life;
	} table[] = {
		{1, 0, 4687.5},		{1, 1, 4687.5},
		{1, 4687, 4687.5},	{1000, 9375, 4687.5},
		{5e8, 100, 15.6},	{1e12, 1, 9.4e6},
		{1e12, 9400000, 9.4e6}, {123456, 46875, 4687.5},
		{1, 4294967295, 1e6},
	};
	double want, got;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		want = decayed(table[i].heat, table[i].units,
			       table[i].half_life);
		got = heat_decay(table[i].heat * HEAT_ONE, table[i].units,
				 rate_of(table[i].half_life)) /
		      (double)HEAT_ONE;
		if (fabs(got - want) > 0.002 * want + 2.0 / HEAT_ONE)
			fail_msg("row %zu: %f, not %f", i, got, want);
	}
}

/* Under a steady load of one I/O per unit of time, the temperature converges to
 * the sum of the series, although it decays a unit at a time. */
static void test_steady_load_settles(void **state)
{
	double half_life = 1000, want = 1 / (1 - exp2(-1 / half_life));
	__u32 rate = rate_of(half_life);
	__u64 heat = 0;

	(void)state;
	for (int i = 0; i < 50000; i++)
		heat = heat_decay(heat, 1, rate) + HEAT_ONE;
	assert_true(fabs(heat / (double)HEAT_ONE - want) < want * 0.001);
}

/* One decay over a long time gives the same as many over short times. */
static void test_decay_is_lazy(void **state)
{
	__u64 start = 1000000 * HEAT_ONE, stepwise = start, once;
	__u32 rate = rate_of(4687.5);

	(void)state;
	for (int i = 0; i < 10000; i++)
		stepwise = heat_decay(stepwise, 1, rate);
	once = heat_decay(start, 10000, rate);
	assert_true(fabs((double)stepwise - once) < once * 0.0001);
}

static void test_unit_is_40_to_80_ms(void **state)
{
	static const __u32 hz[] = {100, 250, 300, 1000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hz); i++) {
		__u32 tick_ns = NSEC_PER_SEC / hz[i];
		__u64 unit = (__u64)tick_ns << heat_unit_shift(tick_ns);

		assert_in_range(unit, 40000000, 80000000);
	}
}

static __u32 compat_after_writes(__u32 n, __u64 every_ns)
{
	struct frsp_heat_compat c = {.avg_read = ~0ULL, .avg_write = ~0ULL};
	__u64 now = NOW_2012;

	for (__u32 i = 0; i < n; i++, now += every_ns)
		heat_compat_touch(&c.last_write_ns, &c.avg_write, now);
	return heat_compat_temperature(0, n, &c, now) >> 24;
}

/* The samples of the patches' Documentation/filesystems/hot_tracking.txt:
 * writes and temperature. */
static void test_compat_documented_samples(void **state)
{
	static const struct {
		__u32 writes;
		__u32 temperature;
	} samples[] = {{1, 109}, {2, 109}, {244, 111}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_int_equal(compat_after_writes(samples[i].writes,
						     1000000),
				 samples[i].temperature);
}

static void test_compat_saturates(void **state)
{
	__u32 before = compat_after_writes(4095, 1000);

	(void)state;
	assert_int_equal(before, 141);
	assert_int_equal(compat_after_writes(4096, 1000), before);
	assert_int_equal(compat_after_writes(100000, 1000), before);
}

static void test_compat_untouched(void **state)
{
	const struct frsp_heat_compat c = {.avg_read = ~0ULL,
					   .avg_write = ~0ULL};

	(void)state;
	assert_int_equal(heat_compat_temperature(0, 0, &c, NOW_2012) >> 24, 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exp2_is_close),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_decay_table),
		cmocka_unit_test(test_steady_load_settles),
		cmocka_unit_test(test_decay_is_lazy),
		cmocka_unit_test(test_unit_is_40_to_80_ms),
		cmocka_unit_test(test_compat_documented_samples),
		cmocka_unit_test(test_compat_saturates),
		cmocka_unit_test(test_compat_untouched),
	};

	return cmocka_run_group_tests_name("heat", tests, NULL, NULL);
}
