/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text with colours as terminals take them: ECMA-48's SELECT GRAPHIC RENDITION,
 * "ESC [ n ; n m". What is printed with it goes to a terminal as it is, or is
 * taken apart for ncurses.
 */
#ifndef FRSP_SGR_H
#define FRSP_SGR_H

#include <stdbool.h>
#include <stddef.h>

#define SGR_DEFAULT (-1)
#define SGR_RGB	    (1 << 24) /* a flag: the rest is 0xRRGGBB */

struct sgr {
	bool bold, dim, reverse;
	int fg, bg; /* of 256, with SGR_RGB, or SGR_DEFAULT */
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
 * If a sequence begins at text, applies it to *sgr (what it does not know it
 * leaves alone) and returns its length in bytes; else 0.
 */
size_t sgr_parse(const char *text, struct sgr *sgr);

#endif
