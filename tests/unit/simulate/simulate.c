// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the simulation: a script of intervals, and what is reported. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/curve.h"
#include "simulate/plot.h"
#include "simulate/simulate.h"
#include "suite.h"

#define S   1000000000ULL
#define MIB 1048576ULL

/* A script: hours of intervals of 10 s. File 1 has a hot range, number 3, and
 * ranges that a scan reads, from 1000 on; file 0 is metadata.
 */
struct script {
	unsigned int n, at; /* intervals */
	bool scans;
	bool (*is_scored)(void *context, __u32 file);
	int fails_at; /* interval; < 0: never */
	struct trace_access accesses[64];
};

static int next(void *context, struct trace_frame *frame)
{
	struct script *script = context;
	size_t n = 0;

	if ((int)script->at == script->fails_at)
		return -EIO;
	if (script->at == script->n)
		return 0;
	script->accesses[n++] = (struct trace_access){
		.file = 0, .range = 9, .reads = 1, .read_bytes = 4096};
	script->accesses[n++] = (struct trace_access){
		.file = 1, .range = 2, .temperature = 7}; /* no I/O */
	script->accesses[n++] = (struct trace_access){.file = 1,
						      .range = 3,
						      .reads = 6,
						      .writes = 1,
						      .read_bytes = 6 * 4096,
						      .write_bytes = 4096};
	for (__u32 i = 0; i < 4 && script->scans; i++)
		script->accesses[n++] = (struct trace_access){
			.file = 1,
			.range = 1000 + script->at % 8 * 4 + i,
			.reads = 256,
			.read_bytes = MIB};
	*frame = (struct trace_frame){
		.start_ns = (100 + 10 * script->at) * S,
		.end_ns = (110 + 10 * script->at) * S,
		.accesses = script->accesses,
		.n = n,
	};
	script->at++;
	return 1;
}

static int rewind_script(void *context)
{
	struct script *script = context;

	script->at = 0;
	return 0;
}

static const char *path(void *context, __u32 file)
{
	(void)context;
	return file ? "/srv/hot" : NULL;
}

static bool is_movable(void *context, __u32 file)
{
	(void)context;
	return file;
}

static int run(struct script *script, const struct policy_config *config,
	       struct sim_report *report)
{
	const struct sim_source source = {
		.next = next,
		.rewind = rewind_script,
		.path = path,
		.is_movable = is_movable,
		.is_scored = script->is_scored,
		.context = script,
	};
	const struct sim_entry entries[] = {{"a", config}, {"b", config}};

	return simulate(&source, entries, 2, report);
}

static struct policy_config with_room(__u64 mib)
{
	struct policy_config config = {.settings = policy_settings_default()};

	config.settings.fast_size = (struct policy_amount){mib * MIB, false};
	config.settings.budget = (struct policy_amount){100, true};
	config.settings.reserve = (struct policy_amount){0};
	return config;
}

static void test_report(void **state)
{
	struct script script = {.n = 720, .fails_at = -1};
	struct policy_config config = with_room(1);
	const struct sim_score *score;
	struct sim_report report;

	(void)state;
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.begin_ns, 100 * S);
	assert_int_equal(report.end_ns, 7300 * S);
	assert_int_equal(report.intervals, 720);
	assert_int_equal(report.ranges, 2);
	assert_int_equal(report.data_bytes, 2 * MIB);
	assert_int_equal(report.ios, 720 * 8);
	assert_int_equal(report.n, 6);
	assert_string_equal(report.scores[0].name, "a");
	assert_string_equal(report.scores[2].name, "never");
	assert_string_equal(report.scores[3].name, "lru");
	assert_string_equal(report.scores[4].name, "2013");
	assert_string_equal(report.scores[5].name, "perfect");
	/* the first interval is slow; of the others 7 of 8 are fast */
	score = &report.scores[0];
	assert_int_equal(score->ios, 720 * 8);
	assert_int_equal(score->fast_ios, 719 * 7);
	assert_int_equal(score->late_ios, 180 * 8);
	assert_int_equal(score->late_fast_ios, 180 * 7);
	assert_int_equal(score->moves, 1);
	assert_int_equal(score->moved_bytes, MIB);
	assert_int_equal(score->late_moved_bytes, 0);
	assert_int_equal(score->moved_ranges, 1);
	assert_int_equal(score->most_moves, 1);
	assert_int_equal(score->move_written_bytes, MIB);
	assert_int_equal(score->io_written_bytes, 719 * 4096);
	assert_true(fabs(score->latency_s -
			 (719 * 7 * 0.0001 + (720 * 8 - 719 * 7 + 4) * 0.008) /
				 (720 * 8)) < 1e-9);
	assert_int_equal(report.scores[1].fast_ios, 719 * 7);
	assert_int_equal(report.scores[2].fast_ios, 0);
	assert_int_equal(report.scores[3].fast_ios, 719 * 7);
	assert_int_equal(report.scores[5].fast_ios, 720 * 7);
	assert_int_equal(report.scores[5].late_ios, 180 * 8);
	assert_true(report.scores[5].moves_free);
	sim_report_free(&report);
}

