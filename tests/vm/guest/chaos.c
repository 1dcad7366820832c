// SPDX-License-Identifier: GPL-2.0-or-later
/* The disturbances of the storm: what an administrator may do to a filesystem
 * and to frsp at any time. all_kinds lists them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../../../kmod/uapi/frsp.h"
#include "storm.h"

#define EXT4_IOC_RESIZE_FS _IOW('f', 16, u64)
#define EXTENT_BYTES	   56 /* struct frsp_extent */

struct chaos {
	struct random random;
	int root; /* the filesystem's root directory, open */
	u32 max_mib;
};

static void trim(struct chaos *chaos)
{
	struct fstrim_range range = {.len = ~0ULL};

	if (random_below(&chaos->random, 2)) {
		range.start = (u64)random_below(&chaos->random, 2048) << 20;
		range.len = 256 << 20;
	}
	if (ioctl(chaos->root, FITRIM, &range) && errno != EOPNOTSUPP &&
	    errno != EINVAL)
		fail("fstrim: %s", strerror(errno));
}

static void reload(struct chaos *chaos)
{
	if (frsp_is_loaded()) {
		frsp_collect();
		frsp_unload();
	}
	if (random_below(&chaos->random, 2))
		usleep(random_below(&chaos->random, 100) * 1000);
	frsp_load();
	shared->reloads++;
}

static void freeze(struct chaos *chaos)
{
	if (ioctl(chaos->root, FIFREEZE, 0)) {
		fail("freeze: %s", strerror(errno));
		return;
	}
	if (!random_below(&chaos->random, 4))
		reload(chaos);
	usleep(random_below(&chaos->random, 50) * 1000);
	if (ioctl(chaos->root, FITHAW, 0))
		fail("thaw: %s", strerror(errno));
}

static void grow(struct chaos *chaos)
{
	struct statfs stat;
	u64 bytes, blocks;

	if (fstatfs(chaos->root, &stat))
		return;
	bytes = (u64)stat.f_blocks * stat.f_bsize + (32 << 20);
	bytes += (u64)random_below(&chaos->random, 300) << 20;
	if (bytes > (u64)chaos->max_mib << 20)
		return;
	blocks = bytes / stat.f_bsize;
	if (!ioctl(chaos->root, EXT4_IOC_RESIZE_FS, &blocks))
		shared->growths++;
	else if (errno != EOPNOTSUPP && errno != ENOSPC && errno != EPERM &&
		 errno != EINVAL)
		fail("growth: %s", strerror(errno));
}

static void remount(struct chaos *chaos)
{
	static const char *const options[] = {
		"discard",  "nodiscard", "stripe=16",
		"stripe=0", "commit=1",	 "commit=5",
	};
	const char *option = options[random_below(&chaos->random, 6)];

	if (mount(device, MOUNT_POINT, "ext4", MS_REMOUNT, option))
		fail("remount -o %s: %s", option, strerror(errno));
}

/* Evicts the buddies, which are in the page cache. ext4 generates them again,
 * at which frsp audits its trees. */
static void drop_caches(struct chaos *chaos)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (fd < 0 ||
	    write(fd, random_below(&chaos->random, 2) ? "1" : "3", 1) != 1)
		fail("drop_caches: %s", strerror(errno));
	close(fd);
}

static void change_cap(struct chaos *chaos)
{
	static const u64 caps[] = {0,	     1,	      56,      4096,	 20000,
				   64 << 10, 1 << 20, 8 << 20, 64 << 20, 0};

	__atomic_add_fetch(&shared->cap_changes, 1, __ATOMIC_SEQ_CST);
	frsp_write("mb_frsp_max_mem", caps[random_below(&chaos->random, 10)]);
	__atomic_add_fetch(&shared->cap_changes, 1, __ATOMIC_SEQ_CST);
}

static void change_level(struct chaos *chaos)
{
	frsp_write("frsp_cache_aggression", random_below(&chaos->random, 4));
}

static void flip(struct chaos *chaos)
{
	frsp_write("freespace_tree", random_below(&chaos->random, 4) > 0);
}

static void commit(struct chaos *chaos)
{
	syncfs(chaos->root);
}

