// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads on one image, each on clusters of its own and in parts of shared
 * ones: what a thread wrote it reads, also after the image was closed and
 * opened again. tests/unit/ploop-threads runs this with ThreadSanitizer. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "image_file.h"
#include "ploop/io/seats.h"
#include "random.h"

#define THREADS		8
#define CLUSTER_SECTORS 64
#define CLUSTERS	2048 /* two pages of the table */
#define OWN		24   /* clusters of a thread, spread over the table */
#define ROUNDS		400

struct worker {
	pthread_t thread;
	struct seats *seats;
	unsigned int number;
	unsigned int seed;
	unsigned int errors;
	bool zeroes; /* instead of discards, which a lower delta may make void */
	pthread_barrier_t *barrier; /* for what shall happen at the same time */
	__u64 tags[OWN * CLUSTER_SECTORS]; /* what each sector has */
};

static struct seats *open_chain(const char *const *paths, unsigned int n)
{
	struct seats_settings settings = {
		.n_seats = THREADS,
		.pool_clusters = 8,
		.writeback_ms = 3,
	};
	struct ploop_finding finding;
	struct seats *seats;

	assert_int_equal(seats_open(paths, n, &settings, &seats, &finding), 0);
	return seats;
}

static struct seats *open_seats(const char *path)
{
	return open_chain(&path, 1);
}

/* The byte on the disk of a sector of the thread. Sectors of different threads
 * share a cluster where shared. */
static __u64 byte_of(const struct worker *worker, __u32 sector)
{
	__u32 cluster = sector / CLUSTER_SECTORS;

	return ((__u64)(cluster * (CLUSTERS / OWN) + worker->number) *
			CLUSTER_SECTORS +
		sector % CLUSTER_SECTORS) *
	       PLOOP_SECTOR;
}

static void change(struct worker *worker, enum ploop_op op, __u32 sector,
		   __u32 n)
{
	static __thread __u64 buffer[CLUSTER_SECTORS * PLOOP_SECTOR / 8];
	__u64 tag = op == PLOOP_WRITE ? ((__u64)rand_r(&worker->seed) << 8) +
						worker->number + 1
				      : 0;
	unsigned int flags = rand_r(&worker->seed) % 10 ? 0 : PLOOP_FUA;

	for (__u32 i = 0; i < n * PLOOP_SECTOR / 8; i++)
		buffer[i] = tag;
	worker->errors +=
		seats_do(worker->seats, op, flags, byte_of(worker, sector),
			 (__u64)n * PLOOP_SECTOR, buffer) != 0;
	for (__u32 i = 0; i < n; i++)
		if (op != PLOOP_DISCARD || n == CLUSTER_SECTORS)
			worker->tags[sector + i] = tag;
}

static void compare(struct worker *worker, __u32 sector, __u32 n)
{
	static __thread __u64 buffer[CLUSTER_SECTORS * PLOOP_SECTOR / 8];

	worker->errors +=
		seats_do(worker->seats, PLOOP_READ, 0, byte_of(worker, sector),
			 (__u64)n * PLOOP_SECTOR, buffer) != 0;
	for (__u32 i = 0; i < n; i++)
		worker->errors += buffer[i * PLOOP_SECTOR / 8] !=
				  worker->tags[sector + i];
}

static void *work(void *context)
{
	struct worker *worker = context;

	for (int i = 0; i < ROUNDS; i++) {
		__u32 cluster = rand_r(&worker->seed) % OWN;
		__u32 from = rand_r(&worker->seed) % CLUSTER_SECTORS;
		__u32 n = 1 + rand_r(&worker->seed) % (CLUSTER_SECTORS - from);
		int roll = rand_r(&worker->seed) % 100;

		if (roll < 30)
			from = 0, n = CLUSTER_SECTORS;
		from += cluster * CLUSTER_SECTORS;
		if (roll % 10 < 4)
			change(worker, PLOOP_WRITE, from, n);
		else if (roll % 10 < 7)
			compare(worker, from, n);
		else if (roll % 10 < 8)
			change(worker,
			       worker->zeroes ? PLOOP_ZERO : PLOOP_DISCARD,
			       from, n);
		else if (roll % 10 < 9)
			change(worker, PLOOP_ZERO, from, n);
		else
			worker->errors += seats_do(worker->seats, PLOOP_FLUSH,
						   0, 0, 0, NULL) != 0;
	}
	return NULL;
}

