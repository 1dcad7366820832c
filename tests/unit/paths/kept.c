// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests that kept results of look-ups do not depend on what they came from. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "paths/kept.h"

static void test_outlives_the_texts(void **state)
{
	char path[] = "/m/a", fs_type[] = "ext4";
	const struct path_result result = {
		.path = path,
		.state = PATH_DELETED,
		.n_links = 2,
		.fs_type = fs_type,
		.fs_dev = 3,
		.hang_id = 4,
	};
	const struct path_result *first, *second;
	struct path_kept *list = NULL;

	(void)state;
	first = path_keep(&list, &result);
	strcpy(path, "/m/b");
	second = path_keep(&list, &result);
	memset(path, 'x', sizeof(path) - 1);
	memset(fs_type, 'x', sizeof(fs_type) - 1);
	assert_string_equal(first->path, "/m/a");
	assert_string_equal(second->path, "/m/b");
	assert_string_equal(first->fs_type, "ext4");
	assert_int_equal(first->state, PATH_DELETED);
	assert_int_equal(first->n_links, 2);
	assert_int_equal(first->fs_dev, 3);
	assert_int_equal(first->hang_id, 4);
	path_kept_free(&list);
	assert_null(list);
}

static void test_no_texts(void **state)
{
	const struct path_result result = {.state = PATH_OUTSIDE};
	struct path_kept *list = NULL;
	const struct path_result *kept = path_keep(&list, &result);

	(void)state;
	assert_null(kept->path);
	assert_null(kept->fs_type);
	assert_int_equal(kept->state, PATH_OUTSIDE);
	path_kept_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outlives_the_texts),
		cmocka_unit_test(test_no_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
