// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of how the mover adapts its steps, and of its pace. */
#include "move/pace.h"
#include "move/step.h"
#include "suite.h"

static void test_step(void **state)
{
	(void)state;
	assert_int_equal(step_next(1 << 20, 0.005), 1 << 20);
	assert_int_equal(step_next(1 << 20, 0.011), 512 << 10);
	assert_int_equal(step_next(1 << 20, 0.002), 2 << 20);
	assert_int_equal(step_next(STEP_MIN_BYTES, 5), STEP_MIN_BYTES);
	assert_int_equal(step_next(STEP_MAX_BYTES, 0), STEP_MAX_BYTES);
	assert_true(STEP_MIN_BYTES == 64 << 10 && STEP_MAX_BYTES == 8 << 20);
}

/* A disk that needs no time: the sum of the steps takes as long as the pace
 * wants.
 */
static void test_pace(void **state)
{
	struct move_pace pace = {.bytes_per_s = 1000};
	double now_s = 50;

	(void)state;
	for (int i = 0; i < 10; i++) {
		pace_add(&pace, now_s, 100 * (i + 1));
		now_s += pace_pause_s(&pace, now_s);
	}
	assert_true(now_s > 55.499 && now_s < 55.501);
}

/* A disk that takes its time, but less than the pace leaves it: from the second
 * second on, the bytes until any moment are within 5 % of the rate.
 */
static void test_cap(void **state)
{
	struct move_pace pace = {.bytes_per_s = 64 << 20};
	double began_s = 50, now_s = began_s, bytes = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		double step = 1 << (16 + i * 7 % 8), step_began_s = now_s;

		now_s += step / pace.bytes_per_s * (i * 31 % 90) / 100;
		bytes += step;
		pace_add(&pace, step_began_s, step);
		if (pace_pause_s(&pace, now_s) > 0)
			now_s += pace_pause_s(&pace, now_s);
		if (now_s - began_s < 1)
			continue;
		assert_true(bytes <
			    1.05 * pace.bytes_per_s * (now_s - began_s));
		assert_true(bytes >
			    0.95 * pace.bytes_per_s * (now_s - began_s));
	}
	assert_true(now_s - began_s > 2);
}

/* After an idle hour, the mover does not hurry. */
static void test_no_hurry(void **state)
{
	struct move_pace pace = {.bytes_per_s = 1000, .free_at_s = 10};

	(void)state;
	pace_add(&pace, 3610, 500);
	assert_true(pace_pause_s(&pace, 3610) == 0.5);
}

static void test_unlimited(void **state)
{
	struct move_pace pace = {0};

	(void)state;
	pace_add(&pace, 50, 1ULL << 40);
	assert_true(pace_pause_s(&pace, 50) <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_no_hurry),
		cmocka_unit_test(test_unlimited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
