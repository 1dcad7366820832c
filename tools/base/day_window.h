/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of the day in which something may be done, as people write it:
 *
 *   01:00-05:00   from one o'clock to five
 *   22:30-06:00   over midnight
 *   always
 */
#ifndef FRSP_DAY_WINDOW_H
#define FRSP_DAY_WINDOW_H

#include <time.h>

struct day_window {
	int begin_min, end_min; /* of the day; equal: always */
};

/* 0 or -EINVAL. */
int day_window_parse(const char *text, struct day_window *window);

/* How many seconds are left until it ends; 0: it is not now; INFINITY: it never
 * ends.
 */
double day_window_left_s(const struct day_window *window, const struct tm *now);

#endif
