// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zipf_load [OPTION...] FILE...: reads and writes 4 KiB at random, O_DIRECT.
 * The files are cut into objects, whose popularity follows Zipf's law: the
 * object of rank r (1, 2, ...) gets a share of the operations in proportion to
 * r^-0.99.
 *
 *   -n OPS      operations, default 10000
 *   -p N        processes, each with its part of the operations, default 4
 *   -o KIB      size of an object, default 1024
 *   -w PERCENT  of the operations are writes, default 10
 *   -s SEED     of the operations, default 1
 *   -S SEED     of the ranks: which objects are popular, default 1
 *   -b PERCENT  of the bytes fit into a fast tier, for perfect_share, default
 * 20 -d          do no I/O
 *
 * Prints one JSON object. perfect_share: of the operations of this run, those
 * that went to the objects of the highest ranks, as many as fit into the fast
 * tier. perfect_share_1m: the same if only whole ranges of 1 MiB can be there.
 * hindsight_share: those that went to the objects that this run used most; so
 * nothing can have more. Which operations are done depends on the options and
 * the sizes of the files alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "random64.h"

#define BLOCK_BYTES 4096
#define RANGE_BYTES (1 << 20)
#define ZIPF_POWER  0.99

struct options {
	uint64_t ops, object_bytes, seed, rank_seed;
	unsigned int processes, write_percent, fast_percent;
	bool dry;
};

struct file {
	const char *path;
	uint64_t bytes;
};

struct load {
	struct options options;
	struct file *files;
	int n_files;
	uint64_t n_objects, n_ranges;
	double *below;	   /* by rank: the sum of the weights up to it */
	uint32_t *objects; /* by rank */
	/* shared with the processes */
	double *latency_s; /* by operation */
	uint32_t *counts;  /* by object, a table for each process */
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "zipf_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *shared(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		die("memory");
	return map;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Gives each object a rank. */
static void shuffle(struct load *load)
{
	rng = load->options.rank_seed;
	for (uint64_t i = 0; i < load->n_objects; i++)
		load->objects[i] = i;
	for (uint64_t i = load->n_objects - 1; i > 0; i--) {
		uint64_t other = random64() % (i + 1);
		uint32_t object = load->objects[i];

		load->objects[i] = load->objects[other];
		load->objects[other] = object;
	}
}

static void prepare(struct load *load)
{
	uint64_t bytes = 0;
	double sum = 0;

	for (int i = 0; i < load->n_files; i++) {
		struct stat stat_;

		if (stat(load->files[i].path, &stat_))
			die(load->files[i].path);
		load->files[i].bytes =
			stat_.st_size / RANGE_BYTES * RANGE_BYTES;
		bytes += load->files[i].bytes;
	}
	errno = EINVAL;
	if (!bytes || RANGE_BYTES % load->options.object_bytes)
		die("whole objects of 4 KiB to 1 MiB in files of 1 MiB or more");
	load->n_ranges = bytes / RANGE_BYTES;
	load->n_objects = bytes / load->options.object_bytes;
	load->below = calloc(load->n_objects, sizeof(*load->below));
	load->objects = calloc(load->n_objects, sizeof(*load->objects));
	if (!load->below || !load->objects)
		die("memory");
	for (uint64_t i = 0; i < load->n_objects; i++)
		load->below[i] = sum += pow(i + 1, -ZIPF_POWER);
	shuffle(load);
	load->latency_s = shared(load->options.ops * sizeof(*load->latency_s));
	load->counts = shared(load->options.processes * load->n_objects *
			      sizeof(*load->counts));
}

static uint32_t choose_object(const struct load *load)
{
	double wanted = random_unit() * load->below[load->n_objects - 1];
	uint64_t from = 0, to = load->n_objects - 1;

	while (from < to) {
		uint64_t middle = (from + to) / 2;

		if (load->below[middle] > wanted)
			to = middle;
		else
			from = middle + 1;
	}
	return load->objects[from];
}

static void do_io(const struct load *load, const int *fds, uint64_t offset,
		  bool is_write, void *block)
{
	int i = 0;
	ssize_t done;

	while (offset >= load->files[i].bytes)
		offset -= load->files[i++].bytes;
	done = is_write ? pwrite(fds[i], block, BLOCK_BYTES, offset)
			: pread(fds[i], block, BLOCK_BYTES, offset);
	if (done != BLOCK_BYTES)
		die(load->files[i].path);
}

/* Operations first, first + processes, ... */
static void work(const struct load *load, unsigned int first)
{
	const struct options *options = &load->options;
	uint32_t *counts = load->counts + first * load->n_objects;
	int *fds = calloc(load->n_files, sizeof(*fds));
	void *block = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);

