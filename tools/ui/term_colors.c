// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/term_colors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ncurses.h>
#include <term.h>

#define FEWEST 8

/* More than 256 are numbered in a way of their own, from the ninth on: with RGB
 * of user_caps(5), and so many, it is 0xRRGGBB.
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
