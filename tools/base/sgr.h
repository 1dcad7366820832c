/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours in text, in the way of terminals: SELECT GRAPHIC RENDITION of
 * ECMA-48, "ESC [ n ; n m". Such text goes to a terminal as it is, or is parsed
 * for ncurses.
 */
#ifndef FRSP_SGR_H
#define FRSP_SGR_H

#include <stdbool.h>
#include <stddef.h>

#define SGR_DEFAULT (-1)
#define SGR_RGB	    (1 << 24) /* a flag: the rest is 0xRRGGBB */

struct sgr {
	bool bold, dim, reverse;
	int fg, bg; /* 0 to 255, a colour with SGR_RGB, or SGR_DEFAULT */
};

#define SGR_PLAIN ((struct sgr){.fg = SGR_DEFAULT, .bg = SGR_DEFAULT})

#define SGR_RESET  "\033[0m"
#define SGR_BOLD   "\033[1m"
#define SGR_DIM	   "\033[2m"
#define SGR_HEAD   "\033[7m" /* reverse */
#define SGR_RED	   "\033[31m"
#define SGR_GREEN  "\033[32m"
#define SGR_YELLOW "\033[33m"
#define SGR_CYAN   "\033[36m"

/*
 * If a sequence begins at text, applies it to *sgr and returns its length in
 * bytes; else 0. Numbers that are not known change nothing.
 */
size_t sgr_parse(const char *text, struct sgr *sgr);

#endif
