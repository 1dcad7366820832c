/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory the table of heat gets where the cgroup has little. */
#ifndef FRSP_HOT_TABLE_FIT_H
#define FRSP_HOT_TABLE_FIT_H

#include <linux/types.h>

/* The largest table, up to wanted, with which a program that takes so much
 * beside it stays below the limit of its cgroup; 0: the limit is too low for
 * any. Above the limit the kernel would kill the program, without a word from
 * it.
 */
__u64 hot_table_fit(__u64 limit, __u64 beside, __u64 wanted);

#endif
