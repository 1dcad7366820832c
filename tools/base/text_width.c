// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text_width.h"

#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

bool text_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Returns the columns of the character at text. *len: its bytes; 0: the end. */
static int next_width(const char *text, mbstate_t *state, size_t *len)
{
	wchar_t character;
	int width;

	*len = mbrtowc(&character, text, MB_CUR_MAX, state);
	if (*len > MB_CUR_MAX) { /* invalid here: a byte, a column */
		memset(state, 0, sizeof(*state));
		*len = 1;
		return 1;
	}
	width = wcwidth(character);
	return width > 0 ? width : 0;
}

static size_t measure(const char *text, int n_columns, int *width)
{
	const char *at = text;
	mbstate_t state = {0};
	int one;
	size_t len;

	*width = 0;
	while (one = next_width(at, &state, &len),
	       len && one <= n_columns - *width) {
		*width += one;
		at += len;
	}
	return at - text;
}

int text_width(const char *text)
{
	int width;

	measure(text, INT_MAX, &width);
	return width;
}

size_t text_fitting_bytes(const char *text, int n_columns)
{
	int width;

	return measure(text, n_columns, &width);
}
