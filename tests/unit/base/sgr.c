// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the parser of escape sequences for colours (SGR). */
#include "suite.h"
#include "base/sgr.h"

struct parse_case {
	const char *text;
	size_t len; /* of the sequence; 0: no sequence begins here */
	struct sgr sgr;
};

#define PLAIN .fg = SGR_DEFAULT, .bg = SGR_DEFAULT

static const struct parse_case parse_cases[] = {
	{"plain", 0, {PLAIN}},
	{"", 0, {PLAIN}},
	{"\033", 0, {PLAIN}},
	{"\033[", 0, {PLAIN}},
	{"\033[1", 0, {PLAIN}},
	{"\033[2J", 0, {PLAIN}},
	{"\033[-1m", 0, {PLAIN}},
	{"\033[1mrest", 4, {PLAIN, .bold = true}},
	{SGR_DIM, 4, {PLAIN, .dim = true}},
	{SGR_HEAD, 4, {PLAIN, .reverse = true}},
	{SGR_RED, 5, {.fg = 1, .bg = SGR_DEFAULT}},
	{"\033[44m", 5, {.fg = SGR_DEFAULT, .bg = 4}},
	{"\033[1;31;42m", 10, {.bold = true, .fg = 1, .bg = 2}},
	{"\033[38;5;231;48;5;22m", 19, {.fg = 231, .bg = 22}},
	{"\033[38;5m", 7, {PLAIN}},
	{"\033[38;2;255;255;255;48;2;26;117;0m",
	 33,
	 {.fg = SGR_RGB | 0xffffff, .bg = SGR_RGB | 0x1a7500}},
	{"\033[38;2;0;0;1;1m",
	 15,
	 {.fg = SGR_RGB | 1, .bg = SGR_DEFAULT, .bold = true}},
	{"\033[38;2;1m", 9, {PLAIN}},
	{"\033[92;101m", 9, {.fg = 10, .bg = 9}},
	{"\033[31;39m", 8, {PLAIN}},
	{"\033[41;49m", 8, {PLAIN}},
	{"\033[1;0m", 6, {PLAIN}},
	{"\033[m", 3, {PLAIN}},
	{"\033[99m", 5, {PLAIN}},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parse_cases); i++) {
		const struct parse_case *one = &parse_cases[i];
		struct sgr sgr = SGR_PLAIN;

		assert_int_equal(sgr_parse(one->text, &sgr), one->len);
		if (!one->len)
			continue;
		assert_int_equal(sgr.bold, one->sgr.bold);
		assert_int_equal(sgr.dim, one->sgr.dim);
		assert_int_equal(sgr.reverse, one->sgr.reverse);
		assert_int_equal(sgr.fg, one->sgr.fg);
		assert_int_equal(sgr.bg, one->sgr.bg);
	}
}

/* Attributes that a sequence does not mention stay as they were. */
static void test_goes_on(void **state)
{
	struct sgr sgr = SGR_PLAIN;

	(void)state;
	sgr_parse(SGR_RED, &sgr);
	sgr_parse(SGR_BOLD, &sgr);
	assert_int_equal(sgr.fg, 1);
	assert_true(sgr.bold);
	sgr_parse(SGR_RESET, &sgr);
	assert_int_equal(sgr.fg, SGR_DEFAULT);
	assert_false(sgr.bold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_goes_on),
	};

	return cmocka_run_group_tests_name("sgr", tests, NULL, NULL);
}
