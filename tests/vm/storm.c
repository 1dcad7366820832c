// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main program of the storm: owns the options, the scenarios and the steps
 * of a round. Prints TAP. tests/vm/storm runs it in guests; guest/storm.h lists
 * its other files.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/storm.h"

static const struct scenario scenarios[] = {
	{.name = "plain", .size_mib = 1500, .fill_pct = 80, .short_run = true},
	{.name = "full", .size_mib = 700, .fill_pct = 100, .short_run = true},
	{.name = "blocks-1k",
	 .mkfs = "-b 1024",
	 .size_mib = 600,
	 .fill_pct = 95,
	 .short_run = true},
	{.name = "bigalloc",
	 .mkfs = "-O bigalloc -C 65536",
	 .size_mib = 1500,
	 .fill_pct = 95,
	 .short_run = true},
	{.name = "no-flex",
	 .mkfs = "-O ^flex_bg",
	 .size_mib = 1500,
	 .fill_pct = 90},
	{.name = "no-journal",
	 .mkfs = "-O ^has_journal",
	 .size_mib = 1500,
	 .fill_pct = 95},
	{.name = "journal-data",
	 .mount = "data=journal",
	 .size_mib = 1000,
	 .fill_pct = 90},
	{.name = "writeback",
	 .mount = "data=writeback",
	 .size_mib = 1000,
	 .fill_pct = 95},
	{.name = "quota", .mkfs = "-O quota", .size_mib = 1000, .fill_pct = 95},
	{.name = "flex-4", .mkfs = "-G 4", .size_mib = 1500, .fill_pct = 95},
	{.name = "flex-256", .mkfs = "-G 256", .size_mib = 1500, .fill_pct = 95},
	{.name = "stripe",
	 .mkfs = "-E stripe_width=32",
	 .size_mib = 1500,
	 .fill_pct = 90},
	{.name = "stripe-odd",
	 .mount = "stripe=7",
	 .size_mib = 1000,
	 .fill_pct = 95},
	{.name = "block-maps",
	 .mkfs = "-O ^extent,^64bit",
	 .block_maps = true,
	 .size_mib = 1000,
	 .fill_pct = 90},
	{.name = "nodelalloc",
	 .mount = "nodelalloc",
	 .size_mib = 1000,
	 .fill_pct = 98},
	{.name = "discard",
	 .mount = "discard",
	 .size_mib = 1000,
	 .fill_pct = 95},
	{.name = "reload", .chaos = "rrrrd", .size_mib = 700, .fill_pct = 97},
	{.name = "caps",
	 .mkfs = "-b 1024",
	 .chaos = "cdl",
	 .size_mib = 500,
	 .fill_pct = 98},
	{.name = "blocks-2k",
	 .mkfs = "-b 2048 -g 8192",
	 .size_mib = 600,
	 .fill_pct = 97},
	{.name = "calm", .chaos = "d", .size_mib = 1500, .fill_pct = 97},
};
#define N_SCENARIOS (sizeof(scenarios) / sizeof(*scenarios))

struct shared *shared;
const char *device = "/dev/vda", *device_name, *module_path;

static u64 seed;
static bool stock;
u32 fail_pct;
/* The storm of a round lasts --seconds, and up to MAX_WAIT_S longer if fewer
 * than MIN_OPS operations are done by then. */
#define MIN_OPS	   2000
#define MAX_WAIT_S 60

static u32 seconds = 10, rounds = 2, workers = 3, disk_mib = 4000;

void fail(const char *format, ...)
{
	va_list args;

	if (__atomic_add_fetch(&shared->failures, 1, __ATOMIC_SEQ_CST) > 20)
		return;
	va_start(args, format);
	printf("# FAILED: ");
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
}

/* splitmix64 */
static u64 random_next(struct random *random)
{
	u64 z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u32 random_below(struct random *random, u32 limit)
{
	return limit ? random_next(random) % limit : 0;
}

u32 random_size(struct random *random, u32 limit)
{
	u32 magnitude = 32 - __builtin_clz(limit | 1);
	u32 size = 1U << random_below(random, magnitude);

	size += random_below(random, size);
	return size < limit ? size : limit;
}

/* --- processes ------------------------------------------------------------ */

/* Returns the exit status, or -1 if there is none. */
static int run(const char *command)
{
	int status = system(command);

	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define START(call)                                                            \
	do {                                                                   \
		fflush(stdout);                                                \
		if (fork() == 0) {                                             \
			call;                                                  \
			fflush(stdout);                                        \
			_exit(0);                                              \
		}                                                              \
	} while (0)

/* Waits for all children, for a minute at most: a process that hangs is a
 * bug. */
static void wait_for_all(void)
{
	time_t end = time(NULL) + 60;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0)
			return;
		if (pid && (!WIFEXITED(status) || WEXITSTATUS(status)))
			fail("a process ended with status %x", status);
		if (pid)
			continue;
		if (time(NULL) > end) {
			fail("a process hangs");
			run("echo w >/proc/sysrq-trigger; dmesg | tail -n 120");
			exit(1);
		}
		usleep(20000);
	}
}

