// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace/format.h has the columns and an example. Most bytes of a recording are
 * of five columns: ranges, reads, writes and their sizes. So these have small
 * numbers, most of them 0 or 1, which zstd packs into less than a byte:
 *
 *   ranges   are sorted, so the next one is often close
 *   sizes    are what is left when the size of the last operation is expected
 *            again; 0 as long as a file is read in pieces of one size
 *   totals   are what is left of the sums of the ranges; 0 unless a bio spans
 *            several of them
 */
#include "trace/interval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define FIRST_SIZE 4096 /* of an operation, until one was seen */
#define WARM_ZERO  160	/* of the logarithms of temperatures */
#define WARM_STEPS 16	/* to a factor of 2 */
#define MAX_WARM   1440 /* 2^80 */

#define MAX_GAP_NS (1ULL << 62)

/* The sizes expected of the next read and write, in units. */
struct expected {
	__u64 read, write;
};

static struct expected expect_first(unsigned int unit)
{
	const __u64 size = FIRST_SIZE >> unit;

	return (struct expected){size, size};
}

/* What the ranges of a file sum up to, in units. */
struct sums {
	__u64 reads, writes, read_units, write_units;
};

static __u64 cut(__u64 value, __u64 max)
{
	return value < max ? value : max;
}

static __u64 bytes_of(__u64 bytes)
{
	return cut(bytes, TRACE_MAX_BYTES);
}

static __u64 total_bytes(__u64 bytes)
{
	return cut(bytes, TRACE_MAX_TOTAL);
}

/* The lowest set bit of all bytes. */
static unsigned int find_unit(const struct trace_frame *frame)
{
	__u64 all = 1ULL << TRACE_MAX_UNIT;

	for (size_t i = 0; i < frame->n; i++)
		all |= bytes_of(frame->accesses[i].read_bytes) |
		       bytes_of(frame->accesses[i].write_bytes);
	for (size_t i = 0; i < frame->n_totals; i++)
		all |= total_bytes(frame->totals[i].read_bytes) |
		       total_bytes(frame->totals[i].write_bytes);
	return __builtin_ctzll(all);
}

static __u64 warm_of(float temperature)
{
	long steps;

	if (!(temperature > 0))
		return 0;
	steps = lroundf(log2f(temperature) * WARM_STEPS) + WARM_ZERO;
	return steps < 1 ? 0 : cut(steps, MAX_WARM);
}

static float temperature_of(__u64 warm)
{
	return warm ? exp2f(((float)warm - WARM_ZERO) / WARM_STEPS) : 0;
}

/* Adds the size of a range's operations, if it has any. */
static void put_size(struct trace_column *column, __u64 ops, __u64 units,
		     __u64 *expected)
{
	if (!ops)
		return;
	trace_column_put(column, trace_fold(units - ops * *expected));
	*expected = units / ops;
}

static bool get_size(struct trace_cursor *cursor, __u64 ops, unsigned int unit,
		     __u64 *expected, __u64 *units)
{
	__u64 folded;

	*units = 0;
	if (!ops)
		return true;
	if (!trace_cursor_get(cursor, &folded))
		return false;
	*units = ops * *expected + (__u64)trace_unfold(folded);
	*expected = *units / ops;
	return *units <= TRACE_MAX_BYTES >> unit;
}

static void put_access(struct trace_column columns[TRACE_NR_COLUMNS],
		       const struct trace_access *access, unsigned int unit,
		       struct expected *expected, struct sums *sums)
{
	/* bytes without an operation cannot be written */
	__u64 read = access->reads ? bytes_of(access->read_bytes) >> unit : 0;
	__u64 written =
		access->writes ? bytes_of(access->write_bytes) >> unit : 0;

	trace_column_put(&columns[TRACE_READS], access->reads);
	trace_column_put(&columns[TRACE_WRITES], access->writes);
	put_size(&columns[TRACE_READ_SIZES], access->reads, read,
		 &expected->read);
	put_size(&columns[TRACE_WRITE_SIZES], access->writes, written,
		 &expected->write);
	sums->reads += access->reads;
	sums->writes += access->writes;
	sums->read_units += read;
	sums->write_units += written;
}

static void put_total(struct trace_column *column,
		      const struct trace_access *total, unsigned int unit,
		      const struct sums *sums)
{
	trace_column_put(column, trace_fold(sums->reads - total->reads));
	trace_column_put(column, trace_fold(sums->writes - total->writes));
	trace_column_put(column,
			 trace_fold(sums->read_units -
				    (total_bytes(total->read_bytes) >> unit)));
	trace_column_put(column,
			 trace_fold(sums->write_units -
				    (total_bytes(total->write_bytes) >> unit)));
}

