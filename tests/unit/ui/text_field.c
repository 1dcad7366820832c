// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of typing. Each byte of a text is a key. */
#include "ui/text_field.h"

#include <string.h>

#include "suite.h"

static const struct row {
	const char *keys; /* "\b" is backspace */
	const char *text;
} rows[] = {
	{"abc", "abc"},
	{"abc\b", "ab"},
	{"\b\ba", "a"},
	{"abcdefghij", "abcdefg"},
	{"\346\227\245x\b", "\346\227\245"},
	{"\346\227\245\b", ""},
	{"abcde\346\227\245", "abcde"},
	{"a\227b", "ab"}, /* a byte that begins no character */
	{"a\001b", "ab"},
	{"a\033b", "b"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[8] = "";

		for (const char *key = rows[i].keys; *key; key++)
			text_field_key(text, sizeof(text), (unsigned char)*key);
		if (strcmp(text, rows[i].text))
			fail_msg("row %zu: \"%s\"", i, text);
	}
}

static void test_events(void **state)
{
	char text[8] = "";

	(void)state;
	assert_int_equal(text_field_key(text, sizeof(text), 'a'),
			 TEXT_FIELD_CHANGED);
	assert_int_equal(text_field_key(text, sizeof(text), 1),
			 TEXT_FIELD_SAME);
	assert_int_equal(text_field_key(text, sizeof(text), 1000),
			 TEXT_FIELD_SAME);
	assert_int_equal(text_field_key(text, sizeof(text), '\n'),
			 TEXT_FIELD_DONE);
	assert_string_equal(text, "a");
	assert_int_equal(text_field_key(text, sizeof(text), KEY_ESCAPE),
			 TEXT_FIELD_CANCELED);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
