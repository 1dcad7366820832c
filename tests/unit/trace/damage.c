// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of recordings that are cut off, damaged or forged: they are read up to
 * there, and say so.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/little_endian.h"
#include "recording.h"
#include "trace/chunk.h"
#include "trace/head.h"
#include "trace/interval.h"
#include "trace/lists.h"

/* --- files that are not whole ------------------------------------------ */

static __u8 *read_file(size_t *n)
{
	void *data;

	assert_int_equal(file_read(scratch_path("x"), 1 << 20, &data, n), 0);
	return data;
}

static void write_file(const __u8 *bytes, size_t n)
{
	FILE *file = fopen(scratch_path("x"), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

/* Reads the file. Returns how many intervals it has, and what ended it. */
static int count_intervals(int *end, bool *has_problem)
{
	struct trace_reader *reader;
	struct trace_error error;
	struct trace_frame frame;
	int n = 0, found;

	*has_problem = true;
	*end = trace_open(scratch_path("x"), &reader, &error);
	if (*end)
		return -1;
	while ((found = trace_next(reader, &frame)) > 0) {
		if (frame.n != example.n)
			fail_msg("%zu accesses", frame.n);
		n++;
	}
	*end = found;
	*has_problem = trace_problem(reader);
	if (*has_problem)
		assert_null(strchr(trace_problem(reader)->cause, '\n'));
	trace_close(reader);
	return n;
}

static void test_each_length(void **state)
{
	size_t n, ends[4], n_ends = 0;
	bool problem;
	__u8 *bytes;
	int end, found;

	(void)state;
	write_examples(3);
	bytes = read_file(&n);
	/* where the head and each chunk end */
	for (size_t at = TRACE_HEAD_BYTES; n_ends < 4;
	     at += TRACE_CHUNK_HEAD + le32_get(bytes + at)) {
		ends[n_ends++] = at;
		if (at == n)
			break;
	}
	assert_int_equal(n_ends, 4);
	assert_int_equal(ends[3], n);
	for (size_t cut = 0; cut <= n; cut++) {
		int whole = -1;

		for (size_t i = 0; i < n_ends && ends[i] <= cut; i++)
			whole++;
		write_file(bytes, cut);
		found = count_intervals(&end, &problem);
		assert_int_equal(found, whole);
		if (cut < TRACE_HEAD_BYTES)
			assert_int_equal(end, cut < 8 ? -EINVAL : -EBADMSG);
		else
			assert_int_equal(end, 0);
		assert_int_equal(problem, whole < 0 || ends[whole] != cut);
	}
	free(bytes);
}

/* After a power failure the end of a file can be zeros. */
static void test_zeros(void **state)
{
	__u8 *bytes, longer[4096] = {0};
	bool problem;
	size_t n;
	int end;

	(void)state;
	write_examples(3);
	bytes = read_file(&n);
	assert_true(n + 1000 < sizeof(longer));
	memcpy(longer, bytes, n);
	write_file(longer, n + 1000);
	assert_int_equal(count_intervals(&end, &problem), 3);
	assert_int_equal(end, 0);
	assert_true(problem);
	free(bytes);
}

static void test_each_bit(void **state)
{
	bool problem;
	__u8 *bytes;
	size_t n;
	int end;

	(void)state;
	write_examples(2);
	bytes = read_file(&n);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		int found;

		bytes[bit / 8] ^= 1 << bit % 8;
		write_file(bytes, n);
		found = count_intervals(&end, &problem);
		if (!problem || found > 1)
			fail_msg("bit %zu: %d intervals", bit, found);
		if (bit < 8 * TRACE_HEAD_BYTES &&
		    end != (bit < 64   ? -EINVAL
			    : bit < 96 ? -EPROTONOSUPPORT
				       : -EBADMSG))
			fail_msg("bit %zu of the head: %d", bit, end);
		bytes[bit / 8] ^= 1 << bit % 8;
	}
	free(bytes);
}

static void test_not_a_file(void **state)
{
	struct trace_reader *reader;
	struct trace_error error;

	(void)state;
	assert_int_equal(trace_open(scratch_path("none"), &reader, &error),
			 -ENOENT);
	assert_non_null(strstr(error.cause, "none: No such file"));
	assert_int_equal(trace_open(scratch, &reader, &error), -EISDIR);
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_int_equal(trace_open(scratch_path("pipe"), &reader, &error),
			 -ESPIPE);
	assert_non_null(strstr(error.cause, "pipe: not a file"));
	scratch_write("text", "some text, longer than a magic");
	assert_int_equal(trace_open(scratch_path("text"), &reader, &error),
			 -EINVAL);
	assert_non_null(strstr(error.cause, "text: not a recording"));
	assert_non_null(error.hint);
}

/* The disk is full in the middle of a chunk: the chunks before stay. */
static void test_full_disk(void **state)
{
	struct rlimit old, low;
	struct trace_frame frame = example;
	struct trace_writer *writer;
	bool problem;
	int fd, end;

	(void)state;
	writer = begin_write(&fd);
	list_files(writer, 3);
	assert_int_equal(trace_write_interval(writer, &frame, false), 0);
	assert_int_equal(trace_write_flush(writer), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = trace_writer_bytes(writer) + 20;
	frame.start_ns += 10 * SEC;
	frame.end_ns += 10 * SEC;
	assert_int_equal(trace_write_interval(writer, &frame, false), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(trace_write_flush(writer), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(count_intervals(&end, &problem), 1);
	assert_false(problem);
	/* and with room again it goes on */
	end_write(writer, fd);
	assert_int_equal(count_intervals(&end, &problem), 2);
	assert_false(problem);
}

/* --- columns with a right checksum and wrong numbers ------------------- */

/* Writes a chunk of the example, one column of which is replaced. */
static void write_forged(enum trace_column_id id, const __u8 *bytes, size_t n)
{
	struct trace_column columns[TRACE_NR_COLUMNS] = {0};
	const struct trace_file file = {.path = "/srv/a"};
	struct trace_chunk chunk = {
		.begin_ns = BEGIN,
		.end_ns = BEGIN + 10 * SEC,
		.n_intervals = 1,
	};
	__u8 head[TRACE_HEAD_BYTES], *packed;
	size_t n_packed;
	FILE *out;

	trace_put_fs(columns, 0, &disk_fs);
	for (int i = 0; i < 3; i++)
		trace_put_file(columns, i, &file);
	trace_interval_put(columns, &example, BEGIN, false);
	if (bytes) {
		columns[id].n = 0;
		trace_column_put_text(&columns[id], (const char *)bytes, n);
	}
	assert_int_equal(trace_chunk_pack(columns, &chunk, &packed, &n_packed),
			 0);
	trace_head_put(&info, head);
	out = fopen(scratch_path("x"), "w");
	assert_non_null(out);
	fwrite(head, 1, sizeof(head), out);
	fwrite(packed, 1, n_packed, out);
	fclose(out);
	free(packed);
	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		trace_column_free(&columns[i]);
}

static void test_forged(void **state)
{
	static const struct {
		const char *what;
		enum trace_column_id id;
		const char *bytes;
		size_t n;
	} rows[] = {
		{"no such file", TRACE_FILE_NUMBERS, "\0\2", 2},
		{"more files than numbers", TRACE_INTERVALS,
		 "\0\x80\xc8\xaf\xa0\x25\3\14\0\4\0", 11},
		{"ends after the chunk", TRACE_INTERVALS,
		 "\0\x81\xc8\xaf\xa0\x25\2\14\0\4\0", 11},
		{"a unit of 2 MiB", TRACE_INTERVALS,
		 "\0\x80\xc8\xaf\xa0\x25\2\25\0\4\0", 11},
		{"temperatures that are not there", TRACE_INTERVALS,
		 "\0\x80\xc8\xaf\xa0\x25\2\14\1\4\0", 11},
		{"half a number", TRACE_RANGES, "\5\1\x80", 3},
		{"a range left over", TRACE_RANGES, "\5\1\0\0", 4},
		{"a range too few", TRACE_RANGES, "\5\1", 2},
		{"a range beyond all files", TRACE_RANGES,
		 "\5\1\xff\xff\xff\xff\3", 7},
		{"more ranges than there are", TRACE_RANGE_COUNTS,
		 "\1\xff\xff\xff\1", 5},
		{"a number of 70 bits", TRACE_READS,
		 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0", 12},
		{"2^32 reads", TRACE_READS, "\x80\x80\x80\x80\20\0\0", 7},
		{"fewer bytes than none", TRACE_READ_SIZES, "\7", 1},
		{"more bytes than can be", TRACE_READ_SIZES,
		 "\x80\x80\x80\x80\x40", 5},
		{"a total below 0", TRACE_TOTALS, "\10\0\0\0\0\2\0\0", 8},
		{"a path left over", TRACE_PATHS, "/srv/a/srv/a/srv/ab", 19},
		{"a zero in a path", TRACE_PATHS, "/srv\0a/srv/a/srv/a", 18},
		{"half a type", TRACE_FS_TEXTS, "ex", 2},
		{"a fifth filesystem", TRACE_FILESYSTEMS, "\4\0\0\0\4\4", 6},
	};
	bool problem;
	int end;

	(void)state;
	write_forged(0, NULL, 0);
	assert_int_equal(count_intervals(&end, &problem), 1);
	assert_false(problem);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_forged(rows[i].id, (const __u8 *)rows[i].bytes,
			     rows[i].n);
		count_intervals(&end, &problem);
		if (end != -EBADMSG || !problem)
			fail_msg("%s: %d", rows[i].what, end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_each_length), scratch_test(test_zeros),
		scratch_test(test_each_bit),	scratch_test(test_not_a_file),
		scratch_test(test_full_disk),	scratch_test(test_forged),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
