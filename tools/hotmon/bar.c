// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/bar.h"

#include <stdlib.h>
#include <string.h>
#include <ncurses.h>

#include "hotmon/keys.h"
#include "ui/screen.h"

/* The row of hot_keys with the first label that has a higher number than nth;
 * NULL: none.
 */
static const struct hot_key *next_label(int nth)
{
	const struct hot_key *next = NULL;

	for (size_t i = 0; i < hot_n_keys; i++) {
		const struct hot_key *key = &hot_keys[i];

		if (key->bar && atoi(key->bar + 1) > nth &&
		    (!next || atoi(key->bar + 1) < atoi(next->bar + 1)))
			next = key;
	}
	return next;
}

void hot_bar_draw(int y)
{
	const struct hot_key *key;
	int x = 0, nth = 0;

	while ((key = next_label(nth))) {
		size_t digits = strspn(key->bar + 1, "0123456789");

		nth = atoi(key->bar + 1);
		mvprintw(y, x, "%.*s", (int)digits + 1, key->bar);
		x += (int)digits + 1;
		attrset(A_REVERSE);
		x = screen_put(y, x, key->bar + 1 + digits, COLS);
		attrset(A_NORMAL);
		x++;
	}
}

int hot_bar_key(int x)
{
	const struct hot_key *key;
	int end = 0, nth = 0;

	while ((key = next_label(nth))) {
		nth = atoi(key->bar + 1);
		end += (int)strlen(key->bar) + 1;
		if (x < end)
			return KEY_F(nth);
	}
	return 0;
}
