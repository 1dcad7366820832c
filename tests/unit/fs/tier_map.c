// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of maps made from tables of device-mapper, and of a map applied to
 * another one. */
#include <errno.h>
#include <string.h>

#include "fs/mount.h"
#include "fs/tier_map.h"
#include "suite.h"

#define SECTOR	    512ULL
#define SECTORS_ALL (1ULL << 55) /* of 2^64 bytes */
#define DEV(m, n)   ((m) << KDEV_MINOR_BITS | (n))
#define SELF	    DEV(253U, 0)
#define SDA	    DEV(8U, 0)
#define SDB	    DEV(8U, 16)

struct target {
	__u64 start, len; /* sectors */
	const char *type, *params;
};

/* In sectors. */
struct expected {
	__u64 start, len;
	__u32 dev;
	__u64 dev_start;
};

struct table_case {
	const char *name;
	struct target targets[3];
	int err; /* the error for the last target */
	struct expected pieces[3];
};

static const struct table_case table_cases[] = {
	{"none", {{0}}, 0, {{0}}},
	{"one, with an offset",
	 {{0, 100, "linear", "8:0 2048"}},
	 0,
	 {{0, 100, SDA, 2048}}},
	{"two devices",
	 {{0, 100, "linear", "8:0 0"}, {100, 50, "linear", "8:16 0"}},
	 0,
	 {{0, 100, SDA, 0}, {100, 50, SDB, 0}}},
	{"goes on here and there: one piece",
	 {{0, 100, "linear", "8:0 7"}, {100, 50, "linear", "8:0 107"}},
	 0,
	 {{0, 150, SDA, 7}}},
	{"goes on here only: two",
	 {{0, 100, "linear", "8:0 7"}, {100, 50, "linear", "8:0 108"}},
	 0,
	 {{0, 100, SDA, 7}, {100, 50, SDA, 108}}},
	{"goes on there only: two, and a gap",
	 {{0, 100, "linear", "8:0 7"}, {101, 50, "linear", "8:0 107"}},
	 0,
	 {{0, 100, SDA, 7}, {101, 50, SDA, 107}}},
	{"what is not linear is on the device itself",
	 {{0, 100, "striped", "2 128 8:0 0 8:16 0"},
	  {100, 50, "linear", "8:16 9"},
	  {150, 50, "error", ""}},
	 0,
	 {{0, 100, SELF, 0}, {100, 50, SDB, 9}, {150, 50, SELF, 150}}},
	{"linear is the whole name",
	 {{0, 100, "linear2", "8:0 0"}},
	 0,
	 {{0, 100, SELF, 0}}},
	{"overlapping",
	 {{0, 100, "linear", "8:0 0"}, {99, 50, "linear", "8:16 0"}},
	 -EINVAL,
	 {{0, 100, SDA, 0}}},
	{"the wrong way round",
	 {{100, 50, "linear", "8:0 0"}, {0, 50, "linear", "8:16 0"}},
	 -EINVAL,
	 {{100, 50, SDA, 0}}},
	{"of no length", {{0, 0, "linear", "8:0 0"}}, -EINVAL, {{0}}},
	{"the largest",
	 {{0, SECTORS_ALL - 1, "linear", "8:0 0"}},
	 0,
	 {{0, SECTORS_ALL - 1, SDA, 0}}},
	{"too long", {{0, SECTORS_ALL, "linear", "8:0 0"}}, -EINVAL, {{0}}},
	{"too long by far", {{0, ~0ULL, "linear", "8:0 0"}}, -EINVAL, {{0}}},
	{"starts beyond all",
	 {{SECTORS_ALL, 1, "linear", "8:0 0"}},
	 -EINVAL,
	 {{0}}},
	{"ends beyond all",
	 {{SECTORS_ALL - 1, 2, "linear", "8:0 0"}},
	 -EINVAL,
	 {{0}}},
	{"starts beyond all, there",
	 {{0, 1, "linear", "8:0 36028797018963968"}},
	 -EINVAL,
	 {{0}}},
	{"ends beyond all, there",
	 {{0, 2, "linear", "8:0 36028797018963967"}},
	 -EINVAL,
	 {{0}}},
	{"beyond 64 bits, there",
	 {{0, 1, "linear", "8:0 99999999999999999999"}},
	 -EINVAL,
	 {{0}}},
	{"a major number too large",
	 {{0, 1, "linear", "4096:0 0"}},
	 -EINVAL,
	 {{0}}},
	{"a minor number too large",
	 {{0, 1, "linear", "8:1048576 0"}},
	 -EINVAL,
	 {{0}}},
};

