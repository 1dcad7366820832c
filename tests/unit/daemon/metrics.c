// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "daemon/metrics.h"
#include "suite.h"

static char *text_of(const struct metrics *metrics)
{
	char *text;
	size_t len;
	int err;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	metrics_write(out, metrics);
	err = fclose(out);
	assert_int_equal(err, 0);
	return text;
}

static void expect(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("no \"%s\" in:\n%s", wanted, text);
}

static void test_machine(void **state)
{
	const struct metrics metrics = {
		.version = "1.2 (3)",
		.ios = 9007199254740993, /* 2^53 + 1: the nearest double */
		.slots = 7,
		.slots_used = 3,
		.io_seconds = 0.25e-6,
	};
	char *text = text_of(&metrics);

	(void)state;
	expect(text, "\nfrsp_build_info{version=\"1.2 (3)\"} 1\n");
	expect(text, "\nfrspd_heat_ios_total 9007199254740992\n");
	expect(text, "# TYPE frspd_heat_ios_total counter\n");
	expect(text, "\nfrspd_heat_slots 7\n");
	expect(text, "\nfrspd_heat_slots_used 3\n");
	expect(text, "\nfrspd_heat_io_seconds 2.4999999999999999e-07\n");
	/* no filesystem, no metric of filesystems */
	assert_null(strstr(text, "escache"));
	assert_null(strstr(text, "fs="));
	free(text);
}

static void test_filesystems(void **state)
{
	const struct metrics_fs list[] = {
		{.name = "sda1", .uuid = "u1", .mode = "observe"},
		{
			.name = "a\\\"b\n",
			.uuid = "",
			.mode = "observe",
			.has_escache = true,
			.escache = {.entries = 5, .misses = 6},
			.has_frsp = true,
			.frsp = {.frsp_tree_usage = 4096,
				 .goals_taken = ~0ULL,
				 .gave_up = 1},
			.has_trees = true,
			.trees_raised = 3,
			.trees_lowered = 2,
			.trees_left_alone = 1,
		},
		{
			.name = "sdc",
			.uuid = "u3",
			.mode = "observe",
			.has_escache = true,
			.escache = {.entries = 7},
		},
	};
	const struct metrics metrics = {
		.version = "1",
		.filesystems = list,
		.n = 3,
	};
	char *text = text_of(&metrics);

	(void)state;
	expect(text,
	       "\nfrspd_filesystem_info{fs=\"sda1\",uuid=\"u1\",mode=\"observe\"} 1\n"
	       "frspd_filesystem_info{fs=\"a\\\\\\\"b\\n\",uuid=\"\",mode=\"observe\"} 1\n"
	       "frspd_filesystem_info{fs=\"sdc\",uuid=\"u3\",mode=\"observe\"} 1\n");
	/* together, and without the one that has none */
	expect(text, "# TYPE frsp_escache_entries gauge\n"
		     "frsp_escache_entries{fs=\"a\\\\\\\"b\\n\"} 5\n"
		     "frsp_escache_entries{fs=\"sdc\"} 7\n"
		     "# HELP");
	expect(text, "\nfrsp_escache_misses_total{fs=\"a\\\\\\\"b\\n\"} 6\n");
	expect(text, "\nfrsp_tree_bytes{fs=\"a\\\\\\\"b\\n\"} 4096\n");
	expect(text,
	       "\nfrsp_goals_taken_total{fs=\"a\\\\\\\"b\\n\"} 18446744073709551615\n");
	expect(text, "\nfrsp_gave_up{fs=\"a\\\\\\\"b\\n\"} 1\n");
	assert_null(strstr(text, "frsp_gave_up{fs=\"sdc\"}"));
	expect(text, "\nfrspd_trees_raised_total{fs=\"a\\\\\\\"b\\n\"} 3\n");
	expect(text, "\nfrspd_trees_lowered_total{fs=\"a\\\\\\\"b\\n\"} 2\n");
	expect(text, "\nfrspd_trees_left_alone{fs=\"a\\\\\\\"b\\n\"} 1\n");
	assert_null(strstr(text, "frspd_trees_left_alone{fs=\"sdc\"}"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machine),
		cmocka_unit_test(test_filesystems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
