/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_RIGHTS_H
#define FRSP_DAEMON_RIGHTS_H

#include <stdbool.h>

/*
 * Gives up all capabilities but those that watching needs: CAP_BPF to read the
 * maps, and CAP_DAC_READ_SEARCH; and if clears, those to clear what ext4's
 * cache of extents has of files of others: CAP_FOWNER, and CAP_LEASE to see
 * whether anybody has them open; and if asks_module, that for /dev/frsp:
 * CAP_SYS_ADMIN. Call it when the BPF programs are loaded,
 * which needs more. Returns 0 or -EPERM.
 */
int rights_drop(bool clears, bool asks_module);

#endif
