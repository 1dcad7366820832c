// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/unmount_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/perf_event.h>

#define ID_FILE	     UNMOUNT_WATCH_TRACEFS "/events/syscalls/sys_exit_umount/id"
#define EBUSY_FILTER "ret == -16"

static int read_id(__u64 *id)
{
	FILE *file = fopen(ID_FILE, "re");
	unsigned long long number;
	int n;

	if (!file)
		return -errno;
	n = fscanf(file, "%llu", &number);
	fclose(file);
	*id = number;
	return n == 1 ? 0 : -EIO;
}

/* On one processor, all processes. */
static int open_one(__u64 id, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
			 PERF_FLAG_FD_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	if (!ioctl(fd, PERF_EVENT_IOC_SET_FILTER, EBUSY_FILTER))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int unmount_watch_open(struct unmount_watch *watch)
{
	long n_cpus = sysconf(_SC_NPROCESSORS_CONF);
	__u64 id = 0;
	int err = read_id(&id);

	*watch = (struct unmount_watch){0};
	if (err)
		return err;
	watch->fds = calloc(n_cpus, sizeof(*watch->fds));
	if (!watch->fds)
		return -ENOMEM;
	for (int cpu = 0; cpu < n_cpus && !err; cpu++) {
		int fd = open_one(id, cpu);

		if (fd >= 0)
			watch->fds[watch->n++] = fd;
		else if (fd != -ENODEV) /* the processor is off */
			err = fd;
	}
	if (err)
		unmount_watch_close(watch);
	return err;
}

__u64 unmount_watch_count(const struct unmount_watch *watch)
{
	__u64 sum = 0, count;

	for (size_t i = 0; i < watch->n; i++)
		if (read(watch->fds[i], &count, sizeof(count)) == sizeof(count))
			sum += count;
	return sum;
}

void unmount_watch_close(struct unmount_watch *watch)
{
	while (watch->n)
		close(watch->fds[--watch->n]);
	free(watch->fds);
	*watch = (struct unmount_watch){0};
}
