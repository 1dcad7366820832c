// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the conversion of a path on a mount to a path in its filesystem. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "paths/places.h"

struct inside_row {
	const char *target, *root; /* fields of the mount in mountinfo */
	const char *path;
	const char *inside; /* NULL: unknown */
};

static const struct inside_row inside_rows[] = {
	{"/", "/", "/a/f", "/a/f"},
	{"/", "/", "/", "/"},
	{"/m", "/", "/m/a/f", "/a/f"},
	{"/m", "/", "/m", "/"},
	{"/m", "/d/e", "/m/f", "/d/e/f"},
	{"/m", "/d/e", "/m", "/d/e"},
	{"/", "/d", "/f", "/d/f"},
	{"/m/hosts", "/d/hosts", "/m/hosts", "/d/hosts"}, /* a mounted file */
	{"/m", "/", "/mm/f", NULL},
	{"/m", "/", "/", NULL},
	{"/m", "", "/m/f", NULL}, /* the root of a chroot */
};

static void test_inside(void **state)
{
	char inside[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(inside_rows) / sizeof(inside_rows[0]);
	     i++) {
		const struct inside_row *row = &inside_rows[i];
		const struct mount_entry entry = {.target = row->target,
						  .root = row->root};
		bool is_told = path_inside(&entry, row->path, inside);

		assert_int_equal(is_told, row->inside != NULL);
		if (is_told)
			assert_string_equal(inside, row->inside);
	}
}

static void test_below(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/", "/a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests_name("path_places", tests, NULL, NULL);
}
