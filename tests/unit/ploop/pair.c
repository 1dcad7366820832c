// SPDX-License-Identifier: GPL-2.0-or-later
/* The tier pair: what is read much goes up, what nobody uses goes down, and a
 * full fast image is no error. */
#include <errno.h>

#include "image_file.h"
#include "ploop/tier/pair.h"

#define CLUSTERS	64
#define CLUSTER_SECTORS 128
#define CLUSTER_BYTES	(CLUSTER_SECTORS * PLOOP_SECTOR)

/* What is not said is the default: all is decided at once. */
static const char policy[] = "[policy]\n"
			     "cooldown = 0\n"
			     "half_life = 60\n"
			     "move_cost = 1\n"
			     "wear_cost = 0\n"
			     "certainty = 0\n"
			     "budget = 100%\n"
			     "hold_back = 0%\n"
			     "rate = 0\n"
			     "reserve = 0\n";

static char fast[PATH_MAX], slow[PATH_MAX], settings_file[PATH_MAX];

static void make_images(void)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);

	snprintf(slow, sizeof(slow), "%s", scratch_path("slow.hds"));
	assert_int_equal(rename(path, slow), 0);
	path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	snprintf(fast, sizeof(fast), "%s", scratch_path("fast.hds"));
	assert_int_equal(rename(path, fast), 0);
	scratch_write("policy.conf", policy);
	snprintf(settings_file, sizeof(settings_file), "%s",
		 scratch_path("policy.conf"));
}

static struct pair *open_pair(__u32 fast_clusters)
{
	const struct pair_settings settings = {
		.n_seats = 2,
		.fast_bytes = fast_clusters * CLUSTER_BYTES,
		.policy = settings_file,
	};
	struct image_problem problem;
	struct pair *pair;

	assert_int_equal(pair_open(fast, slow, &settings, &pair, &problem), 0);
	return pair;
}

static void write_cluster(struct pair *pair, __u32 cluster, __u32 tag)
{
	static __u32 buffer[CLUSTER_BYTES / 4];

	for (__u32 i = 0; i < CLUSTER_BYTES / 4; i++)
		buffer[i] = tag;
	assert_int_equal(seats_do(pair_seats(pair), PLOOP_WRITE, 0,
				  (__u64)cluster * CLUSTER_BYTES, CLUSTER_BYTES,
				  buffer),
			 0);
}

static void expect_cluster(struct pair *pair, __u32 cluster, __u32 tag)
{
	__u32 buffer[PLOOP_SECTOR / 4];

	assert_int_equal(seats_do(pair_seats(pair), PLOOP_READ, 0,
				  (__u64)cluster * CLUSTER_BYTES, PLOOP_SECTOR,
				  buffer),
			 0);
	assert_int_equal(buffer[0], tag);
}

/* 1: fast, 0: slow, -1: nowhere */
static int place(struct pair *pair, __u32 cluster)
{
	unsigned int file;
	__u64 byte, bytes;

	if (!ploop_place(seats_image(pair_seats(pair)),
			 (__u64)cluster * CLUSTER_BYTES, &file, &byte, &bytes))
		return -1;
	return file;
}

/* Twice as much is written as the fast image may have; all of it is there. */
static void test_full(void **state)
{
	struct pair_counts counts;
	struct pair *pair;
	struct stat st;
	int n_fast = 0;

	(void)state;
	make_images();
	pair = open_pair(8);
	for (__u32 i = 0; i < CLUSTERS; i++)
		write_cluster(pair, i, i + 1);
	for (__u32 i = 0; i < CLUSTERS; i++) {
		assert_int_not_equal(place(pair, i), -1);
		n_fast += place(pair, i);
		expect_cluster(pair, i, i + 1);
	}
	assert_in_range(n_fast, 1, 8);
	pair_counts(pair, &counts);
	assert_int_equal(counts.steps, 0);
	assert_int_equal(pair_close(pair), 0);
	assert_int_equal(stat(fast, &st), 0);
	assert_true(st.st_size <= 9 * CLUSTER_BYTES);
	pair = open_pair(8);
	for (__u32 i = 0; i < CLUSTERS; i++)
		expect_cluster(pair, i, i + 1);
	assert_int_equal(pair_close(pair), 0);
}

