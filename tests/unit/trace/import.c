// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of lines of block traces, and of the recordings made of them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "trace/block_line.h"
#include "trace/budget.h"
#include "trace/import.h"
#include "trace/read.h"

#define SEC 1000000000ULL

static void test_msr_lines(void **state)
{
	static const struct {
		const char *line;
		enum block_line is;
	} rows[] = {
		{"128166372003061629,hm,1,Read,383496192,32768,413\n",
		 BLOCK_IO},
		{"Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime\n",
		 BLOCK_OTHER},
		{"128166372003061629,hm,1,Read,383496192,0,413\n", BLOCK_OTHER},
		{"128166372003061629,hm,1,Trim,383496192,32768,413\n",
		 BLOCK_BAD},
		{"128166372003061629,hm,1,Read,383496192\n", BLOCK_BAD},
		{"128166372003061629,hm,1,Read,383496192,32", BLOCK_BAD},
		{"128166372003061629,,1,Read,383496192,32768,413\n", BLOCK_BAD},
		{"128166372003061629,hm,-1,Read,0,32768,413\n", BLOCK_BAD},
		{"-1,hm,1,Read,0,32768,413\n", BLOCK_BAD},
		{"1,hm,1,Read,0,32768,413\n", BLOCK_BAD}, /* in 1601 */
		{"18446744073709551616,hm,1,Read,0,512,1\n", BLOCK_BAD},
		{"128166372003061629,hm,1,Read,0,1073741825,413\n", BLOCK_BAD},
		{"128166372003061629,a-name-that-is-longer-than-any-machine's,1,Read,0,512,1\n",
		 BLOCK_BAD},
		{"\n", BLOCK_BAD},
		{"", BLOCK_BAD},
	};
	struct block_io io;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (block_line_msr(rows[i].line, &io) != rows[i].is)
			fail_msg("%s", rows[i].line);
	block_line_msr("128166372003061629,hm,1,Write,383496192,32768,413\n",
		       &io);
	/* Thursday, 22 February 2007, 17:00:00.3 UTC */
	assert_int_equal(io.ns, 1172163600306162900ULL);
	assert_string_equal(io.disk, "hm_1");
	assert_true(io.is_write);
	assert_int_equal(io.offset, 383496192);
	assert_int_equal(io.bytes, 32768);
}

static void test_blkparse_lines(void **state)
{
	static const struct {
		const char *line;
		enum block_line is;
	} rows[] = {
		{"  8,0    3        1     0.000000000   697  Q   R 223490 + 8 [dd]\n",
		 BLOCK_IO},
		{"259,12   3        1     7.000000001   697  Q FWS 223490 + 8 [kworker/u8:1]\n",
		 BLOCK_IO},
		{"  8,0    3        1     0.000000000   697  G   R 223490 + 8 [dd]\n",
		 BLOCK_OTHER},
		{"  8,0    3        1     0.000000000   697  C   R 223490 + 8 [0]\n",
		 BLOCK_OTHER},
		{"  8,0    3        1     0.000000000   697  Q   D 223490 + 8 [x]\n",
		 BLOCK_OTHER},
		{"  8,0    3        1     0.000000000   697  Q   N [x]\n",
		 BLOCK_OTHER},
		{"  8,0    3        1     0.000000000     0  m   N cfq1 x\n",
		 BLOCK_OTHER},
		{"CPU0 (8,0):\n", BLOCK_OTHER},
		{" Reads Queued:           1,        4KiB\n", BLOCK_OTHER},
		{"\n", BLOCK_OTHER},
		{"  8,0    3        1     0.5   697  Q   R 223490 + 8 [dd]\n",
		 BLOCK_BAD},
		{"  8,0    3        1     0.000000000   697  Q   R -1 + 8 [dd]\n",
		 BLOCK_BAD},
		{"  8,0    3        1     0.000000000   697  Q   R 1 + x [dd]\n",
		 BLOCK_BAD},
		{"  8,0    3        1     0.000000000   697  Q   R 1 + 9999999 [dd]\n",
		 BLOCK_BAD},
	};
	struct block_io io;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (block_line_blkparse(rows[i].line, &io) != rows[i].is)
			fail_msg("%s", rows[i].line);
	block_line_blkparse(rows[1].line, &io);
	assert_int_equal(io.ns, 7000000001ULL);
	assert_string_equal(io.disk, "259:12");
	assert_true(io.is_write);
	assert_int_equal(io.offset, 223490ULL * 512);
	assert_int_equal(io.bytes, 4096);
}