static void start_workers(struct worker *workers, struct seats *seats)
{
	random_seed();
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].seats = seats;
		workers[i].number = i;
		workers[i].seed = random();
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
}

static void join_workers(struct worker *workers)
{
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

/* All that the threads wrote is there when the image is opened again. */
static void compare_chain(const char *const *paths, unsigned int n,
			  struct worker *workers)
{
	struct seats *seats = open_chain(paths, n);

	assert_false(ploop_image_was_in_use(seats_image(seats)));
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].seats = seats;
		for (__u32 cluster = 0; cluster < OWN; cluster++)
			compare(&workers[i], cluster * CLUSTER_SECTORS,
				CLUSTER_SECTORS);
		assert_int_equal(workers[i].errors, 0);
	}
	assert_int_equal(seats_close(seats), 0);
}

static void compare_again(const char *path, struct worker *workers)
{
	compare_chain(&path, 1, workers);
}

static void test_threads(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats = open_seats(path);
	struct ploop_counts counts;

	(void)state;
	start_workers(workers, seats);
	join_workers(workers);
	ploop_counts_read(seats_image(seats), &counts);
	assert_true(counts.commits <= counts.syncs);
	assert_true(counts.punches > 0);
	assert_int_equal(seats_close(seats), 0);
	compare_again(path, workers);
	free(workers);
}

/* The disk grows while all threads use it: first within the space that the
 * table has, then so that data has to make room for it. */
static void test_resize_under_load(void **state)
{
	static const __u64 clusters[] = {3000, 8000, 20000, 40000};
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats = open_seats(path);
	__u64 buffer[PLOOP_SECTOR / 8], end = 0;
	struct ploop_counts counts;

	(void)state;
	start_workers(workers, seats);
	for (size_t i = 0; i < ARRAY_SIZE(clusters); i++) {
		end = clusters[i] * CLUSTER_SECTORS * PLOOP_SECTOR;
		assert_int_equal(seats_do(seats, PLOOP_WRITE, 0,
					  end - PLOOP_SECTOR, PLOOP_SECTOR,
					  buffer),
				 -EINVAL);
		assert_int_equal(seats_do(seats, PLOOP_GROW, 0, end, 0, NULL),
				 0);
		assert_int_equal(seats_do(seats, PLOOP_READ, 0,
					  end - PLOOP_SECTOR, PLOOP_SECTOR,
					  buffer),
				 0);
		assert_int_equal(buffer[0], 0);
		buffer[0] = i + 1;
		assert_int_equal(seats_do(seats, PLOOP_WRITE, 0,
					  end - PLOOP_SECTOR, PLOOP_SECTOR,
					  buffer),
				 0);
	}
	join_workers(workers);
	ploop_counts_read(seats_image(seats), &counts);
	assert_true(counts.moves > 0);
	assert_int_equal(seats_do(seats, PLOOP_GROW, 0, end, 0, NULL), -EINVAL);
	assert_int_equal(seats_close(seats), 0);
	compare_again(path, workers);

	seats = open_seats(path);
	assert_true(ploop_disk_bytes(seats_image(seats)) == end);
	for (size_t i = 0; i < ARRAY_SIZE(clusters); i++) {
		end = clusters[i] * CLUSTER_SECTORS * PLOOP_SECTOR;
		assert_int_equal(seats_do(seats, PLOOP_READ, 0,
					  end - PLOOP_SECTOR, PLOOP_SECTOR,
					  buffer),
				 0);
		assert_int_equal(buffer[0], i + 1);
	}
	assert_int_equal(seats_close(seats), 0);
	free(workers);
}

