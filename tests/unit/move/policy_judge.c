// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what I/O is worth, and whether a move is worth it. */
#include <math.h>

#include "move/policy_judge.h"
#include "suite.h"

#define MIB 1048576ULL

static bool is_near(double value, double wanted)
{
	return fabs(value - wanted) <= 1e-6 * fabs(wanted) + 1e-9;
}

/* What it counts as with the default settings: a sequential I/O is worth 0.05,
 * a MiB written costs 1.
 */
static const struct {
	struct policy_io io;
	double reads, writes, worth;
} ios[] = {
	{{0}, 0, 0, 0},
	/* random reads, and the same as writes */
	{{.reads = 10, .read_bytes = 40960}, 10, 0, 10},
	{{.writes = 10, .write_bytes = 40960}, 0, 10, 10 - 40960.0 / MIB},
	{{.reads = 3, .read_bytes = 12288, .writes = 2, .write_bytes = 8192},
	 3,
	 2,
	 5 - 8192.0 / MIB},
	/* long ones */
	{{.reads = 8, .read_bytes = MIB}, 0.4, 0, 0.4},
	{{.reads = 1, .read_bytes = 65536}, 0.05, 0, 0.05},
	{{.reads = 2, .read_bytes = 131071}, 2, 0, 2},
	/* written in long ones: wears more than it saves */
	{{.writes = 8, .write_bytes = MIB}, 0, 0.4, 0},
	/* read at random, but written in long ones */
	{{.reads = 4, .read_bytes = 16384, .writes = 8, .write_bytes = MIB},
	 4,
	 0.4,
	 4},
	/* short ones, in a run */
	{{.reads = 256, .read_bytes = MIB, .in_run = true}, 0.8, 0, 0.8},
	{{.reads = 256, .read_bytes = MIB}, 256, 0, 256},
};

static void test_worth(void **state)
{
	struct policy_settings settings = policy_settings_default();
	const struct policy_io io = {.reads = 2,
				     .read_bytes = 8192,
				     .writes = 4,
				     .write_bytes = MIB / 4};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ios); i++) {
		print_message("row %zu\n", i);
		assert_true(is_near(policy_io_reads(&settings, &ios[i].io),
				    ios[i].reads));
		assert_true(is_near(policy_io_writes(&settings, &ios[i].io),
				    ios[i].writes));
		assert_true(is_near(policy_io_worth(&settings, &ios[i].io),
				    ios[i].worth));
	}
	settings.sequential_bytes = 0; /* nothing is sequential */
	assert_true(policy_io_reads(&settings, &ios[4].io) == 8);
	assert_true(policy_io_reads(&settings, &ios[9].io) == 256);
	settings = policy_settings_default();
	settings.read_weight = 3;
	settings.write_weight = 0.5;
	settings.wear_cost = 2;
	settings.sequential_bytes = MIB;
	assert_true(is_near(policy_io_worth(&settings, &io), 6 + 2 - 2 * 0.25));
}

static const struct {
	__u64 read_bytes, write_bytes;
	bool is_pass;
} passes[] = {
	{MIB, 0, true},
	{0, MIB, true},
	{MIB * 3 / 4, 0, true},
	{MIB * 3 / 4 - 1, 0, false},
	{MIB * 5 / 4, 0, true},
	{MIB * 5 / 4 + 1, 0, false},
	{MIB / 2, MIB / 2, false},
	{0, 0, false},
};

static void test_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		const struct policy_io io = {.reads = 1,
					     .read_bytes = passes[i].read_bytes,
					     .write_bytes =
						     passes[i].write_bytes};

		assert_int_equal(policy_io_is_pass(&io), passes[i].is_pass);
	}
}

/* With the default settings, but horizon = half-life / ln 2, so that the gain
 * is the worth, and a certainty of 2.5. To move a MiB costs 4, to fast 5.
 */