static void import(const char *text, enum trace_import_format format, int err,
		   struct trace_import_result *result)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int fd = open(scratch_path("x"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_non_null(in);
	assert_true(fd >= 0);
	assert_int_equal(trace_import(in, format, fd, 300000, result), err);
	fclose(in);
	close(fd);
}

static void test_import(void **state)
{
	/* at 0 s; over the border of a MiB at 1 s; 25 s later on another disk;
	 * and one that comes late
	 */
	static const char text[] =
		"116444736000000000,a,0,Read,0,4096,1\n"
		"116444736010000000,a,0,Write,1044480,8192,1\n"
		"nonsense\n"
		"116444736250000000,a,1,Read,0,4096,1\n"
		"116444736100000000,a,0,Read,0,4096,1\n";
	struct trace_import_result result;
	struct trace_reader *reader;
	struct trace_error error;
	struct trace_frame frame;

	(void)state;
	import(text, TRACE_IMPORT_MSR, 0, &result);
	assert_int_equal(result.n_ios, 4);
	assert_int_equal(result.n_bad, 1);
	assert_int_equal(result.first_bad, 3);
	assert_int_equal(result.n_disks, 2);
	assert_int_equal(trace_open(scratch_path("x"), &reader, &error), 0);
	assert_int_equal(trace_info(reader)->kind, TRACE_OF_DISKS);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, 0);
	assert_int_equal(frame.end_ns, 10 * SEC);
	assert_int_equal(frame.bios, 2);
	assert_int_equal(frame.n, 2);
	assert_int_equal(frame.accesses[0].read_bytes, 4096);
	assert_int_equal(frame.accesses[0].write_bytes, 4096);
	assert_int_equal(frame.accesses[1].range, 1);
	assert_int_equal(frame.accesses[1].writes, 1);
	assert_int_equal(frame.n_totals, 1);
	assert_int_equal(frame.totals[0].writes, 1);
	assert_int_equal(frame.totals[0].write_bytes, 8192);
	assert_string_equal(trace_file(reader, 0)->path, "/a_0");
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, 20 * SEC);
	assert_int_equal(frame.n_totals, 2);
	assert_int_equal(trace_next(reader, &frame), 0);
	assert_null(trace_problem(reader));
	trace_close(reader);
}

static void test_import_nothing(void **state)
{
	struct trace_import_result result;

	(void)state;
	import("CPU0 (8,0):\n", TRACE_IMPORT_BLKPARSE, -ENODATA, &result);
	assert_int_equal(result.n_bad, 0);
	import("x\ny\n", TRACE_IMPORT_MSR, -ENODATA, &result);
	assert_int_equal(result.n_bad, 2);
	assert_int_equal(result.first_bad, 1);
}

/* The example of trace/budget.h. */
static void test_budget(void **state)
{
	struct trace_budget budget = {
		.bytes_per_day = 50000000, .least_s = 10, .interval_s = 10};

	(void)state;
	trace_budget_note(&budget, 60000, 60);
	assert_true(budget.interval_s == 10); /* with the lists */
	trace_budget_note(&budget, 60000, 60);
	assert_true(budget.interval_s == 20);
	trace_budget_note(&budget, 45000, 60);
	assert_true(budget.interval_s == 40);
	trace_budget_note(&budget, 33000, 60);
	assert_true(budget.interval_s == 40);
	assert_true(trace_budget_note(&budget, 15000, 60) == 21600000);
	assert_true(budget.interval_s == 20);
	trace_budget_note(&budget, 0, 60);
	trace_budget_note(&budget, 0, 60);
	assert_true(budget.interval_s == 10);
	/* 8.4 times as much as there may be: three doublings at least */
	trace_budget_note(&budget, 293000, 60);
	assert_true(budget.interval_s == 160);
	for (int i = 0; i < 10; i++)
		trace_budget_note(&budget, ~0U, 60);
	assert_true(budget.interval_s == TRACE_MAX_INTERVAL_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_msr_lines),
		cmocka_unit_test(test_blkparse_lines),
		scratch_test(test_import),
		scratch_test(test_import_nothing),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
