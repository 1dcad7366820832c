/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FRSP_BTF_CHECK_H
#define FRSP_BTF_CHECK_H

/*
 * Whether the running kernel is the one whose layout was built in: 0, or -errno
 * after one line in the log that says what differs. Sleeps.
 */
int frsp_btf_check(void);

#endif
