// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of when the machine counts as idle. */
#include "move/idle.h"
#include "base/pressure.h"
#include "suite.h"

static double now_s;

/* A window of half a second. */
static bool note(struct idle *idle, double pressure, double queue)
{
	const struct idle_load load = {pressure, queue};

	idle_note(idle, &idle_usual, &load, now_s, now_s + 0.5);
	now_s += 0.5;
	return idle->is_idle;
}

static void test_begins(void **state)
{
	struct idle idle = {0};

	(void)state;
	now_s = 1000;
	for (int i = 0; i < 5; i++)
		assert_false(note(&idle, 0, 0));
	assert_true(note(&idle, 0.01, 0.1)); /* 3 s */
}

/* A short use in between begins the 3 s anew. */
static void test_disturbed(void **state)
{
	struct idle idle = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		note(&idle, 0, 0);
	assert_false(note(&idle, 0.02, 0));
	for (int i = 0; i < 5; i++)
		assert_false(note(&idle, 0, 0));
	assert_true(note(&idle, 0, 0));
}

static struct idle idle_one(void)
{
	struct idle idle = {0};

	for (int i = 0; i < 6; i++)
		note(&idle, 0, 0);
	assert_true(idle.is_idle);
	return idle;
}

/* Between the bounds it stays as it is; above one of them it ends. */
static void test_stops(void **state)
{
	struct idle idle = idle_one();

	(void)state;
	assert_true(note(&idle, 0.05, 0.5));
	assert_true(note(&idle, 0.05, 0.5));
	assert_false(note(&idle, 0.06, 0));
	assert_false(note(&idle, 0.05, 0.5));
	idle = idle_one();
	assert_false(note(&idle, 0, 0.6));
	for (int i = 0; i < 5; i++)
		assert_false(note(&idle, 0, 0));
	assert_true(note(&idle, 0, 0));
}

/* Below a share of pressure: queues do not count, and it begins at half of it. */
static void test_below_pressure(void **state)
{
	const struct idle_bounds bounds = idle_below_pressure(0.2);
	struct idle_load load = {0.1, 1000};
	struct idle idle = {0};

	(void)state;
	idle_note(&idle, &bounds, &load, 1, 5);
	assert_true(idle.is_idle);
	load.pressure = 0.2;
	idle_note(&idle, &bounds, &load, 5, 6);
	assert_true(idle.is_idle);
	load.pressure = 0.21;
	idle_note(&idle, &bounds, &load, 6, 7);
	assert_false(idle.is_idle);
	load.pressure = 0.11;
	idle_note(&idle, &bounds, &load, 7, 20);
	assert_false(idle.is_idle);
}

static void test_pressure(void **state)
{
	__u64 us = 0;

	(void)state;
	assert_true(pressure_parse("some avg10=0.12 avg60=1.00 avg300=99.99 "
				   "total=18446744073709551615",
				   &us));
	assert_true(us == ~0ULL);
	assert_false(pressure_parse("", &us));
	assert_false(pressure_parse(
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=1", &us));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begins),
		cmocka_unit_test(test_disturbed),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_below_pressure),
		cmocka_unit_test(test_pressure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