/* Adds a file and its ranges, the first *at accesses of which are done. */
static void put_file(struct trace_column columns[TRACE_NR_COLUMNS],
		     const struct trace_frame *frame, size_t nth, size_t *at,
		     unsigned int unit, struct expected *expected)
{
	const struct trace_access *total = &frame->totals[nth];
	size_t first = *at;
	struct sums sums = {0};
	__u32 next = 0;

	trace_column_put(&columns[TRACE_FILE_NUMBERS],
			 nth ? total->file - total[-1].file - 1 : total->file);
	for (; *at < frame->n && frame->accesses[*at].file == total->file;
	     (*at)++) {
		const struct trace_access *access = &frame->accesses[*at];

		trace_column_put(&columns[TRACE_RANGES], access->range - next);
		next = access->range + 1;
		put_access(columns, access, unit, expected, &sums);
	}
	trace_column_put(&columns[TRACE_RANGE_COUNTS], *at - first);
	put_total(&columns[TRACE_TOTALS], total, unit, &sums);
}

static void put_temperatures(struct trace_column *column,
			     const struct trace_frame *frame)
{
	size_t at = 0;

	for (size_t nth = 0; nth < frame->n_totals; nth++) {
		for (; at < frame->n &&
		       frame->accesses[at].file == frame->totals[nth].file;
		     at++)
			trace_column_put(
				column,
				warm_of(frame->accesses[at].temperature));
		trace_column_put(column,
				 warm_of(frame->totals[nth].temperature));
	}
}

void trace_interval_put(struct trace_column columns[TRACE_NR_COLUMNS],
			const struct trace_frame *frame, __u64 after_ns,
			bool is_warm)
{
	struct trace_column *column = &columns[TRACE_INTERVALS];
	const unsigned int unit = find_unit(frame);
	struct expected expected = expect_first(unit);
	size_t at = 0;

	trace_column_put(column, frame->start_ns - after_ns);
	trace_column_put(column, frame->end_ns - frame->start_ns);
	trace_column_put(column, frame->n_totals);
	trace_column_put(column, unit);
	trace_column_put(column, is_warm);
	trace_column_put(column, frame->bios);
	trace_column_put(column, frame->lost);
	for (size_t nth = 0; nth < frame->n_totals; nth++)
		put_file(columns, frame, nth, &at, unit, &expected);
	if (is_warm)
		put_temperatures(&columns[TRACE_TEMPERATURES], frame);
}

/* What the head of an interval says. */
struct head {
	__u64 n_files, unit, is_warm;
};

static bool get_head(struct trace_cursor *cursor, __u64 after_ns,
		     struct head *head, struct trace_frame *frame)
{
	__u64 gap, length;

	if (!trace_cursor_get_max(cursor, MAX_GAP_NS, &gap) ||
	    !trace_cursor_get_max(cursor, MAX_GAP_NS, &length) ||
	    !trace_cursor_get_max(cursor, TRACE_MAX_ACCESSES, &head->n_files) ||
	    !trace_cursor_get_max(cursor, TRACE_MAX_UNIT, &head->unit) ||
	    !trace_cursor_get_max(cursor, 1, &head->is_warm) ||
	    !trace_cursor_get(cursor, &frame->bios) ||
	    !trace_cursor_get(cursor, &frame->lost))
		return false;
	frame->start_ns = after_ns + gap;
	frame->end_ns = frame->start_ns + length;
	return frame->start_ns >= after_ns && frame->end_ns >= frame->start_ns;
}

/* Makes room for n entries. An entry takes a byte of a column at least, so what
 * is asked for is bounded by the file. Returns 0 or -ENOMEM.
 */
