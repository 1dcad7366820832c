// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the files of "frspctl save": decoding gives what was encoded, and
 * refuses a file that is damaged in any way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/little_endian.h"
#include "module/summary_file.h"
#include "suite.h"

static struct frsp_group_summary groups[] = {
	{0, 1000, 31768, 1000}, /* to the end of the group */
	{1, 0, 0, 0},		/* full */
	{7, 32768, 0, 32768},	/* empty */
	{8, 5, 0, 0},		/* free, but no extent is known */
	{99, 20000, 17, 12},
};

static const struct summary sample = {
	.uuid = "0123456789abcde",
	.n_groups = 100,
	.group_clusters = 32768,
	.n = ARRAY_SIZE(groups),
	.groups = groups,
};

static void encode(const struct summary *summary, __u8 **raw, size_t *len)
{
	void *data;

	assert_int_equal(summary_encode(summary, &data, len), 0);
	*raw = data;
}

static void test_round_trip(void **state)
{
	struct summary got;
	size_t len;
	__u8 *raw;

	(void)state;
	encode(&sample, &raw, &len);
	assert_int_equal(len, 40 + 16 * ARRAY_SIZE(groups) + 4);
	assert_int_equal(summary_decode(raw, len, &got), 0);
	assert_memory_equal(got.uuid, sample.uuid, EXT4_UUID_BYTES);
	assert_int_equal(got.n_groups, 100);
	assert_int_equal(got.group_clusters, 32768);
	assert_int_equal(got.n, ARRAY_SIZE(groups));
	assert_memory_equal(got.groups, groups, sizeof(groups));
	free(got.groups);
	free(raw);
}

static void test_nothing_known(void **state)
{
	struct summary none = sample, got;
	size_t len;
	__u8 *raw;

	(void)state;
	none.n = 0;
	none.groups = NULL;
	encode(&none, &raw, &len);
	assert_int_equal(summary_decode(raw, len, &got), 0);
	assert_int_equal(got.n, 0);
	free(got.groups);
	free(raw);
}

/* The bytes are those that summary_file.h describes: a change of the format
 * fails here. */
static void test_layout(void **state)
{
	static const __u8 wanted[] = "FRSPSUM\0"
				     "\1\0\0\0"
				     "\144\0\0\0"
				     "0123456789abcde\0"
				     "\0\200\0\0"
				     "\1\0\0\0"
				     "\143\0\0\0"
				     "\40\116\0\0"
				     "\21\0\0\0"
				     "\14\0\0\0";
	struct summary one = sample;
	size_t len;
	__u8 *raw;

	(void)state;
	one.n = 1;
	one.groups = &groups[4];
	encode(&one, &raw, &len);
	assert_int_equal(len, sizeof(wanted) - 1 + 4);
	assert_memory_equal(raw, wanted, len - 4);
	assert_int_equal(le32_get(raw + len - 4),
			 crc32(0, wanted, sizeof(wanted) - 1));
	free(raw);
}

static void assert_refused(const __u8 *raw, size_t len, int err,
			   const char *what)
{
	struct summary got;
	/* a copy of the exact size, so that a sanitizer sees a read beyond */
	__u8 *copy = malloc(len ? len : 1);
	int found;

	assert_non_null(copy);
	memcpy(copy, raw, len);
	found = summary_decode(copy, len, &got);
	if (found != err)
		fail_msg("%s: %d, not %d", what, found, err);
	free(copy);
}

static void test_each_bit(void **state)
{
	struct summary got;
	size_t len;
	__u8 *raw;
	int found;

	(void)state;
	encode(&sample, &raw, &len);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		raw[bit / 8] ^= 1 << bit % 8;
		found = summary_decode(raw, len, &got);
		if (found != (bit < 64	 ? -EINVAL
			      : bit < 96 ? -EPROTONOSUPPORT
					 : -EBADMSG))
			fail_msg("bit %zu: %d", bit, found);
		raw[bit / 8] ^= 1 << bit % 8;
	}
	free(raw);
}

static void test_each_length(void **state)
{
	__u8 *raw, longer[256] = {0};
	size_t len;

	(void)state;
	encode(&sample, &raw, &len);
	assert_true(len + 16 <= sizeof(longer));
	memcpy(longer, raw, len);
	free(raw);
	for (size_t cut = 0; cut < len; cut++)
		assert_refused(longer, cut, cut < 8 ? -EINVAL : -EBADMSG,
			       "cut");
	for (size_t more = 1; more <= 16; more++)
		assert_refused(longer, len + more, -EBADMSG, "longer");
}

static void seal(__u8 *raw, size_t len)
{
	le32_put(raw + len - 4, crc32(0, raw, len - 4));
}

/* Wrong values with a right checksum, by a broken or a malicious program. */
static void test_forged(void **state)
{
	static const struct {
		const char *what;
		int at;
		__u32 value;
		int err;
	} rows[] = {
		{"a later version", 8, 2, -EPROTONOSUPPORT},
		{"version 0", 8, 0, -EPROTONOSUPPORT},
		{"less groups than entries", 12, 4, -EBADMSG},
		{"less groups than the last", 12, 99, -EBADMSG},
		{"smaller groups", 32, 32767, -EBADMSG},
		{"more entries", 36, 6, -EBADMSG},
		{"less entries", 36, 4, -EBADMSG},
		{"entries that wrap", 36, 0x10000005, -EBADMSG},
		{"the most entries", 36, 0xffffffff, -EBADMSG},
		{"a group twice", 40 + 16, 0, -EBADMSG},
		{"not by number", 40 + 32, 8, -EBADMSG},
		{"no such group", 40 + 64, 100, -EBADMSG},
		{"more free than the group has", 40 + 68, 32769, -EBADMSG},
		{"less free than its longest", 40 + 4, 999, -EBADMSG},
		{"longest begins behind the end", 40 + 24, 32768, -EBADMSG},
		{"longest ends behind the end", 40 + 8, 31769, -EBADMSG},
		{"longest that wraps", 40 + 12, 0xffffffff, -EBADMSG},
	};
	size_t len;
	__u8 *raw;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		encode(&sample, &raw, &len);
		le32_put(raw + rows[i].at, rows[i].value);
		seal(raw, len);
		assert_refused(raw, len, rows[i].err, rows[i].what);
		free(raw);
	}
}

/* frsp.ko reads a group's free count and its longest extent one after the
 * other, so they may contradict each other. Such groups are pruned. */
static void test_prune(void **state)
{
	struct frsp_group_summary racy[] = {
		{0, 10, 5, 10},	  {1, 9, 5, 10},	  {2, 10, 0, 10},
		{2, 10, 0, 10},	  {3, 10, 32760, 10},	  {100, 1, 0, 1},
		{4, 40000, 0, 1}, {5, 10, 0xffffffff, 1}, {6, 1, 0, 0},
	};
	struct summary summary = sample, got;
	size_t len;
	__u8 *raw;

	(void)state;
	summary.groups = racy;
	summary.n = ARRAY_SIZE(racy);
	summary_prune(&summary);
	assert_int_equal(summary.n, 3);
	assert_int_equal(racy[0].group, 0);
	assert_int_equal(racy[1].group, 2);
	assert_int_equal(racy[2].group, 6);
	encode(&summary, &raw, &len);
	assert_int_equal(summary_decode(raw, len, &got), 0);
	free(got.groups);
	free(raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_each_bit),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_prune),
	};

	return cmocka_run_group_tests_name("summary_file", tests, NULL, NULL);
}
