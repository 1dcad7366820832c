// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each kind of I/O: take the counts of the file from the table, do the I/O,
 * take the counts again. The difference must be what the I/O moved, for the
 * file and for each of its ranges.
 */
#include "heat/self_test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "heat/track.h"

#define TABLE_MEMORY (4ULL << 20)
/* I/O through the page cache may be counted twice for good reason: the kernel
 * may reclaim pages and read them again, and a sync may write a page while we
 * still write to it, so that it is written again. So such a kind gets several
 * tries.
 */
#define TRIES 12

_Static_assert(SELF_IO_RANGE_BYTES == 1 << FRSP_HOT_RANGE_SHIFT,
	       "the test's ranges are the table's");

/* Bytes counted for the file in one direction. */
struct counts {
	__u64 file;
	__u64 ranges[SELF_IO_RANGES];
};

static void add_slot(struct counts *counts, const struct frsp_hot_slot *slot,
		     bool is_write)
{
	__u64 bytes = is_write ? slot->write_bytes : slot->read_bytes;
	__u32 range = FRSP_HOT_TAG_RANGE(slot->tag);

	if (range == FRSP_HOT_RANGE_FILE)
		counts->file += bytes;
	else if (range < SELF_IO_RANGES)
		counts->ranges[range] += bytes;
}

static bool is_on_device(const struct hot_track *track, __u32 fs, dev_t dev)
{
	struct frsp_hot_fs known;

	return !hot_track_fs(track, fs, &known) &&
	       known.dev == kdev_from_user(dev);
}

/* The table is new, so this inode number on this device means this file. */
static struct counts counts_of(const struct hot_track *track,
			       const struct stat *file, bool is_write)
{
	const struct hot_table *table = hot_track_table(track);
	struct counts counts = {0};

	for (__u32 i = 0; i < table->n_slots; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(table, i);

		if (FRSP_HOT_TAG_STATE(slot->tag) == FRSP_HOT_LIVE &&
		    slot->ino == file->st_ino &&
		    is_on_device(track, slot->fs, file->st_dev))
			add_slot(&counts, slot, is_write);
	}
	return counts;
}

static void judge(struct self_test_result *result, const struct counts *before,
		  const struct counts *after, __u64 range_bytes)
{
	result->done_bytes = range_bytes * SELF_IO_RANGES;
	result->counted_bytes = after->file - before->file;
	result->wrong_ranges = 0;
	for (int i = 0; i < SELF_IO_RANGES; i++)
		if (after->ranges[i] - before->ranges[i] != range_bytes)
			result->wrong_ranges++;
	result->verdict = result->wrong_ranges || result->counted_bytes !=
							  result->done_bytes
				  ? SELF_TEST_WRONG
				  : SELF_TEST_EXACT;
}

static int test_kind_once(const struct hot_track *track,
			  const struct self_io_kind *kind,
			  struct self_io_file *file, const struct stat *st,
			  struct self_test_result *result)
{
	struct counts before, after;
	int err = self_io_drop_cache(file);

	if (err)
		return err;
	before = counts_of(track, st, kind->is_write);
	err = kind->run(file);
	if (err)
		return err;
	after = counts_of(track, st, kind->is_write);
	judge(result, &before, &after, self_io_range_bytes(kind, file));
	return 0;
}

static int test_kind(const struct hot_track *track,
		     const struct self_io_kind *kind, struct self_io_file *file,
		     const struct stat *st, struct self_test_result *result)
{
	int err = 0;

	*result = (struct self_test_result){.kind = kind->name,
					    .verdict = SELF_TEST_WRONG};
	for (int i = 0; i < (kind->through_cache ? TRIES : 1) && !err; i++) {
		err = test_kind_once(track, kind, file, st, result);
		if (!err && result->verdict == SELF_TEST_EXACT)
			return 0;
	}
	if (err != -EOPNOTSUPP)
		return err;
	result->verdict = SELF_TEST_IMPOSSIBLE;
	return 0;
}

static int test_kinds(const struct hot_track *track, struct self_io_file *file,
		      struct self_test *test)
{
	struct stat st;
	int err = fstat(file->fd, &st) ? -errno : 0;

	for (size_t i = 0; i < self_io_n_kinds && !err; i++) {
		struct self_test_result *result =
			&test->results[test->n_results];

		err = test_kind(track, &self_io_kinds[i], file, &st, result);
		if (err)
			break;
		test->n_results++;
		test->n_wrong += result->verdict == SELF_TEST_WRONG;
	}
	return err;
}

/* The programs count only this filesystem. */
static int open_track(const struct hot_track_options *options, __u32 fs_dev,
		      struct hot_track **out)
{
	struct frsp_hot_fs_query query = {.fs_dev = fs_dev};
	int err = hot_track_open(options, out);

	if (err)
		return err;
	err = hot_track_find_fs(*out, &query);
	if (err)
		hot_track_close(*out);
	else
		hot_track_follow_fs(
			*out, &(struct hot_track_fs_filter){.fs = query.fs});
	return err;
}

int hot_self_test(const struct mount_entry *fs, const char *directory,
		  struct self_test *test)
{
	/* with a filter, so that the table is our own and has little in it */
	struct hot_track_options options = {
		.memory = TABLE_MEMORY,
		.half_life_s = HOT_TRACK_DEFAULT_HALF_LIFE_S,
		.one_fs = true,
	};
	struct self_io_file file;
	struct hot_track *track;
	int err;

	*test = (struct self_test){0};
	err = self_io_open(directory, &file);
	if (err)
		return err;
	err = open_track(&options, fs->dev, &track);
	test->no_program = err;
	if (!err) {
		err = test_kinds(track, &file, test);
		hot_track_close(track);
	}
	self_io_close(&file);
	return err;
}
