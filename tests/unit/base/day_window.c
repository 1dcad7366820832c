// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/day_window.h"

#include <errno.h>
#include <math.h>

#include "suite.h"

static void test_parse(void **state)
{
	static const char *const wrong[] = {"",
					    "1:00-5:00",
					    "01:00",
					    "01:00-24:00",
					    "01:60-05:00",
					    "01:00-01:00",
					    "01:00 05:00",
					    "01:00-05:000",
					    "Always",
					    "0100-0500",
					    "aa:00-05:00",
					    "01:00-05;00"};
	struct day_window window;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(day_window_parse(wrong[i], &window), -EINVAL);
	assert_int_equal(day_window_parse("always", &window), 0);
	assert_int_equal(window.begin_min, window.end_min);
	assert_int_equal(day_window_parse("00:00-23:59", &window), 0);
	assert_int_equal(window.begin_min, 0);
	assert_int_equal(window.end_min, 1439);
}

struct example {
	const char *window;
	int hour, min, sec;
	double left_s;
};

static const struct example examples[] = {
	{"01:00-05:00", 0, 59, 59, 0},
	{"01:00-05:00", 1, 0, 0, 4 * 3600},
	{"01:00-05:00", 4, 59, 30, 30},
	{"01:00-05:00", 5, 0, 0, 0},
	{"22:30-06:00", 22, 29, 59, 0},
	{"22:30-06:00", 22, 30, 0, 7.5 * 3600},
	{"22:30-06:00", 0, 0, 0, 6 * 3600},
	{"22:30-06:00", 6, 0, 0, 0},
	{"22:30-06:00", 12, 0, 0, 0},
	{"always", 12, 0, 0, INFINITY},
};

static void test_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *example = &examples[i];
		const struct tm now = {.tm_hour = example->hour,
				       .tm_min = example->min,
				       .tm_sec = example->sec};
		struct day_window window;

		print_message("%s at %02d:%02d:%02d\n", example->window,
			      example->hour, example->min, example->sec);
		assert_int_equal(day_window_parse(example->window, &window), 0);
		assert_true(day_window_left_s(&window, &now) ==
			    example->left_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