static const struct {
	struct policy_view one, other; /* other.mib 0: there is room */
	enum policy_rule rule;
} rows[] = {
	{{4.9, 1}, {0, 0}, POLICY_COSTLY},
	{{5.1, 1}, {0, 0}, POLICY_GAIN},
	{{0, 1}, {0, 0}, POLICY_COSTLY},
	/* a short one costs less wear */
	{{4.2, 0.125}, {0, 0}, POLICY_GAIN},
	{{4.1, 0.125}, {0, 0}, POLICY_COSTLY},
	/* 25 % hotter */
	{{1000, 1}, {810, 1}, POLICY_NOT_HOTTER},
	{{1000, 1}, {790, 1}, POLICY_SWAP},
	{{1000, 1}, {1000, 1}, POLICY_NOT_HOTTER},
	{{1000, 1}, {2000, 1}, POLICY_NOT_HOTTER},
	/* 40 against 30: one deviation is 5.9 */
	{{40, 1}, {30, 1}, POLICY_CHANCE},
	{{45, 1}, {30, 1}, POLICY_CHANCE}, /* 15 < 2.5 * 6.1 */
	{{46, 1}, {30, 1}, POLICY_SWAP},   /* 16 > 2.5 * 6.2 */
	/* certain, but not worth 9 */
	{{8, 1}, {0, 1}, POLICY_COSTLY},
	{{10, 1}, {0, 1}, POLICY_SWAP},
	/* the worth per MiB counts */
	{{100, 1}, {15, 0.125}, POLICY_NOT_HOTTER},
	{{100, 1}, {5, 0.125}, POLICY_SWAP},
};

static void test_judge(void **state)
{
	struct policy_settings settings = policy_settings_default();

	(void)state;
	settings.horizon_s = settings.half_life_s / M_LN2;
	settings.certainty = 2.5;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum policy_rule rule = policy_judge(
			&settings, &rows[i].one,
			rows[i].other.mib > 0 ? &rows[i].other : NULL);

		print_message("row %zu: %s\n", i, policy_rule_word(rule));
		assert_int_equal(rule, rows[i].rule);
	}
}

/* What 0 means. */
static void test_zero(void **state)
{
	struct policy_settings settings = policy_settings_default();
	const struct policy_view warm = {1, 1}, hot = {1e6, 1}, cold = {0, 1};

	(void)state;
	settings.move_cost = settings.wear_cost = 0;
	assert_int_equal(policy_judge(&settings, &warm, NULL), POLICY_GAIN);
	assert_int_equal(policy_judge(&settings, &cold, NULL), POLICY_COSTLY);
	assert_int_equal(policy_judge(&settings, &warm, &cold), POLICY_CHANCE);
	settings.certainty = 0;
	assert_int_equal(policy_judge(&settings, &warm, &cold), POLICY_SWAP);
	settings.hysteresis_pct = 0;
	assert_int_equal(policy_judge(&settings, &warm, &warm),
			 POLICY_NOT_HOTTER);
	settings.horizon_s = 0;
	assert_int_equal(policy_judge(&settings, &hot, NULL), POLICY_COSTLY);
}

/* 3.5 reads per hour for ever give a worth of 30; see policy_judge.c */
static void test_example(void **state)
{
	struct policy_settings settings = policy_settings_default();
	double worth = 0;

	(void)state;
	for (int i = 0; i < 10000; i++)
		worth = worth * exp2(-1 / 3.5 / 6) + 1;
	assert_true(fabs(worth - 30.3) < 1);
	assert_true(fabs(policy_gain(&settings, 30) - 83) < 0.5);
}

static void test_words(void **state)
{
	(void)state;
	for (enum policy_rule rule = 0; rule < POLICY_NR_RULES; rule++) {
		assert_non_null(policy_rule_word(rule));
		assert_non_null(policy_rule_text(rule));
	}
	assert_string_equal(policy_rule_word(POLICY_IN_PLACE), "in_place");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worth),	cmocka_unit_test(test_pass),
		cmocka_unit_test(test_judge),	cmocka_unit_test(test_zero),
		cmocka_unit_test(test_example), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
