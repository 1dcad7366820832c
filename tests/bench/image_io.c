// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image_io FILE SIDE OP THREADS DEPTH SECONDS [direct]: how many requests a
 * second the image engine does, or the same loop without it.
 *
 *   SIDE  raw-ring, engine-ring: io_uring, DEPTH requests under way in each
 *         thread
 *         raw-sync, engine-sync: one request under way in each thread
 *   OP    read, write: random 4 KiB of clusters that are mapped
 *         readseq, writeseq: the same in order, 1 MiB at a time
 *         durable: random 4 KiB, each on stable storage at its end; sync sides
 *
 * direct: with O_DIRECT. All sides use the same bytes of FILE, an image that has
 * all its clusters; image_io FILE make MIB makes it. raw takes the clusters'
 * places from the table beforehand. Prints the requests a second, and the CPU
 * time of each in microseconds; engine-sync durable also the syncs per flush.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "ploop/io/rings.h"
#include "ploop/io/seats.h"

#define SMALL	    4096
#define ALIGN	    4096
#define CLUSTER	    (1u << 20)
#define MAX_THREADS 64
#define MAX_DEPTH   128

static const char *path;
static bool is_write, is_sequential, is_durable, is_direct;
static unsigned int depth;
static __u64 block_bytes = SMALL, n_blocks, end_ns;
static double syncs_per_flush;
static __u64 *places; /* of the clusters in the file */

struct thread {
	pthread_t id;
	__u64 random; /* or the block before */
	__u64 n;
	int fd;
	struct seats *seats;
} __attribute__((aligned(128)));

static void die(const char *what, int err)
{
	fprintf(stderr, "image_io: %s: %s\n", what, strerror(-err));
	exit(1);
}

static __u64 next_block(__u64 *state)
{
	if (is_sequential)
		return ++*state % n_blocks;
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % n_blocks;
}

static off_t place_of(__u64 block)
{
	const __u64 offset = block * block_bytes;

	return places[offset / CLUSTER] + offset % CLUSTER;
}

static bool is_over(__u64 n)
{
	return (!(n % 64) || block_bytes > SMALL || is_durable) &&
	       clock_ns(CLOCK_MONOTONIC) >= end_ns;
}

static void *raw_sync(void *context)
{
	struct thread *thread = context;
	void *buffer = aligned_alloc(ALIGN, block_bytes);

	memset(buffer, 1, block_bytes);
	for (; !is_over(thread->n); thread->n++) {
		off_t at = place_of(next_block(&thread->random));
		ssize_t n =
			is_write ? pwrite(thread->fd, buffer, block_bytes, at)
				 : pread(thread->fd, buffer, block_bytes, at);

		if (n != (ssize_t)block_bytes ||
		    (is_durable && fdatasync(thread->fd)))
			die("raw", -errno);
	}
	return NULL;
}

static void *engine_sync(void *context)
{
	struct thread *thread = context;
	void *buffer = aligned_alloc(ALIGN, block_bytes);

	memset(buffer, 1, block_bytes);
	for (; !is_over(thread->n); thread->n++) {
		int err = seats_do(thread->seats,
				   is_write ? PLOOP_WRITE : PLOOP_READ,
				   is_durable ? PLOOP_FUA : 0,
				   next_block(&thread->random) * block_bytes,
				   block_bytes, buffer);
		if (err)
			die("engine", err);
	}
	return NULL;
}

static void raw_ring_put(struct thread *thread, struct io_uring *ring,
			 void *buffer)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	off_t at = place_of(next_block(&thread->random));

	if (is_write)
		io_uring_prep_write(sqe, thread->fd, buffer, block_bytes, at);
	else
		io_uring_prep_read(sqe, thread->fd, buffer, block_bytes, at);
	io_uring_sqe_set_data(sqe, buffer);
}

