// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of copies of disks: what is copied to an image and back is the same,
 * with random holes and sizes of clusters; and of chains against an array. */
#include <errno.h>

#include "ploop/image/check.h"
#include "ploop/image/convert.h"
#include "ploop/image/descriptor.h"
#include "ploop/image/snapshot.h"
#include "ploop/image/writer.h"
#include "random.h"
#include "scratch.h"

#define MAX_BYTES (64 << 10)

static struct image_problem problem;

static void write_file(const char *path, const char *bytes, size_t n)
{
	FILE *out = fopen(path, "w");
	int closed;

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	closed = fclose(out);
	assert_int_equal(closed, 0);
}

static void assert_file(const char *path, const char *bytes, size_t n)
{
	char *got = malloc(n + 2);
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_non_null(got);
	assert_int_equal(fread(got, 1, n + 2, in), n);
	assert_memory_equal(got, bytes, n);
	fclose(in);
	free(got);
}

/* Fills in blocks of 512 bytes, of which about half are zeros. */
static void fill(char *bytes, size_t n)
{
	memset(bytes, 0, n);
	for (size_t at = 0; at < n; at += PLOOP_SECTOR)
		if (random_below(2))
			bytes[at + random_below(n - at < PLOOP_SECTOR
							? n - at
							: PLOOP_SECTOR)] =
				1 + random_below(255);
}

static void copy(struct chain *from, const char *to, bool is_to_raw,
		 __u32 cluster_sectors)
{
	struct convert convert = {.from = from,
				  .to = to,
				  .is_to_raw = is_to_raw,
				  .cluster_sectors = cluster_sectors};

	unlink(to);
	if (convert_run(&convert, &problem))
		fail_msg("%s: %s", problem.path, problem.text);
	chain_close(from);
}

static void open_chain(const char *path, struct chain *chain)
{
	if (chain_open(path, chain, &problem))
		fail_msg("%s: %s", problem.path, problem.text);
}

static void assert_clean(const char *path)
{
	struct image_file file;
	enum ploop_fault fault;
	struct check check = {.file = &file};

	assert_int_equal(image_file_open(path, false, &file, &fault), 0);
	assert_int_equal(image_check(&check), 0);
	for (int kind = 0; kind < CHECK_KINDS; kind++)
		assert_int_equal(check.sum.n[kind], 0);
	image_file_close(&file);
}

static void test_there_and_back(void **state)
{
	char bytes[MAX_BYTES + PLOOP_SECTOR] = {0}, raw[PATH_MAX],
			       image[PATH_MAX], other[PATH_MAX];
	struct chain chain;

	(void)state;
	random_seed();
	strcpy(raw, scratch_path("raw"));
	strcpy(image, scratch_path("image"));
	strcpy(other, scratch_path("other"));
	for (int round = 0; round < 100; round++) {
		size_t n = 1 + random_below(MAX_BYTES);
		size_t whole =
			(n + PLOOP_SECTOR - 1) / PLOOP_SECTOR * PLOOP_SECTOR;

		memset(bytes, 0, sizeof(bytes));
		fill(bytes, n);
		write_file(raw, bytes, n);
		assert_int_equal(chain_open_raw(raw, 2048, &chain, &problem),
				 0);
		copy(&chain, image, false, 1 + random_below(70));
		assert_clean(image);
		open_chain(image, &chain);
		copy(&chain, other, false, 1 + random_below(70));
		assert_clean(other);
		open_chain(other, &chain);
		copy(&chain, raw, true, 0);
		assert_file(raw, bytes, whole);
	}
}

/* A chain of three images with clusters of 2 sectors: each has random clusters,
 * and the newest that has one is seen. */
static void test_chain(void **state)
{
	char bytes[MAX_BYTES] = {0}, cluster[1024], path[PATH_MAX];
	struct ploop_header header;
	struct snapshot snapshot;
	struct chain chain;
	char top[PATH_MAX];

	(void)state;
	random_seed();
	strcpy(path, scratch_path(DESCRIPTOR_NAME));
	assert_int_equal(ploop_header_make(MAX_BYTES / PLOOP_SECTOR, 2,
					   &header),
			 PLOOP_FINE);
	assert_int_equal(disk_make(path, &header, &problem), 0);
	strcpy(top, scratch_path("root.hds"));
	for (int level = 0; level < 3; level++) {
		struct writer *writer;

		unlink(top);
		assert_int_equal(writer_begin(top, &header, &writer), 0);
		for (int i = 0; i < MAX_BYTES / 1024; i++) {
			if (random_below(3))
				continue;
			memset(cluster, 1 + random_below(255), 1024);
			memcpy(bytes + i * 1024, cluster, 1024);
			assert_int_equal(
				writer_put(writer, i * 1024, cluster, 1024), 0);
		}
		assert_int_equal(writer_end(writer), 0);
		if (level == 2)
			break;
		if (snapshot_take(path, &snapshot, &problem))
			fail_msg("%s: %s", problem.path, problem.text);
		strcpy(top, snapshot.file);
	}
	open_chain(path, &chain);
	assert_int_equal(chain.n, 3);
	copy(&chain, scratch_path("raw"), true, 0);
	assert_file(scratch_path("raw"), bytes, MAX_BYTES);
}

static int stop(void *context, __u64 done, __u64 total)
{
	(void)context;
	assert_true(done && done <= total);
	return -EINTR;
}

/* What ends early leaves no file, and what is there stays. */
static void test_failures(void **state)
{
	char image[PATH_MAX];
	struct chain chain;
	struct convert convert = {
		.from = &chain, .cluster_sectors = 8, .progress = stop};

	(void)state;
	strcpy(image, scratch_path("image"));
	convert.to = image;
	scratch_write("raw", "text");
	assert_int_equal(
		chain_open_raw(scratch_path("raw"), 8, &chain, &problem), 0);
	assert_int_equal(convert_run(&convert, &problem), -EINTR);
	assert_int_equal(access(image, F_OK), -1);
	convert.is_to_raw = true;
	assert_int_equal(convert_run(&convert, &problem), -EINTR);
	assert_int_equal(access(image, F_OK), -1);
	scratch_write("image", "old");
	assert_int_equal(convert_run(&convert, &problem), -EEXIST);
	assert_string_equal(problem.path, image);
	convert.is_to_raw = false;
	assert_int_equal(convert_run(&convert, &problem), -EEXIST);
	assert_file(image, "old", 3);
	chain_close(&chain);
	assert_int_equal(chain_open(image, &chain, &problem), -EBADMSG);
	assert_string_equal(problem.text, "not a ploop image");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_there_and_back),
		scratch_test(test_chain),
		scratch_test(test_failures),
	};

	return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