/* Parameters of linear that are not "MAJOR:MINOR SECTOR". */
static const char *const senseless[] = {
	"",	    " ",
	"8:0",	    "8:0 ",
	"8:0  0",   " 8:0 0",
	"8:0 x",    "8:0 -1",
	"8:0 0x10", "8:0 1 2",
	"8 0",	    ":0 0",
	"8: 0",	    "/dev/sda 0",
	"8:0\t0",   "00000000000000000000000000000000000000000000000000008:0 0",
};

static void expect_pieces(const struct tier_map *map,
			  const struct expected *pieces, size_t max)
{
	size_t n = 0;

	while (n < max && pieces[n].len)
		n++;
	assert_int_equal(map->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(map->pieces[i].start,
				 pieces[i].start * SECTOR);
		assert_int_equal(map->pieces[i].bytes, pieces[i].len * SECTOR);
		assert_int_equal(map->pieces[i].dev, pieces[i].dev);
		assert_int_equal(map->pieces[i].dev_start,
				 pieces[i].dev_start * SECTOR);
	}
}

static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table_cases); i++) {
		const struct table_case *one = &table_cases[i];
		struct tier_map map = {0};
		int err = 0;

		print_message("%s\n", one->name);
		for (size_t n = 0; !err && n < 3 && one->targets[n].type; n++)
			err = tier_map_add_target(&map, SELF,
						  one->targets[n].start,
						  one->targets[n].len,
						  one->targets[n].type,
						  one->targets[n].params);
		assert_int_equal(err, one->err);
		expect_pieces(&map, one->pieces, ARRAY_SIZE(one->pieces));
		tier_map_free(&map);
	}
}

static void test_senseless(void **state)
{
	struct tier_map map = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(senseless); i++) {
		print_message("\"%s\"\n", senseless[i]);
		assert_int_equal(tier_map_add_target(&map, SELF, 0, 100,
						     "linear", senseless[i]),
				 -EINVAL);
	}
	assert_int_equal(map.n, 0);
}

/* The lower table: sda, a gap of 50 sectors, sdb. */
static const struct target lower[] = {
	{0, 100, "linear", "8:0 1000"},
	{150, 100, "linear", "8:16 0"},
};

static const struct {
	const char *name;
	struct expected upper; /* dev is that of lower */
	struct expected pieces[2];
} below_cases[] = {
	{"all of it",
	 {0, 250, SELF, 0},
	 {{0, 100, SDA, 1000}, {150, 100, SDB, 0}}},
	{"moved",
	 {7000, 250, SELF, 0},
	 {{7000, 100, SDA, 1000}, {7150, 100, SDB, 0}}},
	{"from the middle to the middle",
	 {7000, 100, SELF, 60},
	 {{7000, 40, SDA, 1060}, {7090, 10, SDB, 0}}},
	{"inside of one", {5, 10, SELF, 160}, {{5, 10, SDB, 10}}},
	{"just one", {5, 100, SELF, 0}, {{5, 100, SDA, 1000}}},
	{"in the gap", {5, 50, SELF, 100}, {{0}}},
	{"longer than the table", {5, 1000, SELF, 200}, {{5, 50, SDB, 50}}},
	{"behind the table", {5, 10, SELF, 250}, {{0}}},
};

static void test_below(void **state)
{
	struct tier_map of_dev = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lower); i++)
		assert_int_equal(tier_map_add_target(&of_dev, SELF,
						     lower[i].start,
						     lower[i].len, "linear",
						     lower[i].params),
				 0);
	for (size_t i = 0; i < ARRAY_SIZE(below_cases); i++) {
		const struct expected *upper = &below_cases[i].upper;
		struct tier_piece piece = {
			upper->start * SECTOR,
			upper->len * SECTOR,
			upper->dev,
			upper->dev_start * SECTOR,
		};
		struct tier_map map = {0};

		print_message("%s\n", below_cases[i].name);
		assert_int_equal(tier_map_add_below(&map, &piece, &of_dev), 0);
		expect_pieces(&map, below_cases[i].pieces,
			      ARRAY_SIZE(below_cases[i].pieces));
		tier_map_free(&map);
	}
	tier_map_free(&of_dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests_name("tier_map", tests, NULL, NULL);
}