/* All see the I/O of a file that does not count, and their shares are without
 * it.
 */
static void test_not_scored(void **state)
{
	struct script script = {
		.n = 720, .is_scored = is_movable, .fails_at = -1};
	struct policy_config config = with_room(1);
	struct sim_report report;

	(void)state;
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.ranges, 2);
	for (size_t i = 0; i < report.n; i++) {
		assert_int_equal(report.scores[i].ios, 720 * 7);
		assert_int_equal(report.scores[i].late_ios, 180 * 7);
	}
	assert_int_equal(report.scores[0].fast_ios, 719 * 7);
	assert_int_equal(report.scores[5].fast_ios, 720 * 7);
	assert_int_equal(report.scores[5].points[0].ios, 6 * 7);
	sim_report_free(&report);
}

/* In a minute, the last quarter has one interval. */
static void test_short(void **state)
{
	struct script script = {.n = 6, .fails_at = -1};
	struct policy_config config = with_room(1);
	struct sim_report report;

	(void)state;
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.scores[0].late_ios, 8);
	assert_int_equal(report.scores[0].late_fast_ios, 7);
	assert_int_equal(report.scores[5].late_ios, 8);
	assert_int_equal(report.scores[5].late_fast_ios, 7);
	assert_true(sim_moved_per_hour(&report, &report.scores[0]) == 50);
	sim_report_free(&report);
}

/* A scan in short reads does not take the place of what is hot: only the hot
 * range is fast. In lru, the last range of each interval is.
 */
static void test_scan(void **state)
{
	struct script script = {.n = 720, .scans = true, .fails_at = -1};
	struct policy_config config = with_room(1);
	struct sim_report report;

	(void)state;
	config.settings.half_life_s = 600;
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.ranges, 34);
	assert_int_equal(report.scores[0].late_fast_ios, 180 * 7);
	assert_int_equal(report.scores[0].moves, 1);
	assert_int_equal(report.scores[3].late_fast_ios, 0);
	sim_report_free(&report);
}

static void test_pins(void **state)
{
	struct script script = {.n = 720, .fails_at = -1};
	struct policy_config config = with_room(1);
	struct sim_report report;

	(void)state;
	assert_int_equal(policy_pins_add(&config.pins, POLICY_PIN_NONE,
					 "/srv/hot", 1),
			 0);
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.scores[0].fast_ios, 0);
	assert_int_equal(report.scores[3].fast_ios, 719 * 7);
	sim_report_free(&report);
	policy_pins_free(&config.pins);
}

static void test_errors(void **state)
{
	struct script script = {.n = 3, .fails_at = 2};
	struct policy_config config = with_room(1);
	struct sim_report report;

	(void)state;
	assert_int_equal(run(&script, &config, &report), -EIO);
	assert_int_equal(report.n, 0);
	script = (struct script){.n = 0, .fails_at = -1};
	assert_int_equal(run(&script, &config, &report), -ENODATA);
}

static void test_curve(void **state)
{
	struct script script = {.n = 360 * 24, .fails_at = -1};
	struct policy_config config = with_room(1);
	struct sim_report report;
	struct sim_curve curve;

	(void)state;
	assert_int_equal(run(&script, &config, &report), 0);
	assert_int_equal(report.scores[0].n_points, 24 * 60);
	sim_curve_make(&report, &report.scores[0], &curve);
	assert_int_equal(curve.n, 144);
	assert_true(curve.part_s == 600);
	assert_true(fabs(curve.percent[0] - 59.0 * 7 / (60 * 8) * 100) < 1e-9);
	assert_true(fabs(curve.percent[143] - 87.5) < 1e-9);
	sim_curve_make(&report, &report.scores[5], &curve);
	assert_true(fabs(curve.percent[0] - 87.5) < 1e-9);
	assert_true(fabs(sim_percent(&report.scores[5]) - 87.5) < 1e-9);
	assert_true(fabs(sim_moved_per_hour(&report, &report.scores[0]) -
			 50.0 / 24) < 1e-9);
	sim_report_free(&report);
}

/* Short recordings, and one with a gap, are drawn, too. */
static void test_plot(void **state)
{
	struct policy_config config = with_room(1);

	(void)state;
	for (unsigned int n = 1; n < 20000; n *= 3) {
		struct script script = {.n = n, .fails_at = -1};
		struct sim_report report;
		char *text;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(out);
		assert_int_equal(run(&script, &config, &report), 0);
		sim_plot(out, &report, "a<b & \n");
		fclose(out);
		assert_non_null(strstr(text, ">a&lt;b &amp; ?</text>"));
		assert_non_null(strstr(text, "</svg>\n"));
		assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "inf"));
		free(text);
		sim_report_free(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_not_scored),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_curve),
		cmocka_unit_test(test_plot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