/* Writes behind the end that the disk has at times, until the test ends: each
 * is done, or is refused. */
static void *write_behind(void *context)
{
	struct worker *worker = context;
	__u64 buffer[PLOOP_SECTOR / 8] = {1};

	while (!__atomic_load_n(&worker->number, __ATOMIC_ACQUIRE)) {
		__u64 cluster = CLUSTERS + rand_r(&worker->seed) % 6000;
		int err = seats_do(worker->seats, PLOOP_WRITE, 0,
				   cluster * CLUSTER_SECTORS * PLOOP_SECTOR,
				   PLOOP_SECTOR, buffer);

		worker->errors += err && err != -EINVAL;
	}
	return NULL;
}

/* The disk gets longer and shorter while all threads use what it always has,
 * and one writes behind that. What comes to it is zero. */
static void test_shrink_under_load(void **state)
{
	const __u64 bytes = CLUSTER_SECTORS * PLOOP_SECTOR;
	const __u64 whole = CLUSTERS * bytes, end = 8000 * bytes;
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats = open_seats(path);
	struct worker behind = {.seats = seats, .seed = 1};
	__u64 buffer[PLOOP_SECTOR / 8];

	(void)state;
	start_workers(workers, seats);
	pthread_create(&behind.thread, NULL, write_behind, &behind);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(seats_do(seats, PLOOP_GROW, 0, end, 0, NULL),
				 0);
		/* where the turn before has written, and write_behind() not */
		assert_int_equal(seats_do(seats, PLOOP_READ, 0,
					  whole + (i + 1) * PLOOP_SECTOR,
					  PLOOP_SECTOR, buffer),
				 0);
		assert_int_equal(buffer[0], 0);
		buffer[0] = i + 1;
		assert_int_equal(seats_do(seats, PLOOP_WRITE, 0,
					  whole + (i + 2) * PLOOP_SECTOR,
					  PLOOP_SECTOR, buffer),
				 0);
		assert_int_equal(seats_do(seats, PLOOP_SHRINK, 0,
					  whole + i * PLOOP_SECTOR, 0, NULL),
				 0);
		assert_int_equal(seats_do(seats, PLOOP_READ, 0,
					  whole + i * PLOOP_SECTOR,
					  PLOOP_SECTOR, buffer),
				 -EINVAL);
	}
	__atomic_store_n(&behind.number, 1, __ATOMIC_RELEASE);
	pthread_join(behind.thread, NULL);
	assert_int_equal(behind.errors, 0);
	join_workers(workers);
	assert_int_equal(seats_do(seats, PLOOP_SHRINK, 0, end, 0, NULL),
			 -EINVAL);
	assert_int_equal(seats_do(seats, PLOOP_SHRINK, 0, 0, 0, NULL), -EINVAL);
	assert_int_equal(seats_close(seats), 0);
	compare_again(path, workers);
	free(workers);
}

/* The file as it is now, in memory. */
struct contents {
	const char *path;
	char *bytes;
	long n;
	int result;
};

static int keep(void *context)
{
	struct contents *contents = context;
	FILE *file = fopen(contents->path, "r");

	fseek(file, 0, SEEK_END);
	contents->n = ftell(file);
	rewind(file);
	contents->bytes = realloc(contents->bytes, contents->n);
	if (fread(contents->bytes, 1, contents->n, file) != (size_t)contents->n)
		contents->result = -EIO;
	fclose(file);
	return contents->result;
}

/* Snapshots while all threads write. What could not be named is not there;
 * else the file below never changes again, and others may read it. */
