// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/day_window.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define DAY_MIN (24 * 60)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HH:MM" as minutes; -1: it is none. */
static int parse_time(const char *text)
{
	int hours, minutes;

	if (!is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' ||
	    !is_digit(text[3]) || !is_digit(text[4]))
		return -1;
	hours = (text[0] - '0') * 10 + text[1] - '0';
	minutes = (text[3] - '0') * 10 + text[4] - '0';
	return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

int day_window_parse(const char *text, struct day_window *window)
{
	*window = (struct day_window){0};
	if (!strcmp(text, "always"))
		return 0;
	if (strlen(text) != strlen("01:00-05:00") || text[5] != '-')
		return -EINVAL;
	window->begin_min = parse_time(text);
	window->end_min = parse_time(text + 6);
	if (window->begin_min < 0 || window->end_min < 0 ||
	    window->begin_min == window->end_min)
		return -EINVAL;
	return 0;
}

double day_window_left_s(const struct day_window *window, const struct tm *now)
{
	int length = window->end_min - window->begin_min, since;

	if (!length)
		return INFINITY;
	if (length < 0)
		length += DAY_MIN;
	since = now->tm_hour * 60 + now->tm_min - window->begin_min;
	if (since < 0)
		since += DAY_MIN;
	return since < length ? (length - since) * 60.0 - now->tm_sec : 0;
}