/* --- a round -------------------------------------------------------------- */

/*
 * A nearly full ext4 of Linux 6.18 loses data by itself, with a default mount
 * and without frsp: `storm --stock reload` on 6.18 shows it in 1 of 12 runs,
 * each of 3 rounds and 4 seconds. Blocks that were written in a normal way are
 * zeros on the disk. They are always blocks of a file with as many extents as
 * its inode has room for, that were written back as unwritten extents. With
 * dioread_lock, ext4 writes back to written extents, and 45 such runs found
 * nothing. So a scenario that fills the filesystem has this option.
 */
#define NEARLY_FULL_PCT 95

static void mount_it(const struct scenario *scenario)
{
	char options[64];

	snprintf(options, sizeof(options), "%s%s", scenario->mount ?: "",
		 scenario->fill_pct < NEARLY_FULL_PCT ? ""
		 : scenario->mount		      ? ",dioread_lock"
						      : "dioread_lock");
	if (mount(device, MOUNT_POINT, "ext4", 0, options)) {
		fail("mount -o %s: %s", options, strerror(errno));
		exit(1);
	}
}

static void unmount_it(void)
{
	for (int i = 0; umount2(MOUNT_POINT, 0); i++) {
		if (errno != EBUSY || i == 50) {
			fail("umount: %s", strerror(errno));
			exit(1);
		}
		usleep(50000);
	}
}

static void check_disk(void)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "e2fsck -fn %s >/tmp/e2fsck 2>&1 || { cut -c 1-200 "
		 "/tmp/e2fsck | head -n 40; false; }",
		 device);
	if (run(command))
		fail("e2fsck -fn finds errors");
}

static void make_filesystem(const struct scenario *scenario)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "mke2fs -q -F -t ext4 -E lazy_itable_init=1,nodiscard %s %s "
		 "%uM",
		 scenario->mkfs ?: "", device, scenario->size_mib);
	if (run(command)) {
		fail("%s", command);
		exit(1);
	}
	files_reset();
}

static bool is_short(u64 ops_before)
{
	return __atomic_load_n(&shared->ops, __ATOMIC_RELAXED) - ops_before <
	       MIN_OPS;
}

static void storm(const struct scenario *scenario, u64 round_seed)
{
	u64 ops_before = shared->ops;

	shared->stop = false;
	for (u32 i = 0; i < workers; i++)
		files_make_dirs(i);
	failslab_switch(true);
	for (u32 i = 0; i < workers; i++)
		START(files_work(i, round_seed + 1 + i, scenario->fill_pct));
	START(chaos_run(round_seed, stock, scenario->chaos, disk_mib));
	START(cap_watch());
	usleep(seconds * 1000000);
	/* On a slow machine one or two large files may take all this time. Then
	 * most groups are as mkfs left them, and a comparison says little. */
	for (u32 i = 0; i < MAX_WAIT_S * 10 && is_short(ops_before); i++)
		usleep(100000);
	shared->stop = true;
	wait_for_all();
	failslab_switch(false);
}

static void verify(void)
{
	for (u32 i = 0; i < workers; i++)
		START(files_verify(i));
	wait_for_all();
}

static void play_round(const struct scenario *scenario, struct random *random)
{
	bool late = random_below(random, 2), early = random_below(random, 2);

	if (!late && !frsp_is_loaded())
		frsp_load();
	mount_it(scenario);
	if (!frsp_is_loaded())
		frsp_load();
	run("fallocate -l 1M " MOUNT_POINT
	    "/reserve 2>/dev/null || dd if=/dev/zero of=" MOUNT_POINT
	    "/reserve bs=1M count=1 2>/dev/null");
	storm(scenario, ((u64)random_below(random, ~0U) << 32) +
				random_below(random, ~0U));
	frsp_check_log();
	if (!scenario->block_maps)
		truth_in_memory();
	frsp_collect();
	if (early)
		frsp_unload();
	unmount_it();
	check_disk();
	mount_it(scenario);
	verify();
	if (early)
		frsp_load();
	unmount_it();
	mount_it(scenario);
	if (!scenario->block_maps)
		truth_on_disk();
	frsp_collect();
	unmount_it();
	frsp_unload();
	frsp_check_gone();
	frsp_check_log();
}

