/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done about a file: commands that exist, one for each case. */
#ifndef FRSP_HOTMON_ADVICE_H
#define FRSP_HOTMON_ADVICE_H

#include "heat/page.h"

struct advice {
	char *command;	     /* for a shell */
	const char *meaning; /* what it does */
};

#define ADVICE_MAX 16

/* Fills in what applies to the file. Returns how many. The caller frees each
 * .command.
 */
size_t advice_list(const struct hot_page *page, struct advice list[ADVICE_MAX]);

/* Writes text as one word of a shell. A word of other characters than letters,
 * digits and a few signs becomes $'...', with escapes. The caller frees it.
 * NULL: no memory.
 */
char *advice_quote(const char *text);

#endif
