// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/miss.h"

static const struct {
	const char *word, *text;
} misses[] = {
	[PLACE_OK] = {"none", "nothing"},
	[PLACE_FULL] = {"full",
			"the tier has no more free space than --keep-free"},
	[PLACE_PIECES] = {"pieces",
			  "the free space of the tier is in too small pieces"},
	[PLACE_ELSEWHERE] = {"elsewhere",
			     "ext4 allocated elsewhere, again and again"},
	[PLACE_TAKEN] = {"taken", "its old place is not free any more"},
	[PLACE_CHANGED] = {"changed",
			   "it is not where the job left it, or not as large"},
};

const char *place_miss_text(enum place_miss miss)
{
	return misses[miss].text;
}

const char *place_miss_word(enum place_miss miss)
{
	return misses[miss].word;
}
