// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads use a disk of two images, while clusters go up and down between them,
 * and the top is merged. What a thread wrote it reads, also from the lower image
 * alone afterwards. tests/unit/ploop-threads runs this with ThreadSanitizer. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "image_file.h"
#include "ploop/io/seats.h"
#include "random.h"

#define THREADS		6
#define CLUSTER_SECTORS 16
#define CLUSTER_BYTES	(CLUSTER_SECTORS * PLOOP_SECTOR)
#define CLUSTERS	1064 /* two pages of the table */
#define FIRST		960  /* nobody uses those before */
#define ROUNDS		600

/* A thread writes every THREADS-th sector, so threads share clusters. */
struct worker {
	pthread_t thread;
	struct seats *seats;
	unsigned int number;
	unsigned int seed;
	unsigned int errors;
	bool *is_over; /* others have ended: this one may, too */
	__u32 tags[CLUSTERS * CLUSTER_SECTORS];
};

static char paths[2][PATH_MAX]; /* lower, top */

static struct seats *open_seats(unsigned int n, bool lower_is_writable)
{
	const char *const files[] = {paths[0], paths[1]};
	struct seats_settings settings = {
		.n_seats = THREADS,
		.lower_is_writable = lower_is_writable,
		.pool_clusters = 8,
		.writeback_ms = 3,
	};
	struct ploop_finding finding;
	struct seats *seats;

	assert_int_equal(seats_open(files, n, &settings, &seats, &finding), 0);
	return seats;
}

static void make_images(void)
{
	for (int i = 0; i < 2; i++) {
		const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);

		snprintf(paths[i], sizeof(paths[i]), "%s",
			 scratch_path(i ? "top.hds" : "lower.hds"));
		assert_int_equal(rename(path, paths[i]), 0);
	}
}

/* One of the thread's sectors. */
static __u32 choose(struct worker *worker)
{
	__u32 n = (CLUSTERS - FIRST) * CLUSTER_SECTORS;
	__u32 sector = rand_r(&worker->seed) % n;

	if (rand_r(&worker->seed) % 2) /* of some, which many use */
		sector %= 8 * CLUSTER_SECTORS;
	sector += FIRST * CLUSTER_SECTORS;
	return sector - sector % THREADS + worker->number;
}

static int transfer(struct worker *worker, enum ploop_op op, __u32 sector,
		    void *buffer)
{
	return seats_do(worker->seats, op, 0, (__u64)sector * PLOOP_SECTOR,
			PLOOP_SECTOR, buffer);
}

static void compare(struct worker *worker, __u32 sector)
{
	__u32 buffer[PLOOP_SECTOR / 4];

	worker->errors += transfer(worker, PLOOP_READ, sector, buffer) != 0;
	worker->errors += buffer[0] != worker->tags[sector];
	worker->errors += buffer[PLOOP_SECTOR / 4 - 1] != worker->tags[sector];
}

static void change(struct worker *worker, __u32 sector)
{
	__u32 buffer[PLOOP_SECTOR / 4], tag = 1 + rand_r(&worker->seed);
	enum ploop_op op = PLOOP_WRITE;

	if (!(rand_r(&worker->seed) % 8)) {
		op = PLOOP_ZERO;
		tag = 0;
	}
	for (__u32 i = 0; i < PLOOP_SECTOR / 4; i++)
		buffer[i] = tag;
	worker->errors += transfer(worker, op, sector, buffer) != 0;
	worker->tags[sector] = tag;
}

static void *work(void *context)
{
	struct worker *worker = context;
	int rest = ROUNDS;

	while (rest > 0 ||
	       !__atomic_load_n(worker->is_over, __ATOMIC_RELAXED)) {
		__u32 sector = choose(worker);

		rest--;
		if (sector >= CLUSTERS * CLUSTER_SECTORS)
			continue;
		if (rand_r(&worker->seed) % 2)
			change(worker, sector);
		else
			compare(worker, sector);
	}
	return NULL;
}

static void start(struct worker *workers, struct seats *seats, bool *is_over)
{
	random_seed();
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].seats = seats;
		workers[i].number = i;
		workers[i].seed = random();
		workers[i].is_over = is_over;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
}

static void join(struct worker *workers, bool *is_over)
{
	__atomic_store_n(is_over, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].errors, 0);
	}
}

