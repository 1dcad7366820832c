// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the number of columns that a text takes, and of cutting texts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_width.h"

#define UMLAUT	  "\303\244"	     /* a with two dots: one column */
#define KANJI	  "\346\227\245"     /* two columns */
#define EMOJI	  "\360\237\230\200" /* two columns */
#define COMBINING "e\314\201"	     /* one column, two characters */

static const struct row {
	const char *locale, *text;
	int width;
	int n_columns;
	size_t n_bytes; /* that fit into the columns */
} rows[] = {
	{"C.UTF-8", "", 0, 5, 0},
	{"C.UTF-8", "abc", 3, 2, 2},
	{"C.UTF-8", "abc", 3, 3, 3},
	{"C.UTF-8", "abc", 3, 0, 0},
	{"C.UTF-8", UMLAUT UMLAUT, 2, 1, 2},
	{"C.UTF-8", KANJI KANJI, 4, 3, 3},
	{"C.UTF-8", KANJI KANJI, 4, 1, 0},
	{"C.UTF-8", "a" EMOJI "b", 4, 3, 5},
	{"C.UTF-8", COMBINING "x", 2, 1, 3},
	{"C.UTF-8", "\344x", 2, 1, 1},
	{"C", UMLAUT, 2, 1, 1},
	{"C", "abc", 3, 2, 2},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_non_null(setlocale(LC_CTYPE, rows[i].locale));
		if (text_width(rows[i].text) != rows[i].width ||
		    text_fitting_bytes(rows[i].text, rows[i].n_columns) !=
			    rows[i].n_bytes)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