	if (!fds || !block)
		die("memory");
	memset(block, first, BLOCK_BYTES);
	for (int i = 0; i < load->n_files && !options->dry; i++) {
		fds[i] = open(load->files[i].path, O_RDWR | O_DIRECT);
		if (fds[i] < 0)
			die(load->files[i].path);
	}
	rng = options->seed + ((uint64_t)first << 32);
	for (uint64_t op = first; op < options->ops; op += options->processes) {
		uint32_t object = choose_object(load);
		uint64_t offset =
			object * options->object_bytes +
			random64() % (options->object_bytes / BLOCK_BYTES) *
				BLOCK_BYTES;
		bool is_write = random64() % 100 < options->write_percent;
		double began_s = now_s();

		counts[object]++;
		if (!options->dry)
			do_io(load, fds, offset, is_write, block);
		load->latency_s[op] = now_s() - began_s;
	}
}

/* Returns the seconds that it took. */
static double run(const struct load *load)
{
	double began_s = now_s();
	int status;

	for (unsigned int i = 0; i < load->options.processes; i++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (!child) {
			work(load, i);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < load->options.processes; i++)
		if (wait(&status) < 0 || status)
			exit(1);
	return now_s() - began_s;
}

/* One object, or all objects of a range of 1 MiB. */
struct part {
	double worth;
	uint32_t count;
};

static int by_falling_worth(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	return (left->worth < right->worth) - (left->worth > right->worth);
}

/* The share of the operations that the parts of most worth got, as many as fit
 * into the fast tier. by_law: the worth is the popularity, else the count.
 */
static double best_share(const struct load *load, uint64_t part_bytes,
			 bool by_law)
{
	uint64_t objects_a_part = part_bytes / load->options.object_bytes;
	uint64_t n_parts = load->n_objects / objects_a_part, in_fast = 0;
	struct part *parts = calloc(n_parts, sizeof(*parts));

	if (!parts)
		die("memory");
	for (uint64_t i = 0; i < load->options.processes * load->n_objects; i++)
		parts[i % load->n_objects / objects_a_part].count +=
			load->counts[i];
	for (uint64_t rank = 0; rank < load->n_objects; rank++)
		parts[load->objects[rank] / objects_a_part].worth +=
			load->below[rank] - (rank ? load->below[rank - 1] : 0);
	for (uint64_t i = 0; i < n_parts && !by_law; i++)
		parts[i].worth = parts[i].count;
	qsort(parts, n_parts, sizeof(*parts), by_falling_worth);
	for (uint64_t i = 0; i < n_parts * load->options.fast_percent / 100;
	     i++)
		in_fast += parts[i].count;
	free(parts);
	return (double)in_fast / load->options.ops;
}

static int by_length(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void report(const struct load *load, double seconds)
{
	uint64_t ops = load->options.ops;

	qsort(load->latency_s, ops, sizeof(*load->latency_s), by_length);
	printf("{\"ops\": %lu, \"seconds\": %.3f, \"ops_per_s\": %.1f, "
	       "\"p50_ms\": %.3f, \"p99_ms\": %.3f, "
	       "\"perfect_share\": %.4f, \"perfect_share_1m\": %.4f, "
	       "\"hindsight_share\": %.4f}\n",
	       ops, seconds, ops / seconds, load->latency_s[ops / 2] * 1e3,
	       load->latency_s[ops * 99 / 100] * 1e3,
	       best_share(load, load->options.object_bytes, true),
	       best_share(load, RANGE_BYTES, true),
	       best_share(load, load->options.object_bytes, false));
}

static void parse(struct options *options, int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "n:p:o:w:s:S:b:d")) >= 0;) {
		uint64_t value = optarg ? strtoull(optarg, NULL, 10) : 0;

		switch (c) {
		case 'n':
			options->ops = value;
			break;
		case 'p':
			options->processes = value;
			break;
		case 'o':
			options->object_bytes = value << 10;
			break;
		case 'w':
			options->write_percent = value;
			break;
		case 's':
			options->seed = value;
			break;
		case 'S':
			options->rank_seed = value;
			break;
		case 'b':
			options->fast_percent = value;
			break;
		case 'd':
			options->dry = true;
			break;
		default:
			exit(2);
		}
	}
	errno = EINVAL;
	if (!options->ops || !options->processes ||
	    options->object_bytes < BLOCK_BYTES || options->fast_percent > 100)
		die("options");
}

int main(int argc, char **argv)
{
	struct load load = {
		.options = {.ops = 10000,
			    .object_bytes = RANGE_BYTES,
			    .seed = 1,
			    .rank_seed = 1,
			    .processes = 4,
			    .write_percent = 10,
			    .fast_percent = 20},
	};

	parse(&load.options, argc, argv);
	load.n_files = argc - optind;
	load.files = calloc(load.n_files + 1, sizeof(*load.files));
	if (!load.files)
		die("memory");
	for (int i = 0; i < load.n_files; i++)
		load.files[i].path = argv[optind + i];
	prepare(&load);
	report(&load, run(&load));
	return 0;
}