static bool play(const struct scenario *scenario, u32 number)
{
	struct random random = {.state = seed + number * 1000003ULL};
	time_t began = time(NULL);

	memset(shared, 0, sizeof(*shared));
	frsp_check_log();
	make_filesystem(scenario);
	for (u32 i = 0; i < rounds && !shared->failures; i++)
		play_round(scenario, &random);
#define SHOW(name) (unsigned long long)shared->name
	note("ops %llu, no space %llu, disturbances %llu, growths %llu, "
	     "reloads %llu, cap samples %llu",
	     SHOW(ops), SHOW(enospc), SHOW(chaos), SHOW(growths), SHOW(reloads),
	     SHOW(samples));
	if (scenario->block_maps && shared->offered)
		fail("files without extents were steered");
	note("offered %llu, taken %llu, missed %llu, audits %llu, evictions "
	     "%llu, drops %llu, commits %llu",
	     SHOW(offered), SHOW(taken), SHOW(missed), SHOW(audits),
	     SHOW(evictions), SHOW(drops), SHOW(commits));
	printf("%s %u - %s (seed %llu, %ld s)\n",
	       shared->failures ? "not ok" : "ok", number + 1, scenario->name,
	       (unsigned long long)seed, (long)(time(NULL) - began));
	fflush(stdout);
	return !shared->failures;
}

/* --- the program ---------------------------------------------------------- */

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: storm --module FILE [OPTIONS] [SCENARIO...]\n"
		"Let processes change files of an ext4 on DEVICE while frsp is "
		"disturbed, and check\n"
		"everything. Without SCENARIO: the short set. Prints TAP. "
		"Destroys what is on DEVICE.\n"
		"\n"
		"  --module FILE   frsp.ko\n"
		"  --device DEV    default /dev/vda\n"
		"  --disk MIB      how far the filesystem may grow (default "
		"4000)\n"
		"  --seed N        of the random numbers (default: the time)\n"
		"  --seconds N     of storm in each round (default 10)\n"
		"  --rounds N      (default 2)\n"
		"  --workers N     processes, 1 to 4 (default 3)\n"
		"  --fail PERCENT  of the allocations of extents fail; the "
		"kernel needs failslab\n"
		"  --stock         without the module: is it ext4's own "
		"fault?\n"
		"  --check         only: are the trees of the ext4 "
		"on " MOUNT_POINT "\n"
		"                  as ext4 has its free space?\n"
		"  --all           all scenarios\n"
		"  --list          list the scenarios\n"
		"  --help          print this text\n");
}

static void list(void)
{
	for (size_t i = 0; i < N_SCENARIOS; i++)
		printf("%-13s %-24s %-15s %5u MiB %3u %%%s\n",
		       scenarios[i].name, scenarios[i].mkfs ?: "",
		       scenarios[i].mount ?: "", scenarios[i].size_mib,
		       scenarios[i].fill_pct,
		       scenarios[i].short_run ? "  short" : "");
}

static bool is_chosen(const struct scenario *scenario, bool all, char **names)
{
	if (!*names)
		return all || scenario->short_run;
	for (; *names; names++)
		if (!strcmp(*names, scenario->name))
			return true;
	return false;
}

/* Returns the first name without a scenario; NULL: all names are known. */
static const char *unknown_name(char **names)
{
	for (; *names; names++) {
		size_t i = 0;

		while (i < N_SCENARIOS && strcmp(*names, scenarios[i].name))
			i++;
		if (i == N_SCENARIOS)
			return *names;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"module", required_argument, NULL, 'm'},
		{"device", required_argument, NULL, 'd'},
		{"disk", required_argument, NULL, 'D'},
		{"seed", required_argument, NULL, 's'},
		{"seconds", required_argument, NULL, 't'},
		{"rounds", required_argument, NULL, 'r'},
		{"workers", required_argument, NULL, 'w'},
		{"fail", required_argument, NULL, 'f'},
		{"stock", no_argument, NULL, 'S'},
		{"check", no_argument, NULL, 'c'},
		{"all", no_argument, NULL, 'a'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool all = false, check = false, good = true;
	const char *unknown;
	u32 played = 0;
	int c;

	seed = time(NULL);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'm':
			module_path = optarg;
			break;
		case 'd':
			device = optarg;
			break;
		case 'D':
			disk_mib = atoi(optarg);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = atoi(optarg);
			break;
		case 'r':
			rounds = atoi(optarg);
			break;
		case 'f':
			fail_pct = atoi(optarg);
			break;
		case 'w':
			workers = atoi(optarg);
			break;
		case 'S':
			stock = true;
			break;
		case 'c':
			check = true;
			break;
		case 'a':
			all = true;
			break;
		case 'l':
			list();
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if ((!module_path && !stock && !check) || !workers ||
	    workers > MAX_WORKERS) {
		usage(stderr);
		return 2;
	}
	unknown = unknown_name(argv + optind);
	if (unknown) {
		fprintf(stderr, "storm: %s: no such scenario; --list has all\n",
			unknown);
		return 2;
	}
	device_name = strrchr(device, '/') + 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	run("modprobe -q ext4");
	mkdir(MOUNT_POINT, 0755);
	if (check) {
		module_path = "";
		truth_in_memory();
		return shared->failures > 0;
	}
	for (size_t i = 0; i < N_SCENARIOS; i++) {
		if (!is_chosen(&scenarios[i], all, argv + optind))
			continue;
		good &= play(&scenarios[i], i);
		played++;
	}
	printf("1..%u\n", played);
	return good && played ? 0 : 1;
}
