/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which process it is: a pid alone may belong to another process later. Linux
 * gives the same pid to two processes, but not with the same time of start, and
 * after a reboot the boot id is another one.
 */
#ifndef FRSP_PROCESS_H
#define FRSP_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

#define BOOT_ID_LEN 40

struct process {
	pid_t pid;
	__u64 start_ticks; /* since the boot: starttime in proc(5) */
	char boot_id[BOOT_ID_LEN];
};

/* Fills in which process this one is. 0 or -errno. */
int process_self(struct process *process);

/* Returns a pidfd (pidfd_open(2)) of exactly this process; -ESRCH: it has
 * ended; or another -errno.
 */
int process_open(const struct process *process);

/* False: it has ended. True, too, if nothing can be said. */
bool process_runs(const struct process *process);

/* Sends a real-time signal with a value. 0, -ESRCH, or another -errno. */
int process_send(const struct process *process, int signal, int value);

#endif
