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
#define ROOM "room 1 2 3 4\nmoved 5\n"
#define HEAD "frsp plan 2\nuuid " UUID "\nmade 1796083200\n" ROOM
#define BY   "by 1 2 3 4 5 6\n"
#define MOVE "file 12 7 /a\nmove fast 1048576 1048576 gain\n"
#define AT   BY "at 1048576 8192 4096\n"

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

static char *write_text(const struct tier_plan *plan)
{
	char *written;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	tier_plan_write(out, plan);
	fclose(out);
	return written;
}

static void test_round_trip(void **state)
{
	static const char head[] =
		"frsp plan 2\nuuid " UUID "\nmade 1796083200\n"
		"room 400 300 200 100\nmoved 50\n";
	static const char rest[] = "stays slow costly 9 8650752\n"
				   "stays fast in_place 1 4096\n"
				   "file 12 3735928559 /srv/d b\\012\\134\n"
				   "move slow 0 1048576 make_room\n"
				   "by 0.25 0 12.5 13 2218.1 0\n"
				   "other 2097152 /srv/e\\012\n"
				   "at 0 84934656 524288\n"
				   "unwritten 524288 94371840 524288\n"
				   "move fast 1048576 1048576 by_pin\n"
				   "by 1 2 3 4 0 0\n"
				   "at 1052672 4096 4096\n"
				   "stay slow 2097152 1048576 not_hotter\n"
				   "by 90 1e+07 2100 5 2000 0\n"
				   "file 13 0 /x\n"
				   "move fast 0 1048576 swap\n"
				   "by 0 0 0 0 0 0\n"
				   "at 0 0 1048576\n"
				   "end 4\n";
	char *text, *written;
	struct ini_error error;
	struct tier_plan plan;
	const struct tier_plan_move *move;

	(void)state;
	assert_true(asprintf(&text, "%sset hysteresis 12.5%%\n%s", head, rest) >
		    0);
	assert_int_equal(read_text(text, &plan, &error), 0);
	assert_string_equal(plan.uuid, UUID);
	assert_int_equal(plan.made_s, 1796083200);
	assert_int_equal(plan.room.fast_bytes, 400);
	assert_int_equal(plan.room.data_bytes, 100);
	assert_int_equal(plan.moved_bytes, 50);
	assert_true(plan.settings.hysteresis_pct == 12.5);
	assert_true(plan.settings.half_life_s == 6 * 3600);
	assert_int_equal(plan.n_stays, 2);
	assert_int_equal(plan.stays[0].rule, POLICY_COSTLY);
	assert_int_equal(plan.stays[0].n, 9);
	assert_int_equal(plan.n, 2);
	assert_int_equal(plan.n_moves, 4);
	assert_string_equal(plan.files[0].path, "/srv/d b\n\\");
	assert_int_equal(plan.files[0].generation, 3735928559);
	move = plan.files[0].moves;
	assert_int_equal(move->from, TIER_FAST);
	assert_int_equal(move->to, TIER_SLOW);
	assert_int_equal(move->rule, POLICY_MAKE_ROOM);
	assert_true(move->figures.reads_per_hour == 0.25);
	assert_true(move->figures.other_gain == 2218.1);
	assert_string_equal(move->other_path, "/srv/e\n");
	assert_int_equal(move->other_start, 2097152);
	assert_int_equal(move->extents.n, 2);
	assert_true(move->extents.extents[1].unwritten);
	assert_int_equal(move[1].start, 1048576);
	assert_int_equal(move[1].extents.extents[0].physical, 4096);
	assert_false(tier_plan_moves(&move[2]));
	assert_int_equal(move[2].from, TIER_SLOW);
	assert_int_equal(move[2].extents.n, 0);
	written = write_text(&plan);
	/* all settings are written, and the rest as it was */
	assert_int_equal(strncmp(written, head, strlen(head)), 0);
	assert_non_null(strstr(written, "\nset half_life 21600\n"));
	assert_non_null(strstr(written, "\nset hysteresis 12.5%\n"));
	assert_non_null(strstr(written, "\nset budget 2%\n"));
	assert_non_null(strstr(written, "\nset fast_latency 0.0001\n"));
	assert_string_equal(strstr(written, "stays "), rest);
	tier_plan_free(&plan);
	free(text);
	assert_int_equal(read_text(written, &plan, &error), 0);
	text = write_text(&plan);
	assert_string_equal(text, written);
	tier_plan_free(&plan);
	free(text);
	free(written);
}