static void demote_all(struct pair *pair)
{
	assert_int_equal(seats_do(pair_seats(pair), PLOOP_DEMOTE, 0, 0,
				  (__u64)CLUSTERS * CLUSTER_BYTES, NULL),
			 0);
}

/* What is read goes up; what is hotter takes the place of what is not. */
static void test_heat(void **state)
{
	struct pair_counts counts;
	struct pair *pair;

	(void)state;
	make_images();
	pair = open_pair(4);
	for (__u32 i = 0; i < 16; i++)
		write_cluster(pair, i, i + 1);
	demote_all(pair);
	pair_step(pair); /* the writes are forgotten where they are */
	demote_all(pair);
	for (int i = 0; i < 200; i++)
		for (__u32 j = 4; j < 7; j++)
			expect_cluster(pair, j, j + 1);
	pair_step(pair);
	for (__u32 j = 4; j < 7; j++)
		assert_int_equal(place(pair, j), 1);
	assert_int_equal(place(pair, 12), 0);
	pair_counts(pair, &counts);
	assert_true(counts.promoted >= 3);
	assert_int_equal(counts.failed, 0);

	for (int i = 0; i < 5000; i++)
		for (__u32 j = 8; j < 12; j++)
			expect_cluster(pair, j, j + 1);
	pair_step(pair);
	for (__u32 j = 8; j < 12; j++)
		assert_int_equal(place(pair, j), 1);
	for (__u32 j = 4; j < 7; j++)
		assert_int_equal(place(pair, j), 0);
	pair_counts(pair, &counts);
	assert_true(counts.demoted >= 3);
	assert_int_equal(counts.steps, 3);
	for (__u32 i = 0; i < 16; i++)
		expect_cluster(pair, i, i + 1);
	assert_int_equal(pair_close(pair), 0);
}

/* Steps by themselves, and a closing in between. */
static void test_thread(void **state)
{
	const struct pair_settings settings = {
		.n_seats = 1,
		.policy = settings_file,
		.interval_s = 0.001,
	};
	struct image_problem problem;
	struct pair_counts counts = {0};
	struct pair *pair;

	(void)state;
	make_images();
	assert_int_equal(pair_open(fast, slow, &settings, &pair, &problem), 0);
	while (counts.steps < 3) {
		write_cluster(pair, counts.steps, 1);
		pair_counts(pair, &counts);
	}
	assert_int_equal(pair_close(pair), 0);
}

static void test_refused(void **state)
{
	struct pair_settings settings = {.n_seats = 1};
	struct image_problem problem;
	struct pair *pair;
	char other[PATH_MAX];
	const char *path;

	(void)state;
	make_images();
	path = image_file_make(CLUSTERS + 1, CLUSTER_SECTORS);
	snprintf(other, sizeof(other), "%s", path);
	assert_int_equal(pair_open(other, slow, &settings, &pair, &problem),
			 -EBADMSG);
	assert_non_null(strstr(problem.text, "another size"));
	assert_int_equal(pair_open(fast, scratch_path("none"), &settings, &pair,
				   &problem),
			 -ENOENT);
	scratch_write("policy.conf", "[policy]\nhalf_life = no\n");
	settings.policy = settings_file;
	assert_int_equal(pair_open(fast, slow, &settings, &pair, &problem),
			 -EBADMSG);
	assert_non_null(strstr(problem.text, "line 2"));
	scratch_write("policy.conf", "[pins]\nfast = /srv\n");
	assert_int_equal(pair_open(fast, slow, &settings, &pair, &problem),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_full),
		scratch_test(test_heat),
		scratch_test(test_thread),
		scratch_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
