// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the measurement of tiers: what it proposes, and where it reads. */
#include <errno.h>
#include <fcntl.h>

#include "fs/measure.h"
#include "scratch.h"

static void test_classes(void **state)
{
	static const struct {
		struct measure measures[3];
		enum tier_class classes[3];
	} rows[] = {
		{{{0.0001, 500e6}, {0.0001, 450e6}, {0.00019, 300e6}},
		 {TIER_FAST, TIER_FAST, TIER_FAST}},
		{{{0.008, 180e6}, {0.0001, 500e6}, {0.0001, 500e6}},
		 {TIER_SLOW, TIER_FAST, TIER_FAST}},
		/* as quick for short reads, but not for long ones */
		{{{0.0001, 500e6}, {0.0001, 100e6}, {0.0002, 500e6}},
		 {TIER_FAST, TIER_SLOW, TIER_FAST}},
		/* each is better at something: one of them is the best */
		{{{0.0034, 228e6}, {0.0008, 19e6}, {0.0034, 228e6}},
		 {TIER_FAST, TIER_SLOW, TIER_FAST}},
		/* too small for long reads */
		{{{0.0001, 500e6}, {0.0001, 0}, {0.0001, 100e6}},
		 {TIER_FAST, TIER_FAST, TIER_FAST}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum tier_class classes[3];

		measure_classes(rows[i].measures, 3, classes);
		for (int k = 0; k < 3; k++)
			assert_int_equal(classes[k], rows[i].classes[k]);
	}
}

/* A tier that lies in pieces is read only where it is: around it is the end of
 * the file, which would be an error.
 */
static void test_reads(void **state)
{
	struct tier_extent extents[] = {
		{100, 8192, 0}, {1 << 20, 1 << 20, 1}, {1 << 21, 5000, 0}};
	struct tiers tiers = {.n = 2, .extents = extents, .n_extents = 3};
	struct measure measures[3];
	int fd;

	(void)state;
	scratch_write("disk", "");
	assert_int_equal(truncate(scratch_path("disk"), (1 << 21) + 4096), 0);
	fd = open(scratch_path("disk"), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(measure_tiers(fd, &tiers, measures), 0);
	assert_true(measures[0].read_s > 0);
	assert_true(measures[0].bytes_per_s == 0);
	assert_true(measures[1].bytes_per_s > 0);
	tiers.n = 3; /* the last one is nowhere */
	assert_int_equal(measure_tiers(fd, &tiers, measures), -ENODATA);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		scratch_test(test_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
