// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of paths in a column that is too narrow for them. */
#include "base/path_fit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_width.h"
#include "suite.h"

#define MARK  "\xe2\x80\xa6"
#define KANJI "\346\227\245" /* two columns */

static const struct row {
	const char *locale, *path;
	int n_columns, shift, moved;
	const char *fitting;
} rows[] = {
	/* it fits */
	{"C", "/srv/db/a", 9, 0, 0, "/srv/db/a"},
	{"C", "/srv/db/a", 9, -3, 0, "/srv/db/a"},
	{"C", "/srv/db/a", 9, 3, 0, "/srv/db/a"},
	/* directories leave, from the left */
	{"C", "/srv/db/a", 8, 0, 0, "</db/a"},
	{"C", "/srv/db/a", 6, 0, 0, "</db/a"},
	{"C", "/srv/db/a", 5, 0, 0, "</a"},
	{"C.UTF-8", "/srv/db/a", 6, 0, 0, MARK "/db/a"},
	/* the name is too long: its end leaves */
	{"C", "/srv/abcdefghij", 8, 0, 0, "</abcde>"},
	{"C.UTF-8", "/srv/abcdefghij", 8, 0, 0, MARK "/abcde" MARK},
	{"C", "/srv/abcdefg", 9, 0, 0, "</abcdefg"},
	{"C", "/abcdefghij", 8, 0, 0, "/abcdef>"},
	{"C", "<ino 12 gen 3>", 8, 0, 0, "<ino 12>"},
	/* a label stays, unless that leaves too little room */
	{"C", "[log] /srv/data", 15, 0, 0, "[log] /srv/data"},
	{"C", "[log] /srv/data", 12, 0, 0, "[log] </data"},
	{"C", "[log] /srv/data", 12, -9, -4, "[log] /srv/>"},
	{"C", "[log] /srv/data", 8, 0, 0, "</data"},
	{"C", "[log] no path", 8, 0, 0, "[log] n>"},
	/* scrolled to the left */
	{"C", "/srv/db/a", 6, -1, -1, "<v/db>"},
	{"C", "/srv/db/a", 6, -4, -4, "/srv/>"},
	{"C", "/srv/db/a", 6, -9, -4, "/srv/>"},
	/* scrolled to the right */
	{"C", "/srv/abcdefghij", 8, 1, 1, "<abcdef>"},
	{"C", "/srv/abcdefghij", 8, 4, 4, "<defghij"},
	{"C", "/srv/abcdefghij", 8, 99, 4, "<defghij"},
	{"C", "/srv/db/a", 5, 1, 0, "</a"},
	/* wide characters */
	{"C.UTF-8", "/d/" KANJI KANJI KANJI, 7, 0, 0,
	 MARK "/" KANJI KANJI MARK},
	{"C.UTF-8", "/" KANJI KANJI "/a", 6, 0, 0, MARK "/a"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		int moved = row->shift;
		char *fitting;

		assert_non_null(setlocale(LC_CTYPE, row->locale));
		fitting = malloc(path_fit_size(row->path));
		assert_non_null(fitting);
		path_fit(row->path, row->n_columns, &moved, fitting);
		if (strcmp(fitting, row->fitting) || moved != row->moved)
			fail_msg("row %zu: \"%s\", moved %d", i, fitting,
				 moved);
		free(fitting);
	}
}

/* Whatever the width and the shift, the result fits. */
static void test_always_fits(void **state)
{
	static const char path[] =
		"/" KANJI "x/" KANJI KANJI KANJI "/yy/" KANJI KANJI "z";
	char fitting[100];

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_in_range(path_fit_size(path), 1, sizeof(fitting));
	for (int width = 3; width < 40; width++)
		for (int shift = -30; shift < 30; shift++) {
			int moved = shift;

			path_fit(path, width, &moved, fitting);
			if (text_width(fitting) > width)
				fail_msg("%d columns, shift %d: %s", width,
					 shift, fitting);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_always_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
