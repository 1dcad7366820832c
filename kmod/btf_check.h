/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FRSP_BTF_CHECK_H
#define FRSP_BTF_CHECK_H

/*
 * Checks that the running kernel has the layout that was built in: 0, or -errno
 * after one line in the log that says what differs. Sleeps.
 */
int frsp_btf_check(void);

#endif
