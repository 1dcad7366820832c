// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the list of parts of files. */
#include <errno.h>
#include <string.h>

#include "move/ranges.h"
#include "scratch.h"

static int read_text(const char *text, size_t len, struct ranges *ranges,
		     struct ranges_error *error)
{
	FILE *in = fmemopen((void *)text, len, "r");
	int err;

	assert_non_null(in);
	err = ranges_read(in, ranges, error);
	fclose(in);
	return err;
}

static void test_list(void **state)
{
	static const char text[] = "# a comment\n\n"
				   "1M 512K /none/b\n"
				   "  0\t- /none/a b\tc \n"
				   "0 4096 /none/b\n"
				   "1.5M 1M /none/b\n" /* touches the first */
				   "100 200 /none/b";
	struct ranges_error error;
	struct ranges ranges;

	(void)state;
	assert_int_equal(read_text(text, strlen(text), &ranges, &error), 0);
	assert_int_equal(ranges.n, 2);
	assert_string_equal(ranges.files[0].path, "/none/a b\tc ");
	assert_int_equal(ranges.files[0].n, 1);
	assert_int_equal(ranges.files[0].ranges[0].end, ~0ULL);
	assert_string_equal(ranges.files[1].path, "/none/b");
	assert_int_equal(ranges.files[1].n, 2);
	assert_int_equal(ranges.files[1].ranges[0].end, 4096);
	assert_int_equal(ranges.files[1].ranges[1].start, 1 << 20);
	assert_int_equal(ranges.files[1].ranges[1].end, 5 << 19);
	assert_ptr_equal(ranges_of(&ranges, "/none/b"), &ranges.files[1]);
	assert_ptr_equal(ranges_of(&ranges, "/none/a b\tc "), &ranges.files[0]);
	assert_null(ranges_of(&ranges, "/none"));
	ranges_free(&ranges);
}

/* Two names of one file are one file. */
static void test_names(void **state)
{
	struct ranges_error error;
	struct ranges ranges;
	char text[3 * PATH_MAX], path[PATH_MAX];

	(void)state;
	scratch_write("file", "");
	strcpy(path, scratch_path("file"));
	assert_int_equal(symlink(path, scratch_path("link")), 0);
	snprintf(text, sizeof(text), "0 10 %s\n20 10 %s/./file\n40 10 %s\n",
		 scratch_path("link"), scratch, path);
	assert_int_equal(read_text(text, strlen(text), &ranges, &error), 0);
	assert_int_equal(ranges.n, 1);
	assert_int_equal(ranges.files[0].n, 3);
	ranges_free(&ranges);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		unsigned int line;
	} rows[] = {
		{"0 1M\n", 5, 1},
		{"# x\n1M /a\n", 10, 2},
		{"0 1M /a\nx 1M /a\n", 16, 2},
		{"0 y /a\n", 7, 1},
		{"0 0 /a\n", 7, 1},
		{"-1 5 /a\n", 8, 1},
		{"0 5 /a\0b\n", 9, 1},
	};
	struct ranges_error error;
	struct ranges ranges;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].text);
		assert_int_equal(read_text(rows[i].text, rows[i].len, &ranges,
					   &error),
				 -EINVAL);
		assert_int_equal(error.line, rows[i].line);
		assert_non_null(error.what);
		assert_non_null(error.remedy);
	}
	assert_int_equal(read_text("\n", 1, &ranges, &error), 0);
	assert_int_equal(ranges.n, 0);
	ranges_free(&ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		scratch_test(test_names),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