static void *raw_ring(void *context)
{
	struct thread *thread = context;
	struct io_uring ring;
	char *buffers = aligned_alloc(ALIGN, depth * block_bytes);
	struct io_uring_cqe *cqe;
	int err = io_uring_queue_init(depth, &ring, 0);

	if (err)
		die("io_uring", err);
	memset(buffers, 1, depth * block_bytes);
	for (unsigned int i = 0; i < depth; i++)
		raw_ring_put(thread, &ring, buffers + i * block_bytes);
	while (clock_ns(CLOCK_MONOTONIC) < end_ns) {
		io_uring_submit_and_wait(&ring, 1);
		while (!io_uring_peek_cqe(&ring, &cqe)) {
			void *buffer = io_uring_cqe_get_data(cqe);

			if (cqe->res != (int)block_bytes)
				die("raw", cqe->res < 0 ? cqe->res : -EIO);
			io_uring_cqe_seen(&ring, cqe);
			thread->n++;
			raw_ring_put(thread, &ring, buffer);
		}
	}
	io_uring_queue_exit(&ring);
	return NULL;
}

/* A request of a ring of the engine, begun again when it ends. */
struct lane {
	struct ploop_request request;
	struct thread *thread;
	struct ploop_runner *runner;
	sem_t *ended;
};

static void lane_begin(struct lane *lane)
{
	lane->request.op = is_write ? PLOOP_WRITE : PLOOP_READ;
	lane->request.offset = next_block(&lane->thread->random) * block_bytes;
	lane->request.bytes = block_bytes;
}

static void lane_done(struct ploop_request *request, int result)
{
	struct lane *lane = (struct lane *)request;

	if (result)
		die("engine", result);
	lane->thread->n++;
	if (is_over(lane->thread->n / depth)) {
		sem_post(lane->ended);
		return;
	}
	lane_begin(lane);
	ploop_submit(lane->runner, request);
}

static void engine_ring(struct thread *threads, unsigned int n)
{
	struct rings_settings settings = {
		.n_rings = n,
		.depth = depth + 8,
		.is_direct = is_direct,
	};
	struct ploop_finding finding;
	struct lane *lanes = calloc(n * depth, sizeof(*lanes));
	char *buffers = aligned_alloc(ALIGN, n * depth * block_bytes);
	struct rings *rings;
	sem_t ended;
	int err = rings_open(&path, 1, &settings, &rings, &finding);

	if (err)
		die("engine-ring", err);
	memset(buffers, 1, n * depth * block_bytes);
	sem_init(&ended, 0, 0);
	end_ns += clock_ns(CLOCK_MONOTONIC);
	for (unsigned int i = 0; i < n * depth; i++) {
		lanes[i] = (struct lane){
			.thread = &threads[i % n],
			.runner = ploop_runner(rings_image(rings), i % n),
			.ended = &ended,
			.request = {.buffer = buffers + i * block_bytes,
				    .done = lane_done},
		};
	}
	for (unsigned int i = 0; i < n * depth; i++) {
		lane_begin(&lanes[i]);
		ploop_post(lanes[i].runner, &lanes[i].request);
	}
	for (unsigned int i = 0; i < n * depth; i++)
		while (sem_wait(&ended))
			;
	rings_close(rings);
}

static struct seats *open_seats(unsigned int n)
{
	struct seats_settings settings = {
		.n_seats = n,
		.is_direct = is_direct,
	};
	struct ploop_finding finding;
	struct seats *seats;
	int err = seats_open(&path, 1, &settings, &seats, &finding);

	if (err)
		die(path, err);
	return seats;
}

/* Where all clusters are. */
static void find_places(void)
{
	struct seats *seats = open_seats(1);
	struct ploop_image *image = seats_image(seats);
	__u64 disk_bytes = ploop_disk_bytes(image), bytes;
	unsigned int file;

	n_blocks = disk_bytes / block_bytes;
	places = calloc(disk_bytes / CLUSTER, sizeof(*places));
	for (__u64 i = 0; i < disk_bytes / CLUSTER; i++)
		if (!ploop_place(image, i * CLUSTER, &file, &places[i], &bytes))
			die("a cluster is missing", -ENODATA);
	seats_close(seats);
}