static void look(struct chaos *chaos)
{
	static struct frsp_group_summary groups[4096];
	struct frsp_ioc_summary summary = {.size = sizeof(summary),
					   .fd = chaos->root,
					   .groups = (uintptr_t)groups,
					   .n = 4096};
	struct frsp_ioc_free_extents free = {
		.size = sizeof(free), .fd = chaos->root, .tree = FRSP_ALL};
	int fd = open(FRSP_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (ioctl(fd, FRSP_IOC_EXPORT, &summary) && errno != EOPNOTSUPP)
		fail("FRSP_IOC_EXPORT: %s", strerror(errno));
	else if (summary.n)
		ioctl(fd, FRSP_IOC_IMPORT, &summary);
	if (ioctl(fd, FRSP_IOC_FREE_EXTENTS, &free) && errno != EOPNOTSUPP)
		fail("FRSP_IOC_FREE_EXTENTS: %s", strerror(errno));
	close(fd);
}

static void group_preallocation(struct chaos *chaos)
{
	frsp_write("mb_group_prealloc", 1U << random_below(&chaos->random, 11));
}

/* The kernel must refuse this while frsp.ko is loaded. */
static void switch_ftrace_off(struct chaos *chaos)
{
	int fd = open("/proc/sys/kernel/ftrace_enabled", O_WRONLY | O_CLOEXEC);

	(void)chaos;
	if (fd >= 0 && frsp_is_loaded() && write(fd, "0", 1) == 1) {
		fail("ftrace can be switched off");
		pwrite(fd, "1", 1, 0);
	}
	close(fd);
}

static void keep_free(u64 kib)
{
	FILE *file = fopen("/proc/sys/vm/min_free_kbytes", "w");

	if (!file)
		return;
	fprintf(file, "%llu", (unsigned long long)kib);
	fclose(file);
}

/* Makes the kernel reclaim memory: it shall keep a quarter of all memory free
 * for a moment. */
static void want_memory(struct chaos *chaos)
{
	static u64 usual_kib;
	struct sysinfo info;
	FILE *file;

	if (!usual_kib) {
		file = fopen("/proc/sys/vm/min_free_kbytes", "r");
		if (!file || fscanf(file, "%" SCNu64, &usual_kib) != 1)
			fail("min_free_kbytes cannot be read");
		if (file)
			fclose(file);
	}
	if (!usual_kib || sysinfo(&info))
		return;
	keep_free((u64)info.totalram * info.mem_unit / 4 / 1024);
	usleep(random_below(&chaos->random, 100) * 1000);
	keep_free(usual_kib);
}

static void dmsetup(const char *command)
{
	char line[128];

	snprintf(line, sizeof(line), "dmsetup %s stopper", command);
	if (system(line))
		fail("%s", line);
}

/* Stops I/O below the filesystem for a moment, without freezing the filesystem.
 * Needs the device-mapper disk that tests/vm/storm --suspend makes. */
static void suspend_disk(struct chaos *chaos)
{
	if (strncmp(device_name, "dm-", 3))
		return;
	dmsetup("suspend --nolockfs --noflush");
	usleep(random_below(&chaos->random, 300) * 1000);
	dmsetup("resume --noudevsync --noudevrules");
}

static const struct kind {
	char letter;
	void (*run)(struct chaos *chaos);
	u32 weight;
} all_kinds[] = {
	{'t', trim, 2},
	{'z', freeze, 1},
	{'g', grow, 2},
	{'m', remount, 1},
	{'d', drop_caches, 6},
	{'c', change_cap, 5},
	{'l', change_level, 3},
	{'s', flip, 2},
	{'r', reload, 2},
	{'y', commit, 2},
	{'x', look, 3},
	{'p', group_preallocation, 1},
	{'f', switch_ftrace_off, 1},
	{'w', want_memory, 2},
	{'u', suspend_disk, 3},
};
#define N_KINDS (sizeof(all_kinds) / sizeof(*all_kinds))

#define NEED_FRSP "clsrxf" /* letters of kinds */

static bool may_run(const struct kind *kind, bool stock, const char *kinds)
{
	return (!kinds || strchr(kinds, kind->letter)) &&
	       !(stock && strchr(NEED_FRSP, kind->letter));
}

static bool any_may_run(bool stock, const char *kinds)
{
	for (u32 i = 0; i < N_KINDS; i++)
		if (may_run(&all_kinds[i], stock, kinds))
			return true;
	return false;
}

static const struct kind *choose(struct random *random, bool stock,
				 const char *kinds)
{
	for (;;) {
		const struct kind *kind =
			&all_kinds[random_below(random, N_KINDS)];

		if (may_run(kind, stock, kinds) &&
		    random_below(random, 6) < kind->weight)
			return kind;
	}
}

void chaos_run(u64 seed, bool stock, const char *kinds, u32 max_mib)
{
	struct chaos chaos = {.random.state = seed, .max_mib = max_mib};

	if (!any_may_run(stock, kinds))
		return;
	chaos.root = open(MOUNT_POINT, O_RDONLY | O_CLOEXEC);
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		choose(&chaos.random, stock, kinds)->run(&chaos);
		shared->chaos++;
		usleep(random_below(&chaos.random, 80) * 1000);
	}
	close(chaos.root);
}

void cap_watch(void)
{
	u64 slack = (u64)get_nprocs_conf() * EXTENT_BYTES, cap, used;
	u32 before;

	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		usleep(5000);
		before =
			__atomic_load_n(&shared->cap_changes, __ATOMIC_SEQ_CST);
		if (before % 2 || !frsp_read("mb_frsp_max_mem", &cap) ||
		    !frsp_read("frsp_tree_usage", &used) || !cap ||
		    __atomic_load_n(&shared->cap_changes, __ATOMIC_SEQ_CST) !=
			    before)
			continue;
		shared->samples++;
		if (used > cap + slack)
			fail("%llu bytes in use, the cap is %llu",
			     (unsigned long long)used, (unsigned long long)cap);
	}
}
