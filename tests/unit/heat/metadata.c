// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the rows of metadata: sums, labels, and their place among files. */
#include "heat/actors.h"
#include "heat/metadata.h"
#include "paths/path.h"
#include "suite.h"

#define A 0x800001 /* device numbers of filesystems */
#define B 0x800002

static const struct path_result srv = {.path = "/srv", .state = PATH_KNOWN};
static const struct path_result odd = {.path = "/a\nb", .state = PATH_KNOWN};

static struct hot_actor jbd2 = {.counts.key = {.pid = 7, .comm = "jbd2/a"}};
static struct hot_actor flusher = {.counts.key = {.comm = "writeback"}};

static struct hot_metadata *metadata;

static int setup(void **state)
{
	(void)state;
	metadata = hot_metadata_new();
	return metadata ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	hot_metadata_free(metadata);
	return 0;
}

static struct hot_row row(__u32 fs_dev, enum frsp_hot_meta meta, __u64 bytes)
{
	return (struct hot_row){
		.is_metadata = true,
		.meta = meta,
		.fs_dev = fs_dev,
		.file = &srv,
		.range = FRSP_HOT_RANGE_FILE,
		.reads = 1,
		.writes = 2,
		.read_bytes = bytes,
		.write_bytes = bytes * 2,
		.reads_per_s = 5,
		.writes_per_s = 6,
		.read_bytes_per_s = 3,
		.write_bytes_per_s = 4,
		.temperature = bytes,
	};
}

static const struct hot_sort by_bytes = {.key = HOT_BY_BYTES};

static struct hot_rows sum(struct hot_row *rows, __u32 n, struct hot_sort sort)
{
	const struct hot_rows all = {.rows = rows, .n_rows = n};
	struct hot_rows sums;

	assert_int_equal(hot_metadata_sum(metadata, &all, sort, &sums), 0);
	return sums;
}

static void test_slots_of_a_class_are_one_row(void **state)
{
	struct hot_row rows[] = {
		row(A, FRSP_HOT_META_JOURNAL, 100),
		row(B, FRSP_HOT_META_JOURNAL, 1000),
		row(A, FRSP_HOT_META_INODES, 250),
		row(A, FRSP_HOT_META_JOURNAL, 50), /* on another disk */
	};
	struct hot_rows sums;

	(void)state;
	rows[0].who[0] = (struct hot_row_who){&flusher, 10};
	rows[0].n_who = 1;
	rows[3].who[0] = (struct hot_row_who){&jbd2, 30};
	rows[3].n_who = 1;
	sums = sum(rows, 4, by_bytes);
	assert_int_equal(sums.n_rows, 3);
	assert_int_equal(sums.n_total, 3);
	assert_int_equal(sums.rows[0].fs_dev, B);
	assert_int_equal(sums.rows[1].meta, FRSP_HOT_META_INODES);
	assert_int_equal(sums.rows[2].meta, FRSP_HOT_META_JOURNAL);
	assert_int_equal(sums.rows[2].reads, 2);
	assert_int_equal(sums.rows[2].writes, 4);
	assert_int_equal(sums.rows[2].read_bytes, 150);
	assert_int_equal(sums.rows[2].write_bytes, 300);
	assert_true(sums.rows[2].reads_per_s == 10);
	assert_true(sums.rows[2].writes_per_s == 12);
	assert_true(sums.rows[2].read_bytes_per_s == 6);
	assert_true(sums.rows[2].write_bytes_per_s == 8);
	assert_true(sums.rows[2].temperature == 150);
	assert_int_equal(sums.rows[2].n_who, 2);
	assert_ptr_equal(sums.rows[2].who[0].actor, &jbd2);
	assert_int_equal(sums.rows[2].who[1].bytes, 10);
	sums = sum(rows, 4, (struct hot_sort){HOT_BY_BYTES, true});
	assert_int_equal(sums.rows[2].fs_dev, B);
	assert_int_equal(sum(rows, 0, by_bytes).n_rows, 0);
}

static void test_label(void **state)
{
	struct hot_row journal = row(A, FRSP_HOT_META_JOURNAL, 1);
	char label[PATH_LABEL_LEN];

	(void)state;
	hot_metadata_label(&journal, label, sizeof(label));
	assert_string_equal(label, "[journal] /srv");
	journal.meta = FRSP_HOT_META_BLOCK_BITMAPS;
	journal.file = &odd;
	hot_metadata_label(&journal, label, sizeof(label));
	assert_string_equal(label, "[block bitmaps] /a\\012b");
	/* of a newer program */
	journal.meta = FRSP_HOT_NR_METAS;
	assert_string_equal(hot_metadata_name(journal.meta), "other");
	for (__u32 i = 0; i < FRSP_HOT_NR_METAS; i++)
		for (__u32 k = 0; k < i; k++)
			assert_string_not_equal(hot_metadata_name(i),
						hot_metadata_name(k));
}

/* Writes the rows of a list as letters: f for a file, m for metadata. */
static const char *merged(const struct hot_rows *files, const char *filter,
			  struct hot_sort sort, __u32 max_rows)
{
	static char letters[8];
	struct hot_row rows[] = {
		row(A, FRSP_HOT_META_JOURNAL, 100),
		row(A, FRSP_HOT_META_INODES, 10),
	};
	const struct hot_rows sums = sum(rows, 2, sort);
	struct hot_rows list;

	assert_int_equal(hot_metadata_merge(metadata, files, &sums, filter,
					    sort, max_rows, &list),
			 0);
	assert_int_equal(list.n_total, files->n_total + list.n_metadata);
	if (!filter)
		assert_int_equal(list.n_metadata, 2);
	memset(letters, 0, sizeof(letters));
	for (__u32 i = 0; i < list.n_rows; i++) {
		letters[i] = list.rows[i].is_metadata ? 'm' : 'f';
		if (i && sort.ascending)
			assert_true(
				hot_row_value(&list.rows[i - 1], sort.key) <=
				hot_row_value(&list.rows[i], sort.key));
	}
	return letters;
}

static void test_rows_are_ranked_with_files(void **state)
{
	struct hot_row rows[3] = {
		{.ino = 11, .read_bytes = 500},
		{.ino = 12, .read_bytes = 300}, /* as many as the journal */
		{.ino = 13, .read_bytes = 20},
	};
	const struct hot_rows files = {rows, 3, 77, 0};
	const struct hot_rows none = {.rows = NULL};
	struct hot_row upside_down[3] = {rows[2], rows[1], rows[0]};
	const struct hot_rows lowest = {upside_down, 3, 77, 0};

	(void)state;
	assert_string_equal(merged(&files, NULL, by_bytes, 0), "ffmmf");
	assert_string_equal(merged(&files, NULL, by_bytes, 3), "ffm");
	assert_string_equal(merged(&none, NULL, by_bytes, 0), "mm");
	assert_string_equal(merged(&files, "JOURNAL] /s", by_bytes, 0), "ffmf");
	assert_string_equal(merged(&files, "nothing", by_bytes, 0), "fff");
	assert_string_equal(merged(&lowest, NULL,
				   (struct hot_sort){HOT_BY_BYTES, true}, 0),
			    "fmfmf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_of_a_class_are_one_row),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_rows_are_ranked_with_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