static void make(__u64 mib)
{
	struct ploop_header header;
	__u8 raw[PLOOP_HEADER_BYTES];
	char *cluster = malloc(CLUSTER);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct seats *seats;

	ploop_header_make(mib * 2048, 2048, &header);
	ploop_header_encode(&header, raw);
	if (fd < 0 || write(fd, raw, sizeof(raw)) != sizeof(raw) ||
	    ftruncate(fd, ploop_data_bytes(&header)))
		die(path, -errno);
	close(fd);
	memset(cluster, 1, CLUSTER);
	seats = open_seats(1);
	for (__u64 i = 0; i < mib; i++)
		if (seats_do(seats, PLOOP_WRITE, 0, i * CLUSTER, CLUSTER,
			     cluster))
			die(path, -EIO);
	seats_close(seats);
	free(cluster);
}

static void run_threads(struct thread *threads, unsigned int n,
			void *(*run)(void *context))
{
	const int flags = O_RDWR | (is_direct ? O_DIRECT : 0);
	bool is_engine = run == engine_sync;
	struct seats *seats = is_engine ? open_seats(n) : NULL;
	struct ploop_counts counts;

	end_ns += clock_ns(CLOCK_MONOTONIC);
	for (unsigned int i = 0; i < n; i++) {
		threads[i].seats = seats;
		threads[i].fd = is_engine ? -1 : open(path, flags);
		pthread_create(&threads[i].id, NULL, run, &threads[i]);
	}
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i].id, NULL);
	if (!seats)
		return;
	ploop_counts_read(seats_image(seats), &counts);
	if (counts.flushes)
		syncs_per_flush = (double)counts.syncs / counts.flushes;
	seats_close(seats);
}

static void parse_op(const char *op)
{
	is_durable = !strcmp(op, "durable");
	is_write = is_durable || !strncmp(op, "write", 5);
	is_sequential = !strcmp(op, "readseq") || !strcmp(op, "writeseq");
	if (is_sequential)
		block_bytes = CLUSTER;
	if (!is_write && strncmp(op, "read", 4))
		die("OP", -EINVAL);
}

static double cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void run(const char *side, struct thread *threads, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		threads[i].random = is_sequential
					    ? i * (n_blocks / n)
					    : (i + 1) * 0x9e3779b97f4a7c15;
	if (!strcmp(side, "engine-ring"))
		engine_ring(threads, n);
	else if (!strcmp(side, "raw-ring"))
		run_threads(threads, n, raw_ring);
	else if (!strcmp(side, "engine-sync"))
		run_threads(threads, n, engine_sync);
	else
		run_threads(threads, n, raw_sync);
}

int main(int argc, char **argv)
{
	static struct thread threads[MAX_THREADS];
	unsigned int n, seconds;
	double began_us;
	__u64 sum = 0;

	if (argc == 4 && !strcmp(argv[2], "make")) {
		path = argv[1];
		make(strtoull(argv[3], NULL, 0));
		return 0;
	}
	if (argc != 7 && argc != 8) {
		fputs("usage: image_io FILE SIDE OP THREADS DEPTH SECONDS [direct], or image_io FILE make MIB\n",
		      stderr);
		return 2;
	}
	path = argv[1];
	parse_op(argv[3]);
	n = atoi(argv[4]);
	depth = atoi(argv[5]);
	seconds = atoi(argv[6]);
	is_direct = argc == 8;
	if (!n || n > MAX_THREADS || !depth || depth > MAX_DEPTH)
		die("THREADS or DEPTH", -EINVAL);
	find_places();
	end_ns = seconds * NSEC_PER_SEC;
	began_us = cpu_us();
	run(argv[2], threads, n);
	began_us = cpu_us() - began_us;
	for (unsigned int i = 0; i < n; i++)
		sum += threads[i].n;
	printf("%llu %.2f", sum / seconds, sum ? began_us / sum : 0);
	if (syncs_per_flush)
		printf(" %.3f", syncs_per_flush);
	putchar('\n');
	return 0;
}
