/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of sysfs, procfs and the like: one value each. */
#ifndef FRSP_SYSFS_H
#define FRSP_SYSFS_H

#include <stddef.h>
#include <linux/types.h>

/* All return 0 or -errno; file is a path below dir, without a slash at its
 * start.
 */

/* The first line, without its end; -ENAMETOOLONG: it does not fit. */
int sysfs_read_line(const char *dir, const char *file, char *line, size_t size);

/* -EINVAL: what is there is not a number and nothing else. */
int sysfs_read_u64(const char *dir, const char *file, __u64 *value);

int sysfs_write_u64(const char *dir, const char *file, __u64 value);

#endif
