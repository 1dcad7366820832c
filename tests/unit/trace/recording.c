// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of recordings: reading gives what was written. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/little_endian.h"
#include "random.h"
#include "recording.h"
#include "trace/head.h"
#include "trace/interval.h"

static void assert_access(const struct trace_access *got,
			  const struct trace_access *wanted)
{
	assert_int_equal(got->file, wanted->file);
	assert_int_equal(got->range, wanted->range);
	assert_int_equal(got->reads, wanted->reads);
	assert_int_equal(got->writes, wanted->writes);
	assert_int_equal(got->read_bytes, wanted->read_bytes);
	assert_int_equal(got->write_bytes, wanted->write_bytes);
}

static void assert_frame(const struct trace_frame *got,
			 const struct trace_frame *wanted)
{
	assert_int_equal(got->start_ns, wanted->start_ns);
	assert_int_equal(got->end_ns, wanted->end_ns);
	assert_int_equal(got->bios, wanted->bios);
	assert_int_equal(got->lost, wanted->lost);
	assert_int_equal(got->n, wanted->n);
	assert_int_equal(got->n_totals, wanted->n_totals);
	for (size_t i = 0; i < got->n; i++)
		assert_access(&got->accesses[i], &wanted->accesses[i]);
	for (size_t i = 0; i < got->n_totals; i++)
		assert_access(&got->totals[i], &wanted->totals[i]);
}

static void test_round_trip(void **state)
{
	struct trace_reader *reader;
	struct trace_frame frame;

	(void)state;
	write_examples(1);
	reader = begin_read();
	assert_int_equal(trace_info(reader)->half_life_ms, 300000);
	assert_int_equal(trace_info(reader)->begin_ns, BEGIN);
	assert_string_equal(trace_info(reader)->host, "box");
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_frame(&frame, &example);
	assert_int_equal(trace_n_fs(reader), 1);
	assert_string_equal(trace_fs(reader, 0)->mount, "/srv");
	assert_string_equal(trace_fs(reader, 0)->type, "ext4");
	assert_int_equal(trace_fs(reader, 0)->bytes, 1ULL << 40);
	assert_int_equal(trace_fs(reader, 0)->dev, 0x800001);
	assert_int_equal(trace_n_files(reader), 3);
	assert_string_equal(trace_file(reader, 2)->path, "/srv/file2");
	assert_int_equal(trace_file(reader, 2)->ino, 102);
	assert_int_equal(trace_file(reader, 2)->gen, 14);
	assert_int_equal(trace_next(reader, &frame), 0);
	assert_int_equal(trace_next(reader, &frame), 0);
	assert_null(trace_problem(reader));
	trace_close(reader);
}

/* The columns have the numbers of the example in trace/format.h: a change of
 * the format fails here.
 */
static void test_layout(void **state)
{
	static const __u8 wanted[TRACE_NR_COLUMNS][16] = {
		[TRACE_INTERVALS] = {0, 0x80, 0xc8, 0xaf, 0xa0, 0x25, 2, 12, 0,
				     4, 0},
		[TRACE_FILE_NUMBERS] = {0, 1},
		[TRACE_RANGE_COUNTS] = {1, 2},
		[TRACE_RANGES] = {5, 1, 0},
		[TRACE_READS] = {3, 0, 0},
		[TRACE_WRITES] = {0, 1, 1},
		[TRACE_READ_SIZES] = {0},
		[TRACE_WRITE_SIZES] = {0xfe, 0x01, 0},
		[TRACE_TOTALS] = {0, 0, 0, 0, 0, 2, 0, 0},
	};
	static const size_t lengths[TRACE_NR_COLUMNS] = {
		[TRACE_INTERVALS] = 11,	  [TRACE_FILE_NUMBERS] = 2,
		[TRACE_RANGE_COUNTS] = 2, [TRACE_RANGES] = 3,
		[TRACE_READS] = 3,	  [TRACE_WRITES] = 3,
		[TRACE_READ_SIZES] = 1,	  [TRACE_WRITE_SIZES] = 3,
		[TRACE_TOTALS] = 8,
	};
	struct trace_column columns[TRACE_NR_COLUMNS] = {0};

	(void)state;
	trace_interval_put(columns, &example, BEGIN, false);
	for (int i = 0; i < TRACE_NR_COLUMNS; i++) {
		if (columns[i].n != lengths[i] ||
		    (lengths[i] &&
		     memcmp(columns[i].bytes, wanted[i], lengths[i]) != 0))
			fail_msg("column %d", i);
		trace_column_free(&columns[i]);
	}
}