static int grow(struct trace_access **array, size_t *size, size_t n)
{
	size_t wanted = *size ?: 1024;
	struct trace_access *grown;

	if (n <= *size)
		return 0;
	while (wanted < n)
		wanted *= 2;
	grown = realloc(*array, wanted * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*size = wanted;
	return 0;
}

static bool get_access(struct trace_cursor columns[TRACE_NR_COLUMNS],
		       unsigned int unit, struct expected *expected,
		       struct sums *sums, struct trace_access *access)
{
	__u64 reads, writes, read, written;

	if (!trace_cursor_get_max(&columns[TRACE_READS], ~0U, &reads) ||
	    !trace_cursor_get_max(&columns[TRACE_WRITES], ~0U, &writes) ||
	    !get_size(&columns[TRACE_READ_SIZES], reads, unit, &expected->read,
		      &read) ||
	    !get_size(&columns[TRACE_WRITE_SIZES], writes, unit,
		      &expected->write, &written))
		return false;
	access->reads = reads;
	access->writes = writes;
	access->read_bytes = read << unit;
	access->write_bytes = written << unit;
	sums->reads += reads;
	sums->writes += writes;
	sums->read_units += read;
	sums->write_units += written;
	return true;
}

/* Sets *value to the sum less the signed number that comes next. */
static bool get_less(struct trace_cursor *cursor, __u64 sum, __u64 max,
		     __u64 *value)
{
	__u64 folded;

	if (!trace_cursor_get(cursor, &folded))
		return false;
	*value = sum - (__u64)trace_unfold(folded);
	return *value <= max;
}

static bool get_total(struct trace_cursor *cursor, unsigned int unit,
		      const struct sums *sums, struct trace_access *total)
{
	const __u64 max_units = TRACE_MAX_TOTAL >> unit;
	__u64 reads, writes, read, written;

	if (!get_less(cursor, sums->reads, ~0U, &reads) ||
	    !get_less(cursor, sums->writes, ~0U, &writes) ||
	    !get_less(cursor, sums->read_units, max_units, &read) ||
	    !get_less(cursor, sums->write_units, max_units, &written))
		return false;
	total->reads = reads;
	total->writes = writes;
	total->read_bytes = read << unit;
	total->write_bytes = written << unit;
	return true;
}

static int get_ranges(struct trace_cursor columns[TRACE_NR_COLUMNS], __u32 file,
		      __u64 n, unsigned int unit, struct expected *expected,
		      struct trace_interval_room *room,
		      struct trace_frame *frame, struct sums *sums)
{
	__u64 next = 0, gap;
	int err;

	err = grow(&room->accesses, &room->accesses_size, frame->n + n);
	if (err)
		return err;
	for (; n; n--, frame->n++) {
		struct trace_access *access = &room->accesses[frame->n];

		*access = (struct trace_access){.file = file};
		if (!trace_cursor_get_max(&columns[TRACE_RANGES],
					  TRACE_RANGE_FILE, &gap) ||
		    next + gap >= TRACE_RANGE_FILE)
			return -EBADMSG;
		access->range = next + gap;
		next = access->range + 1;
		if (!get_access(columns, unit, expected, sums, access))
			return -EBADMSG;
	}
	return 0;
}

/* Takes a file and its ranges. next: the lowest index that it can have. */
static int get_file(struct trace_cursor columns[TRACE_NR_COLUMNS],
		    __u32 n_files, __u64 *next, unsigned int unit,
		    struct expected *expected, struct trace_interval_room *room,
		    struct trace_frame *frame)
{
	struct trace_access *total = &room->totals[frame->n_totals];
	struct sums sums = {0};
	__u64 gap, n;
	int err;

	if (!trace_cursor_get_max(&columns[TRACE_FILE_NUMBERS], n_files,
				  &gap) ||
	    *next + gap >= n_files ||
	    !trace_cursor_get_max(&columns[TRACE_RANGE_COUNTS],
				  TRACE_MAX_ACCESSES - frame->n, &n) ||
	    n > (size_t)(columns[TRACE_RANGES].end - columns[TRACE_RANGES].at))
		return -EBADMSG;
	*total = (struct trace_access){.file = *next + gap,
				       .range = TRACE_RANGE_FILE};
	*next = total->file + 1;
	err = get_ranges(columns, total->file, n, unit, expected, room, frame,
			 &sums);
	if (err)
		return err;
	if (!get_total(&columns[TRACE_TOTALS], unit, &sums, total))
		return -EBADMSG;
	frame->n_totals++;
	return 0;
}

static bool get_temperature(struct trace_cursor *cursor,
			    struct trace_access *access)
{
	__u64 warm;

	if (!trace_cursor_get_max(cursor, MAX_WARM, &warm))
		return false;
	access->temperature = temperature_of(warm);
	return true;
}

static bool get_temperatures(struct trace_cursor *cursor,
			     const struct trace_interval_room *room,
			     const struct trace_frame *frame)
{
	size_t at = 0;

	for (size_t nth = 0; nth < frame->n_totals; nth++) {
		for (; at < frame->n &&
		       room->accesses[at].file == room->totals[nth].file;
		     at++)
			if (!get_temperature(cursor, &room->accesses[at]))
				return false;
		if (!get_temperature(cursor, &room->totals[nth]))
			return false;
	}
	return true;
}

int trace_interval_get(struct trace_cursor columns[TRACE_NR_COLUMNS],
		       __u32 n_files, __u64 after_ns,
		       struct trace_interval_room *room,
		       struct trace_frame *frame)
{
	struct trace_cursor *numbers = &columns[TRACE_FILE_NUMBERS];
	struct expected expected;
	struct head head;
	__u64 next = 0;
	int err;

	*frame = (struct trace_frame){0};
	if (!get_head(&columns[TRACE_INTERVALS], after_ns, &head, frame) ||
	    head.n_files > (size_t)(numbers->end - numbers->at))
		return -EBADMSG;
	err = grow(&room->totals, &room->totals_size, head.n_files);
	expected = expect_first(head.unit);
	for (__u64 nth = 0; nth < head.n_files && !err; nth++)
		err = get_file(columns, n_files, &next, head.unit, &expected,
			       room, frame);
	room->is_warm = head.is_warm;
	if (!err && head.is_warm &&
	    !get_temperatures(&columns[TRACE_TEMPERATURES], room, frame))
		err = -EBADMSG;
	frame->accesses = room->accesses;
	frame->totals = room->totals;
	return err;
}

void trace_interval_room_free(struct trace_interval_room *room)
{
	free(room->accesses);
	free(room->totals);
	*room = (struct trace_interval_room){0};
}
