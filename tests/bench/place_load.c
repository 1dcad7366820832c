// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * place_load WORKLOAD DIR SEED MIB CLUSTER: writes files into the empty
 * directory DIR, in the same way as certain programs, until the files take MIB
 * in clusters of CLUSTER bytes; then syncs.
 *
 *   small          files of 4 KiB to 1 MiB in 16 directories, each with fsync
 *   untar          a source tree, directory by directory, synced at the end
 *   maildir        8 mailboxes: a message is written to tmp, fsynced, and
 *                  renamed to new; each fourth delivery also deletes a message
 *                  of any age
 *   appenders      12 files grow in turn by 4 to 64 KiB; one fsync in 8 appends
 *   database       a file grows by 64 KiB to 1 MiB with fsync; before that, a
 *                  log grows with fsync, and is truncated after 4 MiB
 *   parallel-one   4 processes write files in steps of 64 KiB, half of them
 *                  with fsync, in one directory
 *   parallel-many  the same, each process in 4 directories of its own
 *
 * The operations depend on the arguments alone. Each process is bound to a CPU,
 * because ext4 packs small files by CPU, and the scheduler's choice would be
 * random.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "random64.h"
#include "write_all.h"

#define STEP_BYTES	 (64 << 10)
#define SMALL_DIRS	 16
#define MAILBOXES	 8
#define MAX_MESSAGES	 (1 << 16)
#define APPENDERS	 12
#define LOG_BYTES	 (4 << 20)
#define PROCESSES	 4
#define DIRS_A_PROCESS	 4
#define MAX_SOURCE_DIRS	 4096
#define FILES_A_DIR	 20 /* of a source tree, on average */
#define SOURCE_PATH_SIZE 256

static const struct size_class small_sizes[] = {
	{100, 4 << 10, 1 << 20},
};
/* As in the source of Linux: median 4 to 5 KiB, mean 15 KiB. */
static const struct size_class source_sizes[] = {
	{15, 100, 1 << 10},
	{60, 1 << 10, 12 << 10},
	{23, 12 << 10, 64 << 10},
	{2, 64 << 10, 512 << 10},
};
static const struct size_class message_sizes[] = {
	{85, 2 << 10, 32 << 10},
	{15, 32 << 10, 2 << 20},
};
static const struct size_class append_sizes[] = {
	{100, 4 << 10, 64 << 10},
};
static const struct size_class growth_sizes[] = {
	{100, 64 << 10, 1 << 20},
};
static const struct size_class log_sizes[] = {
	{100, 8 << 10, 128 << 10},
};
static const struct size_class parallel_sizes[] = {
	{100, 4 << 10, 4 << 20},
};

static int root_fd;
static int64_t budget_bytes;
static uint64_t cluster_bytes;
static char step[STEP_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "place_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void check(int result, const char *what)
{
	if (result < 0)
		die(what);
}

static int64_t in_clusters(uint64_t bytes)
{
	return (bytes + cluster_bytes - 1) / cluster_bytes * cluster_bytes;
}

static void write_steps(int fd, uint64_t bytes)
{
	if (!write_all(fd, step, STEP_BYTES, bytes))
		die("write");
}

static int create(const char *name)
{
	int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0644);

	check(fd, name);
	return fd;
}

static void make_dirs(const char *prefix, int n_dirs)
{
	char name[32];

	for (int i = 0; i < n_dirs; i++) {
		snprintf(name, sizeof(name), "%s%d", prefix, i);
		check(mkdirat(root_fd, name, 0755), name);
	}
}

/* Writes a whole file. */
static void put_file(const char *name, uint64_t bytes, bool with_fsync)
{
	int fd = create(name);

	write_steps(fd, bytes);
	if (with_fsync)
		check(fsync(fd), name);
	check(close(fd), name);
	budget_bytes -= in_clusters(bytes);
}

static void run_small(void)
{
	char name[32];

	make_dirs("d", SMALL_DIRS);
	for (int i = 0; budget_bytes > 0; i++) {
		snprintf(name, sizeof(name), "d%d/f%d",
			 (int)(random64() % SMALL_DIRS), i);
		put_file(name, random_size(small_sizes), true);
	}
}

/* Makes a directory in a random existing one, and files in it. */
static void put_source_dir(char paths[][SOURCE_PATH_SIZE], unsigned int i)
{
	const char *parent = i ? paths[random64() % i] : ".";
	char name[SOURCE_PATH_SIZE + 16];
	unsigned int n_files = 1 + random64() % (2 * FILES_A_DIR);

	if (snprintf(paths[i], SOURCE_PATH_SIZE, "%s/d%u", parent, i) >=
	    SOURCE_PATH_SIZE) {
		errno = ENAMETOOLONG;
		die(parent);
	}
	check(mkdirat(root_fd, paths[i], 0755), paths[i]);
	for (unsigned int k = 0; k < n_files && budget_bytes > 0; k++) {
		snprintf(name, sizeof(name), "%s/f%u.c", paths[i], k);
		put_file(name, random_size(source_sizes), false);
	}
}

