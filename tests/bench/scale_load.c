// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scale_load WORKLOAD DIR WRITERS SECONDS: WRITERS processes allocate and free
 * at the same time. Prints "begin", and after SECONDS the number of operations
 * of all processes and the exact time in seconds.
 *
 *   one      files of 64 KiB to 1 MiB in one directory. A writer creates and
 *            fills a file, and deletes it when it has made 4 more. It fills
 *            files by fallocate() and by direct writes of 64 KiB in turn.
 *            Counts files. A file gets its size before it is written: ext4 puts
 *            a file on the orphan list for each write that makes it longer, and
 *            all writers would wait for the lock of this list
 *   many     the same, but each writer has its own directory
 *   append   each writer appends 16 KiB to its own file by fallocate(), up to
 *            64 MiB, and then truncates it and begins again. Counts appends
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "write_all.h"

#define MAX_WRITERS  256
#define STEP_BYTES   (64 << 10)
#define MAX_STEPS    16
#define FILES_KEPT   4
#define APPEND_BYTES (16 << 10)
#define APPEND_END   (64 << 20)

/* Shared by all processes. Each writer has its own cache line. */
struct shared {
	bool go;
	bool stop;
	struct {
		uint64_t done;
	} __attribute__((aligned(64))) writer[MAX_WRITERS];
};

static struct shared *shared;
static char *data; /* STEP_BYTES zeros, aligned for direct writes */

static void die(const char *what)
{
	fprintf(stderr, "scale_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool is_over(void)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
}

static void count(int writer)
{
	__atomic_fetch_add(&shared->writer[writer].done, 1, __ATOMIC_RELAXED);
}

static void fill(int fd, int number)
{
	/* an odd factor, so that sizes go round in no order */
	int steps = 1 + number * 7 % MAX_STEPS;
	uint64_t bytes = (uint64_t)steps * STEP_BYTES;

	if (number % 2) {
		if (fallocate(fd, 0, 0, bytes))
			die("fallocate");
	} else if (ftruncate(fd, bytes) || fcntl(fd, F_SETFL, O_DIRECT) ||
		   !write_all(fd, data, STEP_BYTES, bytes)) {
		die("direct write");
	}
}

static void write_files(int dir_fd, int writer)
{
	char name[32];
	int fd;

	for (int i = 0; !is_over(); i++) {
		snprintf(name, sizeof(name), "w%d.%d", writer, i);
		fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0)
			die(name);
		fill(fd, i);
		close(fd);
		count(writer);
		snprintf(name, sizeof(name), "w%d.%d", writer, i - FILES_KEPT);
		if (i >= FILES_KEPT && unlinkat(dir_fd, name, 0))
			die(name);
	}
}

static void run_one(int dir_fd, int writer)
{
	write_files(dir_fd, writer);
}

static void run_many(int dir_fd, int writer)
{
	char name[32];
	int own_fd;

	snprintf(name, sizeof(name), "d%d", writer);
	if (mkdirat(dir_fd, name, 0755))
		die(name);
	own_fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY);
	if (own_fd < 0)
		die(name);
	write_files(own_fd, writer);
}

static void run_append(int dir_fd, int writer)
{
	char name[32];
	off_t end = 0;
	int fd;

	snprintf(name, sizeof(name), "a%d", writer);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		die(name);
	while (!is_over()) {
		if (fallocate(fd, 0, end, APPEND_BYTES))
			die("fallocate");
		count(writer);
		end += APPEND_BYTES;
		if (end < APPEND_END)
			continue;
		if (ftruncate(fd, 0))
			die("ftruncate");
		end = 0;
	}
}

static const struct workload {
	const char *name;
	void (*run)(int dir_fd, int writer);
} workloads[] = {
	{"one", run_one},
	{"many", run_many},
	{"append", run_append},
};

static const struct workload *find_workload(const char *name)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	return NULL;
}

static void start_writer(const struct workload *workload, int dir_fd,
			 int writer)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		usleep(1000);
	workload->run(dir_fd, writer);
	exit(0);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void measure(int n_writers, int seconds)
{
	uint64_t sum = 0;
	double began;

	puts("begin");
	fflush(stdout);
	__atomic_store_n(&shared->go, true, __ATOMIC_RELEASE);
	began = now();
	sleep(seconds);
	for (int i = 0; i < n_writers; i++)
		sum += __atomic_load_n(&shared->writer[i].done,
				       __ATOMIC_RELAXED);
	printf("%llu %.3f\n", (unsigned long long)sum, now() - began);
	fflush(stdout);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
}

int main(int argc, char **argv)
{
	const struct workload *workload =
		argc == 5 ? find_workload(argv[1]) : NULL;
	int n_writers = argc == 5 ? atoi(argv[3]) : 0, dir_fd, status;

	if (!workload || n_writers < 1 || n_writers > MAX_WRITERS ||
	    atoi(argv[4]) < 1) {
		fprintf(stderr, "usage: scale_load one|many|append DIR WRITERS "
				"SECONDS\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	data = mmap(NULL, STEP_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || data == MAP_FAILED)
		die("mmap");
	dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY);
	if (dir_fd < 0)
		die(argv[2]);
	for (int i = 0; i < n_writers; i++)
		start_writer(workload, dir_fd, i);
	measure(n_writers, atoi(argv[4]));
	for (int i = 0; i < n_writers; i++)
		if (wait(&status) < 0 || status)
			die("a writer has failed");
	return 0;
}