static void test_head_layout(void **state)
{
	static const __u8 wanted[40] = "FRSPTRC\0"
				       "\1\0\0\0"
				       "\0\0\0\0"
				       "\xe0\x93\4\0"
				       "\0\0\0\0"
				       "\0\0\x2a\x36\xfe\x9c\x97\x17"
				       "\5";
	__u8 head[TRACE_HEAD_BYTES];

	(void)state;
	trace_head_put(&info, head);
	assert_memory_equal(head, wanted, sizeof(wanted));
	assert_string_equal((char *)head + 40, "box");
	assert_string_equal((char *)head + 104, "b");
	assert_int_equal(le32_get(head + 144), crc32(0, head, 144));
}

/* Temperatures follow bpf/heat.h: what an interval adds has decayed for half of
 * the interval, on average; what was there before, for all of it.
 */
static void test_temperatures(void **state)
{
	const double left = exp2(-10 / 300.0);
	const double spread = (1 - left) / (10 / 300.0 * M_LN2);
	const double first = (3 + 12288 / 131072.0) * spread;
	struct trace_reader *reader;
	struct trace_frame frame;

	(void)state;
	write_examples(2);
	reader = begin_read();
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_true(fabs(frame.accesses[0].temperature - first) < 1e-4);
	assert_true(fabs(frame.totals[1].temperature - 9 * spread) < 1e-3);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_true(fabs(frame.accesses[0].temperature -
			 (first * left + first)) < 1e-4);
	trace_close(reader);
}

/* Those that a recording has stand at the end of their interval. */
static void test_stored_temperatures(void **state)
{
	struct trace_access access = {0, 5, 0, 0, 0, 0, 80};
	struct trace_access total = {
		.file = 0, .range = TRACE_RANGE_FILE, .temperature = 3e6};
	struct trace_frame frame = {
		.start_ns = BEGIN,
		.end_ns = BEGIN,
		.accesses = &access,
		.n = 1,
		.totals = &total,
		.n_totals = 1,
	};
	struct trace_writer *writer;
	struct trace_reader *reader;
	int fd;

	(void)state;
	writer = begin_write(&fd);
	list_files(writer, 1);
	assert_int_equal(trace_write_interval(writer, &frame, true), 0);
	access.reads = 1;
	access.read_bytes = 131072;
	total.reads = 1;
	total.read_bytes = 131072;
	frame.start_ns += 300 * SEC; /* a half-life later, at once */
	frame.end_ns = frame.start_ns;
	assert_int_equal(trace_write_interval(writer, &frame, false), 0);
	end_write(writer, fd);
	reader = begin_read();
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_true(fabs(frame.accesses[0].temperature / 80 - 1) < 0.022);
	assert_true(fabs(frame.totals[0].temperature / 3e6 - 1) < 0.022);
	assert_int_equal(frame.accesses[0].reads, 0);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_true(fabs(frame.accesses[0].temperature / 42 - 1) < 0.022);
	trace_close(reader);
}

/* A file gets its path in a later chunk; a path stays when the file is deleted.
 */
