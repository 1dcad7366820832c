// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of which files to defragment, and in which order. */
#include <math.h>

#include "move/policy_defrag.h"
#include "suite.h"

#define MIB (1ULL << 20)

/* Files of 64 MiB on the slow tier need 2 extents. A move costs 256. */
static const struct {
	struct policy_file file;
	enum policy_defrag_rule rule;
	double saved;
} rows[] = {
	{{64 * MIB, 64, 64 * MIB, 64 * MIB, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG,
	 24 * 62},
	{{64 * MIB, 64, 64 * MIB, 0, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_COSTLY,
	 0},
	/* 4 passes in the horizon of a day */
	{{64 * MIB, 64, 64 * MIB, 64 * MIB / 6, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_COSTLY,
	 248},
	{{64 * MIB, 67, 64 * MIB, 64 * MIB / 6, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG,
	 260},
	/* few extents, or as few as it can have */
	{{64 * MIB, 7, 64 * MIB, 6400 * MIB, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_WHOLE,
	 24 * 100 * 5},
	{{640 * MIB, 20, 640 * MIB, 6400 * MIB, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_WHOLE,
	 0},
	/* only the slow half counts */
	{{64 * MIB, 64, 32 * MIB, 64 * MIB, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG,
	 12 * 62},
	{{64 * MIB, 64, 0, 64 * MIB, -1, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_FAST,
	 0},
	{{64 * MIB, 64, 64 * MIB, 64 * MIB, 3600, POLICY_PIN_AUTO},
	 POLICY_DEFRAG_COOLDOWN,
	 24 * 62},
	{{64 * MIB, 64, 64 * MIB, 64 * MIB, 4 * 3600, POLICY_PIN_AUTO},
	 POLICY_DEFRAG,
	 24 * 62},
	{{64 * MIB, 64, 64 * MIB, 64 * MIB, -1, POLICY_PIN_NONE},
	 POLICY_DEFRAG_EXCLUDED,
	 24 * 62},
	{{64 * MIB, 64, 64 * MIB, 64 * MIB, -1, POLICY_PIN_SLOW},
	 POLICY_DEFRAG,
	 24 * 62},
	{{0, 0, 0, 0, -1, POLICY_PIN_AUTO}, POLICY_DEFRAG_WHOLE, 0},
};

static void test_judge(void **state)
{
	struct policy_settings settings = policy_settings_default();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy_defrag defrag =
			policy_defrag_judge(&settings, &rows[i].file);

		print_message("row %zu: %s, %g\n", i,
			      policy_defrag_word(defrag.rule), defrag.saved);
		assert_int_equal(defrag.rule, rows[i].rule);
		assert_true(fabs(defrag.saved - rows[i].saved) < 1e-3);
	}
}

/* Twice as hot; the same, but small; as the first; cold; in few extents */
static void test_list(void **state)
{
	static const struct policy_file files[] = {
		{64 * MIB, 64, 64 * MIB, 64 * MIB, -1, POLICY_PIN_AUTO},
		{64 * MIB, 64, 64 * MIB, 128 * MIB, -1, POLICY_PIN_AUTO},
		{8 * MIB, 64, 8 * MIB, 8 * MIB, -1, POLICY_PIN_AUTO},
		{64 * MIB, 64, 64 * MIB, 64 * MIB, -1, POLICY_PIN_AUTO},
		{64 * MIB, 64, 64 * MIB, 1, -1, POLICY_PIN_AUTO},
		{64 * MIB, 3, 64 * MIB, 64 * MIB, -1, POLICY_PIN_AUTO},
	};
	static const size_t order[] = {2, 1, 0, 3};
	struct policy_settings settings = policy_settings_default();
	struct policy_defrag list[ARRAY_SIZE(files)];

	(void)state;
	assert_int_equal(policy_defrag_list(&settings, files, ARRAY_SIZE(files),
					    list),
			 ARRAY_SIZE(order));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		assert_int_equal(list[i].file, order[i]);
		assert_int_equal(list[i].rule, POLICY_DEFRAG);
	}
	assert_int_not_equal(list[4].rule, POLICY_DEFRAG);
	assert_int_not_equal(list[5].rule, POLICY_DEFRAG);
	settings.move_cost = settings.wear_cost = 0;
	assert_int_equal(policy_defrag_list(&settings, files, ARRAY_SIZE(files),
					    list),
			 5);
	assert_int_equal(list[0].file, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
