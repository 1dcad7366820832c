// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/past_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "heat/monitor_parts.h"
#include "heat/past.h"
#include "trace/gather.h"
#include "trace/write.h"

/* A range, and its index in the recording's list of files. */
struct range {
	const struct hot_row *row;
	double age_s;
	__u32 file;
};

struct past_record {
	struct trace_writer *writer;
	const struct mount_table *mounts;
	struct range *ranges; /* by filesystem, file and range */
	size_t n;
	__u32 n_fs, n_files;
	__u64 now_ns;
};

static int compare(const void *a, const void *b)
{
	const struct hot_row *one = ((const struct range *)a)->row;
	const struct hot_row *other = ((const struct range *)b)->row;

	if (one->fs_dev != other->fs_dev)
		return one->fs_dev < other->fs_dev ? -1 : 1;
	if (one->ino != other->ino)
		return one->ino < other->ino ? -1 : 1;
	if (one->gen != other->gen)
		return one->gen < other->gen ? -1 : 1;
	return (one->range > other->range) - (one->range < other->range);
}

static int take_rows(struct past_record *record, const struct hot_rows *rows)
{
	record->ranges = calloc(rows->n_rows + 1UL, sizeof(*record->ranges));
	if (!record->ranges)
		return -ENOMEM;
	for (__u32 i = 0; i < rows->n_rows; i++) {
		const struct hot_row *row = &rows->rows[i];

		if (row->is_metadata || !row->ino || !row->fs_dev)
			continue;
		record->ranges[record->n++] = (struct range){
			.row = row,
			.age_s = heat_past_age(row->reads + row->writes,
					       row->read_bytes +
						       row->write_bytes,
					       row->temperature,
					       HOT_TRACK_DEFAULT_HALF_LIFE_S),
		};
	}
	if (record->n)
		qsort(record->ranges, record->n, sizeof(*record->ranges),
		      compare);
	return 0;
}

static int list_fs(struct past_record *record, const struct hot_row *row)
{
	const struct mount_entry *mount =
		mount_table_by_dev(record->mounts, row->fs_dev);
	const struct trace_fs fs = {
		.dev = row->fs_dev,
		.subdev = row->dev,
		.type = mount ? mount->fs_type : "",
		.mount = mount ? mount->target : "",
	};

	return trace_write_fs(record->writer, record->n_fs++, &fs);
}

static int list_files(struct past_record *record)
{
	const struct hot_row *before = NULL;
	int err = 0;

	for (size_t i = 0; i < record->n && !err; i++) {
		struct range *range = &record->ranges[i];
		const struct hot_row *row = range->row;

		if (!before || before->fs_dev != row->fs_dev)
			err = list_fs(record, row);
		if (!err &&
		    (!before || before->fs_dev != row->fs_dev ||
		     before->ino != row->ino || before->gen != row->gen))
			err = trace_write_file(
				record->writer, record->n_files++,
				&(struct trace_file){
					.fs = record->n_fs - 1,
					.ino = row->ino,
					.gen = row->gen,
					.state = TRACE_PATH_UNKNOWN});
		range->file = record->n_files - 1;
		before = row;
	}
	return err;
}

static __u32 at_most_32(__u64 n)
{
	return n < ~0U ? n : ~0U;
}

static int write_slice(struct past_record *record,
		       const struct heat_past_slice *slice)
{
	struct trace_gather gather = {0};
	struct trace_frame frame = {0};
	int err = 0;

	for (size_t i = 0; i < record->n && !err; i++) {
		const struct range *range = &record->ranges[i];
		const struct hot_row *row = range->row;
		double age = range->age_s;
		const struct trace_access access = {
			.file = range->file,
			.range = row->range,
			.reads = at_most_32(
				heat_past_in(row->reads, age, slice)),
			.writes = at_most_32(
				heat_past_in(row->writes, age, slice)),
			.read_bytes = heat_past_in(row->read_bytes, age, slice),
			.write_bytes =
				heat_past_in(row->write_bytes, age, slice),
		};

		if (access.reads || access.writes)
			err = trace_gather_add(&gather, &access);
	}
	err = err ?: trace_gather_end(&gather, &frame);
	frame.start_ns = record->now_ns - (__u64)(slice->from_s * NSEC_PER_SEC);
	frame.end_ns = record->now_ns - (__u64)(slice->to_s * NSEC_PER_SEC);
	if (!err && frame.n)
		err = trace_write_interval(record->writer, &frame, false);
	trace_gather_free(&gather);
	return err;
}

static int write_all(struct past_record *record)
{
	int err = list_files(record);

	for (size_t i = 0; i < HEAT_PAST_SLICES && !err; i++) {
		const struct heat_past_slice slice = heat_past_slice(i);

		err = write_slice(record, &slice);
	}
	return err ?: trace_write_flush(record->writer);
}

int heat_past_record(struct hot_monitor *monitor, int fd)
{
	const struct hot_frame_request request = {.ranges = true,
						  .no_metadata = true};
	struct past_record record = {.mounts =
					     hot_monitor_parts(monitor).mounts};
	struct trace_info info = {
		.kind = TRACE_OF_FILES,
		.half_life_ms = HOT_TRACK_DEFAULT_HALF_LIFE_S * 1000,
	};
	struct hot_frame frame = {0};
	int err = hot_monitor_sample(monitor, &request, &frame);

	if (err)
		return err;
	record.now_ns = frame.wall_ns;
	info.begin_ns = record.now_ns - (__u64)(HEAT_PAST_MAX_S * NSEC_PER_SEC);
	err = take_rows(&record, &frame.ranking.ranges)
		      ?: trace_writer_new(fd, &info, &record.writer);
	if (!err) {
		err = write_all(&record);
		trace_writer_free(record.writer);
	}
	free(record.ranges);
	return err;
}