static void test_snapshot_under_load(void **state)
{
	const char *old = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	char top[PATH_MAX];
	const char *const paths[] = {old, top};
	struct seats *seats = open_seats(old), *reader;
	struct seats_settings settings = {.n_seats = 1, .read_only = true};
	struct contents frozen = {.path = old, .result = -EIO};
	struct contents now = {.path = old};
	struct ploop_finding finding;

	(void)state;
	snprintf(top, sizeof(top), "%s", scratch_path("top.hds"));
	image_file_make_at(top, CLUSTERS, CLUSTER_SECTORS);
	for (unsigned int i = 0; i < THREADS; i++)
		workers[i].zeroes = true;
	start_workers(workers, seats);
	assert_int_equal(seats_snapshot(seats, top, keep, &frozen), -EIO);
	assert_int_equal(seats_do(seats, PLOOP_THAW, 0, 0, 0, NULL), -EINVAL);
	assert_int_equal(seats_open(&old, 1, &settings, &reader, &finding),
			 -EWOULDBLOCK);
	frozen.result = 0;
	assert_int_equal(seats_snapshot(seats, top, keep, &frozen), 0);
	/* the top is not empty any more, or of somebody */
	assert_int_equal(seats_snapshot(seats, top, keep, &frozen),
			 -EWOULDBLOCK);
	assert_int_equal(seats_open(&old, 1, &settings, &reader, &finding), 0);
	assert_false(ploop_image_was_in_use(seats_image(reader)));
	assert_int_equal(seats_close(reader), 0);
	join_workers(workers);
	assert_int_equal(seats_close(seats), 0);
	assert_int_equal(keep(&now), 0);
	assert_int_equal(now.n, frozen.n);
	assert_memory_equal(now.bytes, frozen.bytes, now.n);
	compare_chain(paths, 2, workers);
	free(frozen.bytes);
	free(now.bytes);
	free(workers);
}

/* Of 512 clusters every second one is discarded. Then the file gets half as
 * long while threads use the rest, and everything is still there. */
