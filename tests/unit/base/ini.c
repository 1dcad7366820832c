// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the reader of configuration files. */
#include <errno.h>
#include <string.h>

#include "base/ini.h"
#include "suite.h"

/* What was read, as one text: "[section]key=value;" */
struct heard {
	char text[512];
};

static int begin_section(void *context, char *name, struct ini_error *error)
{
	struct heard *heard = context;

	if (!strcmp(name, "bad"))
		return ini_wrong(error, error->line, "rename it", "bad \"%s\"",
				 name);
	strcat(strcat(strcat(heard->text, "["), name), "]");
	return 0;
}

static int take_value(void *context, char *key, char *value,
		      struct ini_error *error)
{
	struct heard *heard = context;

	(void)error;
	if (!strcmp(key, "memory"))
		return -ENOMEM;
	strcat(strcat(heard->text, key), "=");
	strcat(strcat(heard->text, value), ";");
	return 0;
}

static int read_text(const char *text, size_t len, struct heard *heard,
		     struct ini_error *error)
{
	const struct ini_reader reader = {
		.begin_section = begin_section,
		.take_value = take_value,
		.context = heard,
		.section_remedy = "close it",
		.line_remedy = "write KEY = VALUE",
	};
	FILE *in = fmemopen((void *)text, len, "r");
	int err;

	assert_non_null(in);
	*heard = (struct heard){0};
	err = ini_read(in, &reader, error);
	fclose(in);
	return err;
}

/* text, and what is heard */
static const char *const good[][2] = {
	{"\n", ""},
	{"# a = b\n;c\n  # d\n", ""},
	{"a=b\n", "a=b;"},
	{"  a b  =  c = d \r\n", "a b=c = d;"},
	{"[ x ]\na=\n=b\n[y]\na=1", "[x]a=;=b;[y]a=1;"},
	{"a = b # c\n", "a=b # c;"},
	{"[x] \na=1\n", "[x]a=1;"},
	{"[]\n", "[]"},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct ini_error error;
		struct heard heard;

		assert_int_equal(read_text(good[i][0], strlen(good[i][0]),
					   &heard, &error),
				 0);
		assert_string_equal(heard.text, good[i][1]);
	}
}

static const struct {
	const char *text;
	unsigned int line;
	const char *what, *remedy;
} bad[] = {
	{"a=b\n[x\n", 2, "no \"]\"", "close it"},
	{"[\n", 1, "no \"]\"", "close it"},
	{"a=b\n\nword\n", 3, "\"word\" is nothing", "KEY = VALUE"},
	{"[x]\n[bad]\na=b\n", 2, "bad \"bad\"", "rename"},
};

static void test_bad(void **state)
{
	static char long_line[8192];
	struct ini_error error;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(read_text(bad[i].text, strlen(bad[i].text),
					   &heard, &error),
				 -EINVAL);
		assert_int_equal(error.line, bad[i].line);
		assert_non_null(strstr(error.what, bad[i].what));
		assert_non_null(strstr(error.remedy, bad[i].remedy));
	}
	memset(long_line, 'x', sizeof(long_line));
	assert_int_equal(read_text(long_line, sizeof(long_line), &heard,
				   &error),
			 -EINVAL);
	assert_int_equal(error.line, 1);
	assert_int_equal(read_text("a=\0b\n", 5, &heard, &error), -EINVAL);
	assert_int_equal(read_text("memory=\n", 8, &heard, &error), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
