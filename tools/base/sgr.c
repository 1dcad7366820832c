// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sgr.h"

#include <stdlib.h>

#define MAX_NUMBERS 16

/* Applies the numbers after 38 or 48: "5;N" or "2;R;G;B". Returns how many it
 * used.
 */
static int apply_extended(int *color, const int numbers[], int n)
{
	if (n >= 2 && numbers[0] == 5) {
		*color = numbers[1];
		return 2;
	}
	if (n >= 4 && numbers[0] == 2) {
		*color = SGR_RGB | (numbers[1] & 255) << 16 |
			 (numbers[2] & 255) << 8 | (numbers[3] & 255);
		return 4;
	}
	return n; /* unknown: all the others may belong to it */
}

/* Applies the first of n numbers, with those that belong to it. Returns how
 * many it used.
 */
static int apply(struct sgr *sgr, const int numbers[], int n)
{
	int number = numbers[0];

	if (number == 38 || number == 48)
		return 1 + apply_extended(number == 38 ? &sgr->fg : &sgr->bg,
					  numbers + 1, n - 1);
	if (number == 0)
		*sgr = SGR_PLAIN;
	else if (number == 1)
		sgr->bold = true;
	else if (number == 2)
		sgr->dim = true;
	else if (number == 7)
		sgr->reverse = true;
	else if (number >= 30 && number <= 37)
		sgr->fg = number - 30;
	else if (number == 39)
		sgr->fg = SGR_DEFAULT;
	else if (number >= 40 && number <= 47)
		sgr->bg = number - 40;
	else if (number == 49)
		sgr->bg = SGR_DEFAULT;
	else if (number >= 90 && number <= 97)
		sgr->fg = number - 90 + 8;
	else if (number >= 100 && number <= 107)
		sgr->bg = number - 100 + 8;
	return 1;
}

size_t sgr_parse(const char *text, struct sgr *sgr)
{
	const char *at = text + 2;
	int numbers[MAX_NUMBERS] = {0}, n = 0;

	if (text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < MAX_NUMBERS) {
		char *end;

		/* No digits mean 0; a sign or a blank is an error. */
		numbers[n++] = *at >= '0' && *at <= '9' ? strtol(at, &end, 10)
							: (end = (char *)at, 0);
		at = end;
		if (*at != ';')
			break;
		at++;
	}
	if (*at != 'm')
		return 0;
	for (int i = 0; i < n;)
		i += apply(sgr, numbers + i, n - i);
	return at + 1 - text;
}