static void test_compact_under_load(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats = open_seats(path);
	const __u64 bytes = CLUSTER_SECTORS * PLOOP_SECTOR;
	__u64 *buffer = calloc(1, bytes);
	struct ploop_counts counts;
	struct stat before, after;

	(void)state;
	for (__u64 i = 0; i < 512; i++) {
		buffer[0] = i + 1;
		assert_int_equal(
			seats_do(seats, PLOOP_WRITE, 0,
				 (CLUSTERS - 1 - i * 4) * bytes + bytes / 2,
				 PLOOP_SECTOR, buffer),
			0);
	}
	assert_int_equal(seats_do(seats, PLOOP_FLUSH, 0, 0, 0, NULL), 0);
	stat(path, &before);
	for (__u64 i = 0; i < 512; i += 2)
		assert_int_equal(seats_do(seats, PLOOP_DISCARD, 0,
					  (CLUSTERS - 1 - i * 4) * bytes, bytes,
					  NULL),
				 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(seats_do(seats, PLOOP_COMPACT, 0, 0, 0, NULL),
				 0);
	stat(path, &after);
	ploop_counts_read(seats_image(seats), &counts);
	assert_true(counts.moves > 0);
	assert_true(after.st_size < before.st_size * 2 / 3);
	for (__u64 i = 1; i < 512; i += 2) {
		assert_int_equal(
			seats_do(seats, PLOOP_READ, 0,
				 (CLUSTERS - 1 - i * 4) * bytes + bytes / 2,
				 PLOOP_SECTOR, buffer),
			0);
		assert_int_equal(buffer[0], i + 1);
	}
	assert_int_equal(seats_do(seats, PLOOP_DISCARD, 0, 0, CLUSTERS * bytes,
				  NULL),
			 0);
	start_workers(workers, seats);
	for (int i = 0; i < 20; i++)
		assert_int_equal(seats_do(seats, PLOOP_COMPACT, 0, 0, 0, NULL),
				 0);
	join_workers(workers);
	assert_int_equal(seats_close(seats), 0);
	compare_again(path, workers);
	free(workers);
	free(buffer);
}

/* All threads write parts of the same new clusters at the same time: each
 * cluster is allocated once, and nobody's part is lost. */
static void *write_slices(void *context)
{
	struct worker *worker = context;
	__u32 slice = CLUSTER_SECTORS / THREADS;
	static __thread __u64 buffer[CLUSTER_SECTORS * PLOOP_SECTOR / 8];

	for (__u32 i = 0; i < sizeof(buffer) / 8; i++)
		buffer[i] = worker->number + 1;
	for (__u32 cluster = 0; cluster < CLUSTERS / 4; cluster++) {
		pthread_barrier_wait(worker->barrier);
		worker->errors += seats_do(worker->seats, PLOOP_WRITE, 0,
					   ((__u64)cluster * CLUSTER_SECTORS +
					    worker->number * slice) *
						   PLOOP_SECTOR,
					   slice * PLOOP_SECTOR, buffer) != 0;
	}
	return NULL;
}

static void test_first_writes(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct seats *seats = open_seats(path);
	struct ploop_counts counts;
	pthread_barrier_t barrier;

	(void)state;
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].seats = seats;
		workers[i].number = i;
		workers[i].barrier = &barrier;
		pthread_create(&workers[i].thread, NULL, write_slices,
			       &workers[i]);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].errors, 0);
	}
	ploop_counts_read(seats_image(seats), &counts);
	assert_int_equal(counts.allocations, CLUSTERS / 4);
	for (__u32 sector = 0; sector < CLUSTERS / 4 * CLUSTER_SECTORS;
	     sector++) {
		__u64 buffer[PLOOP_SECTOR / 8];

		assert_int_equal(seats_do(seats, PLOOP_READ, 0,
					  (__u64)sector * PLOOP_SECTOR,
					  PLOOP_SECTOR, buffer),
				 0);
		assert_int_equal(buffer[0],
				 sector % CLUSTER_SECTORS /
						 (CLUSTER_SECTORS / THREADS) +
					 1);
	}
	assert_int_equal(seats_close(seats), 0);
	free(workers);
}

/* A second writer is refused; a reader of a closed image changes nothing. */
static void test_locked(void **state)
{
	const char *path = image_file_make(CLUSTERS, CLUSTER_SECTORS);
	struct seats_settings settings = {.n_seats = 1, .read_only = true};
	struct ploop_finding finding;
	struct seats *seats = open_seats(path), *second;
	char byte[PLOOP_SECTOR] = {1};

	(void)state;
	assert_int_equal(seats_open(&path, 1, &settings, &second, &finding),
			 -EWOULDBLOCK);
	assert_int_equal(seats_close(seats), 0);
	assert_int_equal(seats_open(&path, 1, &settings, &seats, &finding), 0);
	assert_int_equal(seats_do(seats, PLOOP_WRITE, 0, 0, PLOOP_SECTOR, byte),
			 -EROFS);
	assert_int_equal(seats_do(seats, PLOOP_READ, 0, 1, PLOOP_SECTOR, byte),
			 -EINVAL);
	assert_int_equal(seats_do(seats, PLOOP_READ, 0,
				  ploop_disk_bytes(seats_image(seats)),
				  PLOOP_SECTOR, byte),
			 -EINVAL);
	assert_int_equal(seats_do(seats, PLOOP_READ, 0, 0, PLOOP_SECTOR, byte),
			 0);
	assert_int_equal(byte[0], 0);
	assert_int_equal(seats_close(seats), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_threads),
		scratch_test(test_resize_under_load),
		scratch_test(test_shrink_under_load),
		scratch_test(test_snapshot_under_load),
		scratch_test(test_compact_under_load),
		scratch_test(test_first_writes),
		scratch_test(test_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
