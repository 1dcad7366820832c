// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the report of the commands that move files. */
#include "ctl/ctl.h"
#include "ctl/move_report.h"
#include "suite.h"

/* A walk frees the path when it goes on; the job may pause just then, and its
 * state is told with the path.
 */
static void test_path(void **state)
{
	static const struct move_report_schemas schemas = {0};
	const struct ctl ctl = {.progress = PROGRESS_OFF};
	const struct move_result result = {0};
	struct move_report report;

	(void)state;
	move_report_init(&report, &schemas, &ctl);
	move_report_begin(&report, "/srv/x");
	assert_string_equal(report.path, "/srv/x");
	move_report_end(&report, "/srv/x", false, &result);
	assert_null(report.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_path)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
