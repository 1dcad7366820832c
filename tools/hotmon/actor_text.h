/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a process or cgroup as text. */
#ifndef FRSP_HOTMON_ACTOR_TEXT_H
#define FRSP_HOTMON_ACTOR_TEXT_H

#include <stdio.h>

#include "heat/actor_page.h"

/* Prints some lines about the process or cgroup. Then follows a line of titles,
 * and a line for each of its files. Returns 0 or -ENOMEM.
 */
int actor_text_print(FILE *out, const struct hot_actor_page *page, bool exact,
		     int n_columns);

#endif
