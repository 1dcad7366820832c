// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the configuration file of tiers. */
#include <errno.h>
#include <string.h>

#include "fs/tier_config.h"
#include "suite.h"

#define GIB (1ULL << 30)

static bool is_mine(void *context, const char *section)
{
	return !strcmp(section, context) || !strcmp(section, "/dev/mine");
}

static int read_text(const char *text, struct tiers *tiers,
		     struct ini_error *error)
{
	const struct tier_config_fs fs = {.is_meant = is_mine,
					  .context = "UUID=12-34",
					  .bytes = 20 * GIB,
					  .dev = 7,
					  .name = "dm-0",
					  .shown = "vg-data"};
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(in);
	err = tier_config_read(in, &fs, tiers, error);
	fclose(in);
	return err;
}

static void test_tiers(void **state)
{
	static const char text[] = "; another one\n[/dev/other]\nfast=0-\n"
				   "\n# mine\n  [ UUID=12-34 ]\r\n"
				   "slow = 10G-15G\n"
				   "fast = 0-4K,5G-10G\n"
				   "slow=15G-\n";
	struct ini_error error;
	struct tiers tiers;

	(void)state;
	assert_int_equal(read_text(text, &tiers, &error), 0);
	assert_int_equal(tiers.n, 2);
	assert_int_equal(tiers.tiers[0].class, TIER_FAST);
	assert_int_equal(tiers.tiers[0].bytes, 5 * GIB + 4096);
	assert_string_equal(tiers.tiers[0].shown, "vg-data");
	assert_int_equal(tiers.tiers[1].class, TIER_SLOW);
	assert_int_equal(tiers.tiers[1].bytes, 10 * GIB);
	assert_int_equal(tiers.n_extents, 4);
	assert_int_equal(tiers.extents[1].start, 5 * GIB);
	assert_int_equal(tiers.extents[1].tier, 0);
	assert_int_equal(tiers.extents[3].start, 15 * GIB);
	assert_int_equal(tiers.extents[3].bytes, 5 * GIB);
	assert_int_equal(tiers_by_spec(&tiers, "fast"), 1);
	assert_int_equal(tiers_by_spec(&tiers, "slow"), 2);
	assert_int_equal(tiers_by_spec(&tiers, "1"), 2);
	assert_int_equal(tiers_by_spec(&tiers, "2"), 0);
	assert_int_equal(tiers_by_spec(&tiers, "/dev/vg-data"), 3);
	assert_int_equal(tiers_by_spec(&tiers, "dm-0"), 3);
	assert_int_equal(tiers_by_spec(&tiers, "unknown"), 0);
	assert_int_equal(tiers_by_spec(&tiers, ""), 0);
	tiers_free(&tiers);
}

static void test_none(void **state)
{
	struct ini_error error;
	struct tiers tiers;

	(void)state;
	assert_int_equal(read_text("[/dev/x]\nfast = 0-100T\n", &tiers, &error),
			 0);
	assert_int_equal(tiers.n, 0);
	tiers_free(&tiers);
	assert_int_equal(read_text("# nothing\n", &tiers, &error), 0);
	assert_int_equal(tiers.n, 0);
	tiers_free(&tiers);
}

/* what: a part of the message */
static const struct row {
	const char *text;
	unsigned int line;
	const char *what;
} rows[] = {
	{"fast = 0-1G\n", 1, "in no section"},
	{"[UUID=12-34]\nfast = 0-10G\nslow = 9G-\n", 3,
	 "overlaps one of line 2"},
	{"[/dev/x]\nslow = 5G-\nfast = 0-6G\n", 3, "overlaps one of line 2"},
	{"[/dev/x]\nfast = 0-10G, 5G-6G\n", 2, "overlaps"},
	{"[UUID=12-34]\nfast = 0-21G\n", 2, "beyond"},
	{"[UUID=12-34]\nfast = 20G-\n", 2, "beyond"},
	{"[UUID=12-34]\nwarm = 0-1G\n", 2, "no class \"warm\""},
	{"[UUID=12-34]\nunknown = 0-1G\n", 2, "no class"},
	{"[UUID=12-34]\nfast\n", 2, "nothing of these"},
	{"[UUID=12-34]\nfast = 1G\n", 2, "\"1G\" is not a range"},
	{"[UUID=12-34]\nfast = 0-1G,\n", 2, "not a range"},
	{"[UUID=12-34]\nfast = 0-1X\n", 2, "not a range"},
	{"[UUID=12-34]\nfast = 0-1G # all\n", 2, "not a range"},
	{"[UUID=12-34]\nfast = 2G-1G\n", 2, "is empty"},
	{"[UUID=12-34]\nfast = 1G-1G\n", 2, "is empty"},
	{"[UUID=12-34\nfast = 0-\n", 1, "no \"]\""},
	{"[sda1]\nfast = 0-\n", 1, "neither a UUID nor a device"},
	{"[/dev/x]\nfast = 0-\n[/dev/x]\nfast = 0-\n", 3, "before"},
	{"[/dev/mine]\nfast = 0-\n[UUID=12-34]\nfast = 0-\n", 3,
	 "of line 1 is for the same"},
	{"[/dev/x]\n[/dev/y]\nfast = 0-\n", 1, "no ranges"},
	{"[/dev/x]\n", 1, "no ranges"},
	{"[]\nfast = 0-\n", 1, "neither"},
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ini_error error;
		struct tiers tiers;

		print_message("%s\n", rows[i].text);
		assert_int_equal(read_text(rows[i].text, &tiers, &error),
				 -EINVAL);
		print_message("%u: %s (%s)\n", error.line, error.what,
			      error.remedy);
		assert_int_equal(error.line, rows[i].line);
		assert_non_null(strstr(error.what, rows[i].what));
		assert_non_null(error.remedy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
