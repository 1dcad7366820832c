/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_RIGHTS_H
#define FRSP_DAEMON_RIGHTS_H

/*
 * Gives up all capabilities but those that watching needs: CAP_BPF to read the
 * maps, and CAP_DAC_READ_SEARCH. Call it when the BPF programs are loaded,
 * which needs more. Returns 0 or -EPERM.
 */
int rights_drop(void);

#endif
