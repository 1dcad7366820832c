// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the numbers of tests/bench/alloc-place, against ones computed by
 * hand. */
#include "../../bench/place_stats.h"
#include "suite.h"

#define MIB	(1ULL << 20)
#define TURN_MS (60e3 / 7200)

/* A seek over a quarter of this disk takes half the time of a full stroke. */
static const struct disk empty_disk = {.bytes = 1024 * MIB};

static void near(double is, double wanted)
{
	assert_true(fabs(is - wanted) < 1e-6);
}

static struct place_file file_at(uint64_t start, uint64_t bytes)
{
	struct place_file file = {0};

	assert_int_equal(place_file_add(&file, 0, start, bytes), 0);
	return file;
}

static void free_files(struct place_file *files, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		free(files[i].extents);
}

static void test_seek(void **state)
{
	struct disk disk = empty_disk;

	(void)state;
	near(disk_seek_ms(&disk, 0), 0);
	near(disk_seek_ms(&disk, 1024 * MIB), 1 + 8 + TURN_MS / 2);
	near(disk_seek_ms(&disk, 256 * MIB), 1 + 4 + TURN_MS / 2);
	disk.head = 512 * MIB;
	near(disk_seek_ms(&disk, 256 * MIB), 1 + 4 + TURN_MS / 2);
	near(disk_seek_ms(&disk, 512 * MIB), 0);
}

static void test_pass(void **state)
{
	struct disk disk = empty_disk;

	(void)state;
	disk.head = MIB;
	near(disk_pass_ms(&disk, MIB), 0);
	near(disk_pass_ms(&disk, MIB + 150000), 1);
	/* a long gap, and a gap backwards, are seeks */
	near(disk_pass_ms(&disk, 257 * MIB), 1 + 4 + TURN_MS / 2);
	near(disk_pass_ms(&disk, MIB - 4096), disk_seek_ms(&disk, MIB - 4096));
}

static void test_read(void **state)
{
	struct disk disk = empty_disk;
	struct place_file file = file_at(256 * MIB, 150000);

	(void)state;
	/* an extent right after the first, and one after a gap of 300000
	 * bytes */
	assert_int_equal(
		place_file_add(&file, 8 * MIB, 256 * MIB + 150000, 300000), 0);
	assert_int_equal(
		place_file_add(&file, 9 * MIB, 256 * MIB + 750000, 150000), 0);
	disk_read(&disk, &file);
	assert_int_equal(disk.head, 256 * MIB + 900000);
	near(disk.passing_ms, 5 + TURN_MS / 2 + 1 + 2 + 2 + 1);
	near(disk.ms,
	     5 + TURN_MS / 2 + 1 + 2 + 1 +
		     (1 + 8 * sqrt(300000. / (1024 * MIB)) + TURN_MS / 2));
	free(file.extents);
}

static void test_extents_join(void **state)
{
	struct place_file file = file_at(MIB, 4096);

	(void)state;
	assert_int_equal(place_file_add(&file, 4096, MIB + 4096, 8192), 0);
	assert_int_equal(file.n_extents, 1);
	assert_int_equal(place_file_end(&file), MIB + 12288);
	/* a hole in the file, a gap on the disk, backwards */
	assert_int_equal(place_file_add(&file, MIB, MIB + 12288, 4096), 0);
	assert_int_equal(place_file_add(&file, MIB + 4096, 2 * MIB, 4096), 0);
	assert_int_equal(place_file_add(&file, MIB + 8192, 4096, 4096), 0);
	assert_int_equal(file.n_extents, 4);
	assert_int_equal(place_file_end(&file), 8192);
	free(file.extents);
}

static void test_order(void **state)
{
	struct place_file files[] = {
		{.born_ns = 7, .ino = 12},
		{.born_ns = 7, .ino = 11},
		{.born_ns = 5, .ino = 13},
	};

	(void)state;
	qsort(files, 3, sizeof(*files), place_by_birth);
	assert_int_equal(files[0].ino, 13);
	assert_int_equal(files[1].ino, 11);
	assert_int_equal(files[2].ino, 12);
}

static void test_sums(void **state)
{
	struct place_file files[4] = {
		file_at(10 * MIB, MIB),
		file_at(11 * MIB, MIB), /* right after: 0 */
		file_at(4 * MIB, MIB),	/* 8 MiB backwards */
		file_at(7 * MIB, MIB),	/* 2 MiB ahead */
	};
	struct place_sums sums = {0};

	(void)state;
	assert_int_equal(place_file_add(&files[3], MIB, 20 * MIB, MIB), 0);
	assert_int_equal(place_sums_add(&sums, files, 4, 5 * MIB), 0);
	assert_int_equal(sums.files, 4);
	assert_int_equal(sums.extents, 5);
	assert_int_equal(sums.bytes, 5 * MIB);
	assert_int_equal(sums.n_gaps, 3);
	assert_int_equal(sums.span_bytes, 17 * MIB);
	assert_int_equal(sums.distance_bytes, (5 + 6 + 1 + 2) * MIB);
	near(place_median_gap(&sums), 2 * MIB);
	near(place_mean_gap(&sums), 10. / 3 * MIB);
	/* A directory's first file has no gap, so this adds none. */
	assert_int_equal(place_sums_add(&sums, files + 2, 1, 0), 0);
	assert_int_equal(place_sums_add(&sums, files, 0, 0), 0);
	assert_int_equal(sums.n_gaps, 3);
	free_files(files, 4);
	files[0] = file_at(0, MIB);
	files[1] = file_at(4 * MIB, MIB);
	assert_int_equal(place_sums_add(&sums, files, 2, 0), 0);
	near(place_median_gap(&sums), 2.5 * MIB);
	assert_int_equal(sums.span_bytes, (17 + 1 + 5) * MIB);
	free_files(files, 2);
	free(sums.gaps);
}

static void test_nothing(void **state)
{
	struct place_sums sums = {0};

	(void)state;
	near(place_median_gap(&sums), 0);
	near(place_mean_gap(&sums), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_extents_join),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
