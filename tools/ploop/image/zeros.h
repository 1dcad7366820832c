/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes data without its zeros, so that a file gets holes. */
#ifndef FRSP_PLOOP_ZEROS_H
#define FRSP_PLOOP_ZEROS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

bool zeros_only(const void *bytes, size_t n);

/* Writes n bytes to a place of the file that reads as zeros, without the blocks
 * of 4 KiB that are zeros. 0 or -errno.
 */
int zeros_skip_write(int fd, const void *bytes, size_t n, __u64 byte);

#endif
