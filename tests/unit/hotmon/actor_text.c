// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the page of a process as text. */
#include <stdlib.h>
#include <string.h>

#include "heat/actors.h"
#include "hotmon/actor_text.h"
#include "suite.h"

static struct hot_actor actor = {
	.counts.key = {.comm = "dd", .pid = 1234, .cgroup = 5},
	.cgroup = "/system.slice/copy.service",
};
static struct path_result place = {
	.path = "/srv/orders.db",
	.state = PATH_KNOWN,
	.n_links = 1,
};

/* What the process of 100 KiB says if files name it with so much. */
static char *print(__u64 known_bytes)
{
	struct hot_actor_page page = {
		.view = HOT_VIEW_PROCESSES,
		.row = {.who = {{&actor, 102400}},
			.n_who = 1,
			.writes = 1,
			.write_bytes = 102400},
		.n_files = known_bytes != 0,
		.n_all_files = known_bytes != 0,
		.known_bytes = known_bytes,
	};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	page.files[0] = (struct hot_row){
		.ino = 12,
		.file = &place,
		.file_bytes = known_bytes,
	};
	assert_int_equal(actor_text_print(out, &page, false, 60), 0);
	fclose(out);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

/* No file may seem to have none of the bytes of a process. */
static void test_no_file_names_it(void **state)
{
	char *text = print(0);

	(void)state;
	assert_has(text, "written  100.0K in 1 write,");
	assert_has(text, "files    0 known");
	assert_has(text,
		   "other    100.0K of metadata, or of files not known\n");
	free(text);
}

static void test_some_bytes_are_known(void **state)
{
	char *text = print(61440);

	(void)state;
	assert_has(text, "files    1 known");
	assert_has(text, "other    40.0K of metadata");
	assert_has(text, "60.0K   60 %  0.00 /srv/orders.db\n");
	free(text);
}

static void test_all_bytes_are_known(void **state)
{
	char *text = print(102400);

	(void)state;
	assert_null(strstr(text, "other "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_file_names_it),
		cmocka_unit_test(test_some_bytes_are_known),
		cmocka_unit_test(test_all_bytes_are_known),
	};

	return cmocka_run_group_tests_name("actor_text", tests, NULL, NULL);
}