/* A newer program may have settings that this one lacks. */
static void test_other_settings(void **state)
{
	struct ini_error error;
	struct tier_plan plan;

	(void)state;
	assert_int_equal(read_text(HEAD "set of_tomorrow 3x\nend 0\n", &plan,
				   &error),
			 0);
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
	{"frsp plan 1\n", 1, "version 1"},
	{"frsp plan 3\nsomething new\n", 1, "version 3"},
	{"frsp plan 2\n", 1, "cut off"},
	{HEAD, 5, "cut off"},
	{HEAD MOVE AT, 9, "cut off"},
	{HEAD MOVE AT "end 2\n", 10, "missing"},
	{HEAD MOVE AT "end 0\n", 10, "missing"},
	{HEAD MOVE BY "end 1\n", 9, "missing"},
	{HEAD MOVE "at 1048576 8192 4096\nend 1\n", 9, "missing"},
	{HEAD "file 12 7 /a\nend 0\n", 7, "missing"},
	{HEAD "file 12 7 /a\nfile 13 7 /b\n", 7, "missing"},
	{HEAD MOVE AT "end 1\n\n", 11, "follows the end"},
	{HEAD "uuid " UUID "\n", 6, "second UUID"},
	{HEAD "made 1\n", 6, "second time"},
	{HEAD ROOM, 6, "second time"},
	{HEAD "moved 1\n", 6, "second time"},
	{HEAD "room 1 2 3\n", 6, "number"},
	{HEAD "set half_life 0\n", 6, "value"},
	{HEAD "set half_life\n", 6, "too short"},
	{HEAD "stays up costly 1 1\n", 6, "no tier"},
	{HEAD "stays slow colder 1 1\n", 6, "rule"},
	{"frsp plan 2\nuuid x\n", 2, "UUID"},
	{"frsp plan 2\nmade 1\n" ROOM "file 1 1 /a\n", 5, "missing"},
	{"frsp plan 2\nuuid " UUID "\n" ROOM "end 0\n", 5, "missing"},
	{"frsp plan 2\nuuid " UUID "\nmade 1\nmoved 0\nend 0\n", 5, "missing"},
	{"frsp plan 2\nuuid " UUID "\nmade 1\nroom 1 1 1 1\nend 0\n", 5,
	 "missing"},
	{HEAD "nonsense 1\n", 6, "no such line"},
	{HEAD "file 12 7 a\n", 6, "/PATH"},
	{HEAD "file 12 7\n", 6, "too short"},
	{HEAD "file 12 4294967296 /a\n", 6, "/PATH"},
	{HEAD "file -1 7 /a\n", 6, "number"},
	{HEAD "file 12 7 /a\\\n", 6, "/PATH"},
	{HEAD "file 12 7 /a\\400\n", 6, "/PATH"},
	{HEAD "file 12 7 /a\\000\n", 6, "/PATH"},
	{HEAD "move fast 0 1 gain\n", 6, "missing"},
	{HEAD "at 0 0 1\n", 6, "no move"},
	{HEAD BY, 6, "no move"},
	{HEAD "other 0 /a\n", 6, "no move"},
	{HEAD "file 1 1 /a\nmove up 0 1 gain\n", 7, "fast or slow"},
	{HEAD "file 1 1 /a\nmove fast 0 0 gain\n", 7, "rise"},
	{HEAD "file 1 1 /a\nmove fast 18446744073709551615 1 gain\n", 7,
	 "rise"},
	{HEAD "file 1 1 /a\nmove fast 0 1 costly\n", 7, "rule"},
	{HEAD "file 1 1 /a\nmove fast 0 1 gain x\n", 7, "rule"},
	{HEAD "file 1 1 /a\nmove fast 0 1\n", 7, "too short"},
	{HEAD MOVE "move fast 2097152 1 gain\n", 8, "missing"},
	{HEAD MOVE BY "move fast 2097152 1 gain\n", 9, "missing"},
	{HEAD MOVE AT "move fast 2097151 1 gain\n", 10, "rise"},
	{HEAD MOVE BY BY, 9, "no move"},
	{HEAD MOVE "by 1 2 3 4 5\n", 8, "figure"},
	{HEAD MOVE "by 1 2 3 4 5 nan\n", 8, "figure"},
	{HEAD MOVE "by 1 2 3 4 5 -1\n", 8, "figure"},
	{HEAD MOVE "by 1 2 3 4 5 6x\n", 8, "figure"},
	{HEAD MOVE "other 0 a\n", 8, "/PATH"},
	{HEAD MOVE "other 0 /a\nother 0 /a\n", 9, "no move"},
	{HEAD "file 1 1 /a\nstay slow 0 1 costly\n" BY "at 0 0 1\n", 9,
	 "no move"},
	{HEAD "file 1 1 /a\nstay slow 0 1 costly\nend 1\n", 8, "missing"},
	{HEAD MOVE "at 1048575 0 1\n", 8, "not in its move"},
	{HEAD MOVE "at 1048576 0 1048577\n", 8, "not in its move"},
	{HEAD MOVE "at 2097153 0 1\n", 8, "not in its move"},
	{HEAD MOVE "at 1048576 0 0\n", 8, "not in its move"},
	{HEAD MOVE "at 1048576 18446744073709551615 1\n", 8, "not in its move"},
	{HEAD MOVE AT "at 1048577 0 1\n", 10, "not in its move"},
	{HEAD MOVE "at 1048576 0 1 1\n", 8, "too long"},
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
	assert_int_equal(error.line, 6);
	fclose(in);
	tier_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_other_settings),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
