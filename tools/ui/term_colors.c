// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/term_colors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ncurses.h>
#include <term.h>

#define FEWEST 8

/* A terminal with more than 256 colours numbers them in its own way, from the
 * ninth on. If it has RGB of user_caps(5) and 2^24 colours, a number is
 * 0xRRGGBB. Otherwise we use only the first eight.
 */
int term_colors_current(void)
{
	bool rgb = tigetflag("RGB") > 0 || tigetnum("RGB") == 8;
	int n = tigetnum("colors");

	if (n > 256)
		return rgb && n == TERM_COLORS_RGB ? TERM_COLORS_RGB : FEWEST;
	return n > 0 ? n : 0;
}

int term_colors_stdout(void)
{
	const char *said = getenv("COLORTERM");
	int err, n;

	if (said && (!strcmp(said, "truecolor") || !strcmp(said, "24bit")))
		return TERM_COLORS_RGB;
	if (setupterm(NULL, STDOUT_FILENO, &err) == ERR)
		return FEWEST;
	n = term_colors_current();
	del_curterm(cur_term);
	return n >= FEWEST ? n : FEWEST;
}
