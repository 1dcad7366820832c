// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of numbers and file names, formatted and parsed: tables. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "suite.h"

static void test_bytes(void **state)
{
	static const struct {
		__u64 bytes;
		const char *human;
	} table[] = {
		{0, "0"},
		{1023, "1023"},
		{1024, "1.0K"},
		{1536, "1.5K"},
		{1048524, "1023.9K"},
		{1048575, "1.0M"},
		{1ULL << 40, "1.0T"},
		{~0ULL, "16.0E"},
	};
	char buf[FMT_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_string_equal(fmt_bytes(buf, table[i].bytes, false),
				    table[i].human);
	assert_string_equal(fmt_bytes(buf, ~0ULL, true),
			    "18446744073709551615");
}

static void test_temperature(void **state)
{
	static const struct {
		double temperature;
		const char *text;
	} table[] = {
		{0, "0.00"},	  {0.004, "0.00"},  {9.99, "9.99"},
		{9.999, "10.0"},  {99.94, "99.9"},  {99.96, "100"},
		{999.4, "999"},	  {999.9, "1.00k"}, {20630, "20.6k"},
		{7.9e6, "7.90M"}, {3e9, "3.00G"},
	};
	char buf[FMT_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_string_equal(fmt_temperature(buf, table[i].temperature),
				    table[i].text);
}

static void test_rfc3339(void **state)
{
	char buf[FMT_LEN];

	(void)state;
	assert_string_equal(fmt_rfc3339(buf, 0), "1970-01-01T00:00:00.000Z");
	assert_string_equal(fmt_rfc3339(buf, 1234567890007999999ULL),
			    "2009-02-13T23:31:30.007Z");
}

static void test_parse_bytes(void **state)
{
	static const struct {
		const char *text;
		int err;
		__u64 bytes;
	} table[] = {
		{"0", 0, 0},
		{"65536", 0, 65536},
		{"16M", 0, 16 << 20},
		{"16m", 0, 16 << 20},
		{"1.5GiB", 0, 3ULL << 29},
		{"2KB", 0, 2048},
		{"", -EINVAL, 0},
		{"M", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"1Q", -EINVAL, 0},
		{"1MM", -EINVAL, 0},
		{"nan", -EINVAL, 0},
		{"inf", -EINVAL, 0},
		{"1e400", -ERANGE, 0},
		{"16E", -ERANGE, 0},
	};
	__u64 bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int err = fmt_parse_bytes(table[i].text, &bytes);

		if (err != table[i].err || (!err && bytes != table[i].bytes))
			fail_msg("\"%s\": %d, %llu", table[i].text, err, bytes);
	}
}

static void test_parse_seconds(void **state)
{
	static const struct {
		const char *text;
		int err;
		double seconds;
	} table[] = {
		{"300", 0, 300},   {"0.5", 0, 0.5},	{".5", 0, 0.5},
		{"90s", 0, 90},	   {"5m", 0, 300},	{"2h", 0, 7200},
		{"1d", 0, 86400},  {"", -EINVAL, 0},	{"5 m", -EINVAL, 0},
		{"m", -EINVAL, 0}, {"5mm", -EINVAL, 0}, {"-5", -EINVAL, 0},
	};
	double seconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int err = fmt_parse_seconds(table[i].text, &seconds);

		if (err != table[i].err ||
		    (!err && seconds != table[i].seconds))
			fail_msg("\"%s\": %d, %f", table[i].text, err, seconds);
	}
}

static void test_parse_u64(void **state)
{
	__u64 value;

	(void)state;
	assert_int_equal(fmt_parse_u64("18446744073709551615", ~0ULL, &value),
			 0);
	assert_true(value == ~0ULL);
	assert_int_equal(fmt_parse_u64("18446744073709551616", ~0ULL, &value),
			 -ERANGE);
	assert_int_equal(fmt_parse_u64("11", 10, &value), -ERANGE);
	assert_int_equal(fmt_parse_u64("-1", 10, &value), -EINVAL);
	assert_int_equal(fmt_parse_u64("1x", 10, &value), -EINVAL);
	assert_int_equal(fmt_parse_u64("", 10, &value), -EINVAL);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *raw;
		const char *repaired;
	} table[] = {
		{"plain", "plain"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
		{"a\xff"
		 "b",
		 "a\xef\xbf\xbd"
		 "b"},
		{"\xc3", "\xef\xbf\xbd"},		  /* cut short */
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong */
		{"\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf4\x90\x80\x80",
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *repaired = utf8_repaired(table[i].raw);

		assert_string_equal(repaired, table[i].repaired);
		free(repaired);
	}
}

static void test_utf8_mark_cut(void **state)
{
	static const struct {
		const char *raw;
		size_t size;
		const char *cut;
	} table[] = {
		{"abcdef", 7, "abcdef"},
		{"abcdefg", 7, "abc..."},
		{"ab\u00fcdefg", 7, "ab..."},
		{"a\u00fcbdefg", 7, "a\u00fc..."},
		{"abcd", 4, "..."},
		{"abcd", 3, "ab"}, /* no room for a mark */
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		utf8_mark_cut(text, table[i].size,
			      snprintf(text, table[i].size, "%s",
				       table[i].raw));
		assert_string_equal(text, table[i].cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_temperature),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_parse_bytes),
		cmocka_unit_test(test_parse_seconds),
		cmocka_unit_test(test_parse_u64),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_mark_cut),
	};

	return cmocka_run_group_tests_name("fmt", tests, NULL, NULL);
}