static void test_later_path(void **state)
{
	struct trace_file file = {.ino = 5, .state = TRACE_PATH_UNKNOWN};
	struct trace_frame frame = {.start_ns = BEGIN, .end_ns = BEGIN};
	struct trace_writer *writer;
	struct trace_reader *reader;
	int fd;

	(void)state;
	writer = begin_write(&fd);
	assert_int_equal(trace_write_fs(writer, 0, &disk_fs), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(trace_write_file(writer, 0, &file), 0);
		assert_int_equal(trace_write_interval(writer, &frame, false),
				 0);
		assert_int_equal(trace_write_flush(writer), 0);
		file.state = i ? TRACE_PATH_DELETED : TRACE_PATH_KNOWN;
		file.path = i ? NULL : "/srv/later";
	}
	end_write(writer, fd);
	reader = begin_read();
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_null(trace_file(reader, 0)->path);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_string_equal(trace_file(reader, 0)->path, "/srv/later");
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_string_equal(trace_file(reader, 0)->path, "/srv/later");
	assert_int_equal(trace_file(reader, 0)->state, TRACE_PATH_DELETED);
	assert_int_equal(trace_n_files(reader), 1);
	trace_close(reader);
}

static void test_seek(void **state)
{
	struct trace_reader *reader;
	struct trace_frame frame;
	float warm;

	(void)state;
	write_examples(5);
	reader = begin_read();
	assert_int_equal(trace_seek(reader, BEGIN + 35 * SEC), 0);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, BEGIN + 30 * SEC);
	warm = frame.accesses[0].temperature;
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(trace_next(reader, &frame), 0);
	/* back, and to the same place again */
	assert_int_equal(trace_seek(reader, BEGIN + 10 * SEC), 0);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, BEGIN + 10 * SEC);
	assert_int_equal(trace_seek(reader, BEGIN + 35 * SEC), 0);
	assert_int_equal(trace_seek(reader, BEGIN + 35 * SEC), 0);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, BEGIN + 30 * SEC);
	assert_true(frame.accesses[0].temperature == warm);
	/* beyond the end, and before the begin */
	assert_int_equal(trace_seek(reader, BEGIN + 3600 * SEC), 0);
	assert_int_equal(trace_next(reader, &frame), 0);
	assert_int_equal(trace_seek(reader, 0), 0);
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.start_ns, BEGIN);
	trace_close(reader);
}

/* --- random intervals ------------------------------------------------- */

#define N_FILES 50
#define N_ROWS	4000

struct made {
	struct trace_access accesses[N_ROWS], totals[N_FILES];
	struct trace_frame frame;
};

static __u64 random_bytes(__u64 ops, bool odd)
{
	return ops * 4096 + (odd ? random_below(1 << 20) : 0);
}

static void make_interval(struct made *made, __u64 start_ns)
{
	struct trace_frame *frame = &made->frame;
	/* all bytes in blocks, or any bytes */
	bool odd = random_below(2);

	*frame = (struct trace_frame){
		.start_ns = start_ns + random_below(3) * SEC,
		.accesses = made->accesses,
		.totals = made->totals,
		.bios = random(),
		.lost = random_below(3),
	};
	frame->end_ns = frame->start_ns + random_below(100) * SEC / 7;
	for (__u32 file = 0; file < N_FILES; file++) {
		struct trace_access *total = &made->totals[frame->n_totals];
		__u32 range = 0;

		if (!random_below(3))
			continue;
		frame->n_totals++;
		*total = (struct trace_access){.file = file,
					       .range = TRACE_RANGE_FILE};
		for (__u32 n = random_below(N_ROWS / N_FILES); n; n--) {
			struct trace_access *access =
				&made->accesses[frame->n++];

			range += 1 + random_below(random_below(2) ? 1000 : 2);
			*access = (struct trace_access){
				.file = file,
				.range = range,
				.reads = random_below(4),
				.writes = random_below(2) ? 0 : random(),
			};
			if (access->reads)
				access->read_bytes =
					random_bytes(access->reads, odd);
			if (access->writes)
				access->write_bytes = random_bytes(
					access->writes % 4096, odd);
			total->reads += access->reads;
			total->writes = access->writes;
			total->read_bytes += access->read_bytes;
			total->write_bytes += access->write_bytes;
		}
		total->reads /= 1 + random_below(2);
	}
}