static void compare_all(struct worker *workers, struct seats *seats)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].seats = seats;
		for (__u32 j = FIRST * CLUSTER_SECTORS + i;
		     j < CLUSTERS * CLUSTER_SECTORS; j += THREADS)
			compare(&workers[i], j);
		assert_int_equal(workers[i].errors, 0);
	}
}

static int do_cluster(struct seats *seats, enum ploop_op op, __u32 cluster,
		      __u32 n)
{
	return seats_do(seats, op, 0, (__u64)cluster * CLUSTER_BYTES,
			(__u64)n * CLUSTER_BYTES, NULL);
}

static void test_demotion_under_load(void **state)
{
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct ploop_counts counts;
	struct seats *seats;
	bool is_over = false;

	(void)state;
	make_images();
	seats = open_seats(2, true);
	start(workers, seats, &is_over);
	for (int i = 0; i < 60; i++) {
		__u32 cluster =
			FIRST + random() % (i % 2 ? CLUSTERS - FIRST - 3 : 8);

		assert_int_equal(do_cluster(seats, PLOOP_DEMOTE, cluster, 3),
				 0);
		assert_int_equal(do_cluster(seats, PLOOP_PROMOTE, cluster, 2),
				 0);
	}
	join(workers, &is_over);
	ploop_counts_read(seats_image(seats), &counts);
	assert_true(counts.demotions > 0);
	assert_true(counts.copies > 0);
	assert_int_equal(seats_close(seats), 0);
	seats = open_seats(2, false);
	assert_false(ploop_image_was_in_use(seats_image(seats)));
	compare_all(workers, seats);
	assert_int_equal(seats_close(seats), 0);
	free(workers);
}

/* The writers never pause, so the merge holds them at last. What they write
 * after it goes to the lower image, too. */
static void test_merge_under_load(void **state)
{
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats;
	bool is_over = false;
	unsigned int file;
	__u64 byte, bytes;

	(void)state;
	make_images();
	seats = open_seats(2, true);
	start(workers, seats, &is_over);
	assert_int_equal(seats_do(seats, PLOOP_MERGE, 0, 0, 0, NULL), 0);
	join(workers, &is_over);
	for (__u32 i = 0; i < CLUSTERS; i++)
		if (ploop_place(seats_image(seats), i * CLUSTER_BYTES, &file,
				&byte, &bytes))
			assert_int_equal(file, 0);
	assert_int_equal(seats_do(seats, PLOOP_MERGE, 0, 0, 0, NULL),
			 -EOPNOTSUPP);
	assert_int_equal(seats_close(seats), 0);
	seats = open_seats(1, false);
	assert_false(ploop_image_was_in_use(seats_image(seats)));
	compare_all(workers, seats);
	assert_int_equal(seats_close(seats), 0);
	seats = open_seats(2, false);
	compare_all(workers, seats);
	assert_int_equal(seats_close(seats), 0);
	free(workers);
}

/* Without the permission nothing goes down, and what is below is locked only
 * for reading. */
static void test_not_writable(void **state)
{
	struct seats *seats;

	(void)state;
	make_images();
	seats = open_seats(2, false);
	assert_int_equal(do_cluster(seats, PLOOP_DEMOTE, 0, 1), -EOPNOTSUPP);
	assert_int_equal(seats_do(seats, PLOOP_MERGE, 0, 0, 0, NULL),
			 -EOPNOTSUPP);
	assert_int_equal(do_cluster(seats, PLOOP_PROMOTE, 0, CLUSTERS), 0);
	assert_int_equal(seats_close(seats), 0);
	seats = open_seats(2, true);
	assert_int_equal(do_cluster(seats, PLOOP_DEMOTE, CLUSTERS, 1), -EINVAL);
	assert_int_equal(do_cluster(seats, PLOOP_DEMOTE, 1, CLUSTERS), -EINVAL);
	assert_int_equal(do_cluster(seats, PLOOP_PROMOTE, 1, CLUSTERS),
			 -EINVAL);
	assert_int_equal(do_cluster(seats, PLOOP_DEMOTE, 0, CLUSTERS), 0);
	assert_int_equal(seats_close(seats), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_demotion_under_load),
		scratch_test(test_merge_under_load),
		scratch_test(test_not_writable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
