// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the file of a plan: what is written is read again, and what is
 * broken is refused with its line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "move/tier_plan.h"
#include "suite.h"

#define UUID "1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d"
#define HEAD "frsp plan 1\nuuid " UUID "\nmade 1796083200\n"
#define MOVE "file 12 7 /a\nmove fast 1048576 1048576 gain\n"
#define AT   "at 1048576 8192 4096\n"

static int read_text(const char *text, struct tier_plan *plan,
		     struct ini_error *error)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(in);
	err = tier_plan_read(in, plan, error);
	fclose(in);
	return err;
}

static void test_round_trip(void **state)
{
	static const char text[] =
		HEAD "file 12 3735928559 /srv/d b\\012\\134\n"
		     "move slow 0 1048576 make_room\n"
		     "at 0 84934656 524288\n"
		     "unwritten 524288 94371840 524288\n"
		     "move fast 1048576 1048576 by_pin\n"
		     "at 1052672 4096 4096\n"
		     "file 13 0 /x\n"
		     "move fast 0 1048576 swap\n"
		     "at 0 0 1048576\n"
		     "end 3\n";
	struct ini_error error;
	struct tier_plan plan;
	char *written;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	(void)state;
	assert_int_equal(read_text(text, &plan, &error), 0);
	assert_string_equal(plan.uuid, UUID);
	assert_int_equal(plan.made_s, 1796083200);
	assert_int_equal(plan.n, 2);
	assert_int_equal(plan.n_moves, 3);
	assert_string_equal(plan.files[0].path, "/srv/d b\n\\");
	assert_int_equal(plan.files[0].generation, 3735928559);
	assert_int_equal(plan.files[0].moves[0].to, TIER_SLOW);
	assert_int_equal(plan.files[0].moves[0].rule, POLICY_MAKE_ROOM);
	assert_int_equal(plan.files[0].moves[0].extents.n, 2);
	assert_true(plan.files[0].moves[0].extents.extents[1].unwritten);
	assert_int_equal(plan.files[0].moves[1].start, 1048576);
	assert_int_equal(plan.files[0].moves[1].extents.extents[0].physical,
			 4096);
	tier_plan_write(out, &plan);
	fclose(out);
	assert_string_equal(written, text);
	free(written);
	tier_plan_free(&plan);
}

/* Texts that are no plans, the line that is wrong, and a part of the message. */
static const struct {
	const char *text;
	unsigned int line;
	const char *what;
} broken[] = {
	{"\n", 1, "not a plan"},
	{"[policy]\n", 1, "not a plan"},
	{"frsp plan\n", 1, "not a plan"},
	{"frsp plan x\n", 1, "not a plan"},
	{"frsp plan 2\nsomething new\n", 1, "version 2"},
	{"frsp plan 1\n", 1, "cut off"},
	{HEAD, 3, "cut off"},
	{HEAD MOVE AT, 6, "cut off"},
	{HEAD MOVE AT "end 2\n", 7, "missing"},
	{HEAD MOVE AT "end 0\n", 7, "missing"},
	{HEAD MOVE "end 1\n", 6, "missing"},
	{HEAD "file 12 7 /a\nend 0\n", 5, "missing"},
	{HEAD "file 12 7 /a\nfile 13 7 /b\n", 5, "missing"},
	{HEAD MOVE AT "end 1\n\n", 8, "follows the end"},
	{HEAD "uuid " UUID "\n", 4, "second UUID"},
	{HEAD "made 1\n", 4, "second time"},
	{"frsp plan 1\nuuid x\n", 2, "UUID"},
	{"frsp plan 1\nmade 1\nfile 1 1 /a\n", 3, "missing"},
	{"frsp plan 1\nuuid " UUID "\nend 0\n", 3, "missing"},
	{HEAD "nonsense 1\n", 4, "no such line"},
	{HEAD "file 12 7 a\n", 4, "/PATH"},
	{HEAD "file 12 7\n", 4, "too short"},
	{HEAD "file 12 4294967296 /a\n", 4, "/PATH"},
	{HEAD "file -1 7 /a\n", 4, "number"},
	{HEAD "file 12 7 /a\\\n", 4, "/PATH"},
	{HEAD "file 12 7 /a\\400\n", 4, "/PATH"},
	{HEAD "file 12 7 /a\\000\n", 4, "/PATH"},
	{HEAD "move fast 0 1 gain\n", 4, "missing"},
	{HEAD "at 0 0 1\n", 4, "no move"},
	{HEAD "file 1 1 /a\nmove up 0 1 gain\n", 5, "fast or slow"},
	{HEAD "file 1 1 /a\nmove fast 0 0 gain\n", 5, "rise"},
	{HEAD "file 1 1 /a\nmove fast 18446744073709551615 1 gain\n", 5,
	 "rise"},
	{HEAD "file 1 1 /a\nmove fast 0 1 costly\n", 5, "rule"},
	{HEAD "file 1 1 /a\nmove fast 0 1 gain x\n", 5, "rule"},
	{HEAD "file 1 1 /a\nmove fast 0 1\n", 5, "too short"},
	{HEAD MOVE "move fast 2097152 1 gain\n", 6, "missing"},
	{HEAD MOVE AT "move fast 2097151 1 gain\n", 7, "rise"},
	{HEAD MOVE "at 1048575 0 1\n", 6, "not in its move"},
	{HEAD MOVE "at 1048576 0 1048577\n", 6, "not in its move"},
	{HEAD MOVE "at 2097153 0 1\n", 6, "not in its move"},
	{HEAD MOVE "at 1048576 0 0\n", 6, "not in its move"},
	{HEAD MOVE "at 1048576 18446744073709551615 1\n", 6, "not in its move"},
	{HEAD MOVE AT "at 1048577 0 1\n", 7, "not in its move"},
	{HEAD MOVE "at 1048576 0 1 1\n", 6, "too long"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		struct ini_error error;
		struct tier_plan plan;

		print_message("%s\n", broken[i].text);
		assert_int_equal(read_text(broken[i].text, &plan, &error),
				 -EINVAL);
		assert_int_equal(error.line, broken[i].line);
		assert_non_null(strstr(error.what, broken[i].what));
		assert_non_null(error.remedy);
		tier_plan_free(&plan);
	}
}

static void test_nul(void **state)
{
	static const char text[] = HEAD "file 1 1 /a\0b\n";
	FILE *in = fmemopen((void *)text, sizeof(text) - 1, "r");
	struct ini_error error;
	struct tier_plan plan;

	(void)state;
	assert_int_equal(tier_plan_read(in, &plan, &error), -EINVAL);
	assert_int_equal(error.line, 4);
	fclose(in);
	tier_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