static void test_random(void **state)
{
	struct trace_writer *writer;
	struct trace_reader *reader;
	struct trace_frame frame;
	static struct made made[40];
	int fd;

	(void)state;
	random_seed();
	writer = begin_write(&fd);
	list_files(writer, N_FILES);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		make_interval(&made[i], i ? made[i - 1].frame.end_ns : BEGIN);
		assert_int_equal(
			trace_write_interval(writer, &made[i].frame, false), 0);
		if (!random_below(5))
			assert_int_equal(trace_write_flush(writer), 0);
	}
	end_write(writer, fd);
	reader = begin_read();
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		assert_int_equal(trace_next(reader, &frame), 1);
		assert_frame(&frame, &made[i].frame);
	}
	assert_int_equal(trace_next(reader, &frame), 0);
	assert_null(trace_problem(reader));
	trace_close(reader);
}

/* Counts that do not fit are cut, and are never wrong by more. */
static void test_bounds(void **state)
{
	struct trace_access access = {
		0, TRACE_RANGE_FILE - 1, ~0U, ~0U, ~0ULL, ~0ULL, 0};
	struct trace_access total = {0,	    TRACE_RANGE_FILE, ~0U, ~0U,
				     ~0ULL, TRACE_MAX_TOTAL,  0};
	struct trace_frame frame = {.start_ns = BEGIN,
				    .end_ns = BEGIN,
				    .accesses = &access,
				    .n = 1,
				    .totals = &total,
				    .n_totals = 1};
	struct trace_writer *writer;
	struct trace_reader *reader;
	int fd;

	(void)state;
	writer = begin_write(&fd);
	list_files(writer, 1);
	assert_int_equal(trace_write_interval(writer, &frame, false), 0);
	end_write(writer, fd);
	reader = begin_read();
	assert_int_equal(trace_next(reader, &frame), 1);
	assert_int_equal(frame.accesses[0].read_bytes, TRACE_MAX_BYTES);
	assert_int_equal(frame.accesses[0].reads, ~0U);
	assert_int_equal(frame.totals[0].read_bytes, TRACE_MAX_TOTAL);
	trace_close(reader);
}

static void test_refused(void **state)
{
	struct trace_access accesses[3], totals[2];
	struct trace_frame frame = example;
	struct trace_writer *writer;
	int fd;

	(void)state;
	writer = begin_write(&fd);
	list_files(writer, 3);
	frame.accesses = accesses;
	frame.totals = totals;
	memcpy(accesses, example_accesses, sizeof(accesses));
	memcpy(totals, example_totals, sizeof(totals));
	totals[1].file = 3; /* not listed */
	assert_int_equal(trace_write_interval(writer, &frame, false), -EINVAL);
	totals[1].file = 1; /* so file 2 has no total */
	assert_int_equal(trace_write_interval(writer, &frame, false), -EINVAL);
	totals[1].file = 2;
	accesses[2].range = 1; /* twice */
	assert_int_equal(trace_write_interval(writer, &frame, false), -EINVAL);
	accesses[2].range = 2;
	frame.start_ns--; /* before the recording */
	assert_int_equal(trace_write_interval(writer, &frame, false), -EINVAL);
	frame.start_ns++;
	assert_int_equal(trace_write_interval(writer, &frame, false), 0);
	assert_int_equal(trace_write_interval(writer, &frame, false), -EINVAL);
	end_write(writer, fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_round_trip),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_head_layout),
		scratch_test(test_temperatures),
		scratch_test(test_stored_temperatures),
		scratch_test(test_later_path),
		scratch_test(test_seek),
		scratch_test(test_random),
		scratch_test(test_bounds),
		scratch_test(test_refused),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
