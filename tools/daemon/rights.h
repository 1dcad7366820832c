/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_RIGHTS_H
#define FRSP_DAEMON_RIGHTS_H

#include <stdbool.h>

/* What frspd may do besides watching. */
struct rights {
	/* Clear what ext4's cache of extents has of files of others:
	 * CAP_FOWNER, and CAP_LEASE to see whether anybody has them open.
	 */
	bool clears;
	/* Ask /dev/frsp: CAP_SYS_ADMIN. */
	bool asks_module;
	/* Plan moves: CAP_PERFMON, to see who fails to unmount; CAP_SYS_ADMIN
	 * is enough, too.
	 */
	bool plans;
	/* Move files of others: what .clears and .asks_module need, and
	 * CAP_DAC_OVERRIDE.
	 */
	bool moves;
};

/*
 * Gives up all capabilities but these, and those that watching needs: CAP_BPF
 * to read the maps, and CAP_DAC_READ_SEARCH. Call it when the BPF programs are
 * loaded, which needs more. Returns 0 or -EPERM.
 */
int rights_drop(const struct rights *rights);

#endif
