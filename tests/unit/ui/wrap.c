// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of breaking lines. */
#include "ui/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

static const struct row {
	const char *text;
	int n_columns;
	const char *wrapped;
} rows[] = {
	{"", 10, ""},
	{"one two\n", 10, "one two\n"},
	{"one two\n", 7, "one two\n"},
	{"one two\n", 6, "one\n  two\n"},
	{"one two three\nfour\n", 8, "one two\n  three\nfour\n"},
	/* the indent counts */
	{"aaaa bbbb cccc dd\n", 9, "aaaa bbbb\n  cccc dd\n"},
	{"aaaa bbbb cccc ddd\n", 9, "aaaa bbbb\n  cccc\n  ddd\n"},
	/* without a blank a line stays, and so does a table */
	{"0123456789\n", 5, "0123456789\n"},
	{" 12 34 56\n", 5, " 12 34 56\n"},
	/* sequences take no columns */
	{"\033[1mone\033[0m two\n", 7, "\033[1mone\033[0m two\n"},
	{"\033[1mone\033[0m two\n", 6, "\033[1mone\033[0m\n  two\n"},
	/* no newline at the end */
	{"one two", 6, "one\n  two"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *wrapped = wrap_text(rows[i].text, rows[i].n_columns);

		if (strcmp(wrapped, rows[i].wrapped))
			fail_msg("row %zu: \"%s\"", i, wrapped);
		free(wrapped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
