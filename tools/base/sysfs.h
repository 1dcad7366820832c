/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes files of sysfs, procfs and the like: one value each. */
#ifndef FRSP_SYSFS_H
#define FRSP_SYSFS_H

#include <stddef.h>
#include <linux/types.h>

/* All return 0 or -errno. file: a path below dir, without a slash at its start.
 */

/* Reads the first line, without the newline; -ENAMETOOLONG: it does not fit. */
int sysfs_read_line(const char *dir, const char *file, char *line, size_t size);

/* -EINVAL: the line is not just a number. */
int sysfs_read_u64(const char *dir, const char *file, __u64 *value);

int sysfs_write_u64(const char *dir, const char *file, __u64 value);

#endif
