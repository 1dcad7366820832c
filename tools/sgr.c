// SPDX-License-Identifier: GPL-2.0-or-later
#include "sgr.h"

#include <stdlib.h>

#define MAX_NUMBERS 8

/* n numbers of one sequence, from i on; returns how many were used. */
static int apply(struct sgr *sgr, const int numbers[], int n)
{
	int number = numbers[0];

	if ((number == 38 || number == 48) && n >= 3 && numbers[1] == 5) {
		if (number == 38)
			sgr->fg = numbers[2];
		else
			sgr->bg = numbers[2];
		return 3;
	}
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

		/* nothing is 0; a sign or a blank ends the sequence badly */
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
