// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/sysfs.h"

/* The field of /proc/PID/stat that has the time of start, counted from the one
 * behind the name, which may have any characters.
 */
#define START_FIELD_BEHIND_NAME 20

static int read_start(pid_t pid, __u64 *start_ticks)
{
	char file[32], line[1024], *at;
	int err;

	snprintf(file, sizeof(file), "%d/stat", pid);
	err = sysfs_read_line("/proc", file, line, sizeof(line));
	if (err)
		return err == -ENOENT ? -ESRCH : err;
	at = strrchr(line, ')');
	for (int i = 0; at && i < START_FIELD_BEHIND_NAME; i++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EINVAL;
	*start_ticks = strtoull(at, NULL, 10);
	return 0;
}

static int read_boot_id(char boot_id[BOOT_ID_LEN])
{
	return sysfs_read_line("/proc/sys/kernel/random", "boot_id", boot_id,
			       BOOT_ID_LEN);
}

int process_self(struct process *process)
{
	int err;

	*process = (struct process){.pid = getpid()};
	err = read_boot_id(process->boot_id);
	return err ?: read_start(process->pid, &process->start_ticks);
}

/* 0: the process that has the pid now is this one. */
static int check(const struct process *process)
{
	char boot_id[BOOT_ID_LEN];
	__u64 start_ticks;
	int err = read_boot_id(boot_id);

	if (!err && strcmp(boot_id, process->boot_id))
		return -ESRCH;
	if (!err)
		err = read_start(process->pid, &start_ticks);
	if (!err && start_ticks != process->start_ticks)
		err = -ESRCH;
	return err;
}

/* A pidfd can be polled when its process has ended, also before the parent has
 * waited for it.
 */
static bool has_ended(int pidfd)
{
	struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

/* First the pidfd, then the look at who it is: it stays that process. */
int process_open(const struct process *process)
{
	int pidfd, err;

	if (process->pid <= 0)
		return -ESRCH;
	pidfd = pidfd_open(process->pid, 0);
	/* EINVAL, and later ENOENT: a thread of another process has the number */
	if (pidfd < 0)
		return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno;
	err = check(process);
	if (!err && has_ended(pidfd))
		err = -ESRCH;
	if (!err)
		return pidfd;
	close(pidfd);
	return err;
}

bool process_runs(const struct process *process)
{
	int pidfd = process_open(process);

	if (pidfd >= 0)
		close(pidfd);
	return pidfd != -ESRCH;
}

int process_send(const struct process *process, int signal, int value)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};
	int pidfd = process_open(process), err = 0;

	if (pidfd < 0)
		return pidfd;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	if (pidfd_send_signal(pidfd, signal, &info, 0))
		err = -errno;
	close(pidfd);
	return err;
}