static void run_untar(void)
{
	static char paths[MAX_SOURCE_DIRS][SOURCE_PATH_SIZE];

	for (unsigned int i = 0; i < MAX_SOURCE_DIRS && budget_bytes > 0; i++)
		put_source_dir(paths, i);
}

struct message {
	unsigned int id;
	uint64_t bytes;
};

static void message_name(char name[32], const char *place, unsigned int id)
{
	snprintf(name, 32, "box%u/%s/m%u", id % MAILBOXES, place, id);
}

static void deliver(const struct message *message)
{
	char name[32], new_name[32];

	message_name(name, "tmp", message->id);
	message_name(new_name, "new", message->id);
	put_file(name, message->bytes, true);
	check(renameat(root_fd, name, root_fd, new_name), new_name);
}

static void delete_message(const struct message *message)
{
	char name[32];

	message_name(name, "new", message->id);
	check(unlinkat(root_fd, name, 0), name);
	budget_bytes += in_clusters(message->bytes);
}

static void make_mailboxes(void)
{
	char name[32];

	make_dirs("box", MAILBOXES);
	for (int i = 0; i < MAILBOXES; i++) {
		snprintf(name, sizeof(name), "box%d/tmp", i);
		check(mkdirat(root_fd, name, 0755), name);
		snprintf(name, sizeof(name), "box%d/new", i);
		check(mkdirat(root_fd, name, 0755), name);
	}
}

static void run_maildir(void)
{
	static struct message messages[MAX_MESSAGES];
	unsigned int n = 0;

	make_mailboxes();
	for (unsigned int id = 0; budget_bytes > 0 && n < MAX_MESSAGES; id++) {
		struct message *deleted = &messages[random64() % (n + 1)];

		messages[n] = (struct message){id, random_size(message_sizes)};
		deliver(&messages[n++]);
		if (id % 4 == 3) {
			delete_message(deleted);
			*deleted = messages[--n];
		}
	}
}

static void run_appenders(void)
{
	int fds[APPENDERS];
	char name[32];

	for (int i = 0; i < APPENDERS; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		fds[i] = create(name);
	}
	for (unsigned int i = 0; budget_bytes > 0; i++) {
		uint64_t bytes = random_size(append_sizes);

		write_steps(fds[i % APPENDERS], bytes);
		if (random64() % 8 == 0)
			check(fsync(fds[i % APPENDERS]), "fsync");
		budget_bytes -= bytes;
	}
	for (int i = 0; i < APPENDERS; i++)
		check(close(fds[i]), "close");
}

static void run_database(void)
{
	int database = create("database"), log = create("log");
	uint64_t log_bytes = 0;

	budget_bytes -= LOG_BYTES;
	while (budget_bytes > 0) {
		uint64_t logged = random_size(log_sizes);
		uint64_t grown = random_size(growth_sizes);

		write_steps(log, logged);
		check(fsync(log), "log");
		write_steps(database, grown);
		check(fsync(database), "database");
		budget_bytes -= grown;
		log_bytes += logged;
		if (log_bytes >= LOG_BYTES) {
			check(ftruncate(log, 0), "log");
			check(lseek(log, 0, SEEK_SET), "log");
			log_bytes = 0;
		}
	}
	check(close(log), "log");
	check(close(database), "database");
}

static void pin_to(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	check(sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity");
}

static void write_in_parallel(int process, bool in_one)
{
	char name[32];

	pin_to(process % sysconf(_SC_NPROCESSORS_ONLN));
	rng += process;
	budget_bytes /= PROCESSES;
	for (int i = 0; budget_bytes > 0; i++) {
		int dir = process * DIRS_A_PROCESS + i % DIRS_A_PROCESS;

		snprintf(name, sizeof(name), "d%d/f%d-%d", in_one ? 0 : dir,
			 process, i);
		put_file(name, random_size(parallel_sizes), random64() % 2);
	}
}

static void run_parallel(bool in_one)
{
	int status;

	make_dirs("d", in_one ? 1 : PROCESSES * DIRS_A_PROCESS);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		check(pid, "fork");
		if (!pid) {
			write_in_parallel(i, in_one);
			exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		check(wait(&status), "wait");
		if (status)
			exit(1);
	}
}

static void run_parallel_one(void)
{
	run_parallel(true);
}

static void run_parallel_many(void)
{
	run_parallel(false);
}

static const struct workload {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{"small", run_small},
	{"untar", run_untar},
	{"maildir", run_maildir},
	{"appenders", run_appenders},
	{"database", run_database},
	{"parallel-one", run_parallel_one},
	{"parallel-many", run_parallel_many},
};

static const struct workload *find(const char *name)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++)
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct workload *workload = argc == 6 ? find(argv[1]) : NULL;

	if (!workload) {
		fprintf(stderr,
			"usage: place_load WORKLOAD DIR SEED MIB CLUSTER\n");
		return 2;
	}
	root_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check(root_fd, argv[2]);
	rng = strtoull(argv[3], NULL, 0);
	budget_bytes = strtoll(argv[4], NULL, 0) << 20;
	cluster_bytes = strtoull(argv[5], NULL, 0);
	pin_to(0);
	workload->run();
	check(syncfs(root_fd), "syncfs");
	return 0;
}
