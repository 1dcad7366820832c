// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads and unloads the module, reads and writes its files in sysfs, and checks
 * what it logs and what it leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storm.h"

bool frsp_is_loaded(void)
{
	return access("/sys/module/frsp", F_OK) == 0;
}

bool frsp_load(void)
{
	int fd = open(module_path ?: "", O_RDONLY | O_CLOEXEC), err = 0;

	if (!module_path)
		return true;
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err = errno;
	if (fd >= 0)
		close(fd);
	if (err)
		fail("%s: insmod: %s", module_path, strerror(err));
	else
		failslab_mark();
	return !err;
}

void frsp_unload(void)
{
	for (int i = 0; module_path && i < 100; i++) {
		if (!syscall(SYS_delete_module, "frsp", O_NONBLOCK))
			return;
		if (errno != EAGAIN && errno != EBUSY)
			break;
		usleep(50000);
	}
	if (module_path)
		fail("rmmod: %s", strerror(errno));
}

static void sysfs_path(char *path, size_t size, const char *file)
{
	snprintf(path, size, "/sys/fs/ext4/%s/%s", device_name, file);
}

bool frsp_read(const char *file, u64 *value)
{
	char path[128], text[32];
	ssize_t n;
	int fd;

	sysfs_path(path, sizeof(path), file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*value = strtoull(text, NULL, 10);
	return true;
}

bool frsp_write(const char *file, u64 value)
{
	char path[128], text[32];
	int fd, n, written;

	sysfs_path(path, sizeof(path), file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)value);
	written = write(fd, text, n);
	close(fd);
	return written == n;
}

static u64 counter(const char *name)
{
	char file[64];
	u64 value = 0;

	snprintf(file, sizeof(file), "frsp/%s", name);
	frsp_read(file, &value);
	return value;
}

void frsp_collect(void)
{
	u64 mismatches = counter("audit_mismatches"), value;

	if (mismatches)
		fail("%llu audit mismatches", (unsigned long long)mismatches);
	if (counter("gave_up"))
		fail("frsp gave up");
	if (counter("bad_groups"))
		fail("bad groups");
	if (frsp_read("frsp/busy_extents", &value) && (int64_t)value < 0)
		fail("%lld busy extents", (long long)value);
	shared->audits += counter("audits");
	shared->offered += counter("goals_offered");
	shared->taken += counter("goals_taken");
	shared->missed += counter("goals_missed");
	shared->evictions += counter("evictions");
	shared->drops += counter("drops");
	shared->placed += counter("placed_goals");
	shared->commits += counter("commits_requested");
}

/* The kernel's own messages at the load of an unsigned, out-of-tree module. */
static bool is_about_the_build(const char *line)
{
	return strstr(line, "taint") || strstr(line, "verification failed");
}

void frsp_check_log(void)
{
	static int fd = -1;
	char line[4096];
	ssize_t n;

	if (fd < 0) {
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		lseek(fd, 0, SEEK_END);
	}
	for (;;) {
		n = read(fd, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return;
		line[n] = '\0';
		if (strstr(line, "frsp: ") && !is_about_the_build(line))
			fail("the kernel logged: %s", strchr(line, ';') + 1);
	}
}

void frsp_check_gone(void)
{
	static const char *const left[] = {
		"frsp",
		"frsp_tree_usage",
		"freespace_tree",
		"mb_frsp_max_mem",
		"frsp_cache_aggression",
	};
	char path[128], line[512];
	struct stat stat;
	FILE *slabs = fopen("/proc/slabinfo", "r");

	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		sysfs_path(path, sizeof(path), left[i]);
		if (!access(path, F_OK))
			fail("%s is still there", path);
	}
	/* If the cache was merged with another one, a link may stay
	 * (mm/slub.c). */
	if (!lstat("/sys/kernel/slab/frsp_extent", &stat) &&
	    !S_ISLNK(stat.st_mode))
		fail("the slab cache is still there");
	if (!access("/dev/frsp", F_OK))
		fail("/dev/frsp is still there");
	while (slabs && fgets(line, sizeof(line), slabs))
		if (strstr(line, "frsp"))
			fail("slabinfo: %s", line);
	if (slabs)
		fclose(slabs);
}
