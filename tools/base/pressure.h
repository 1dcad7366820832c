/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads for how long tasks have waited: /proc/pressure (PSI). */
#ifndef FRSP_PRESSURE_H
#define FRSP_PRESSURE_H

#include <stdbool.h>
#include <linux/types.h>

/* Reads the sum of the line "some" of such a file. False: it has none. */
bool pressure_parse(const char *text, __u64 *waited_us);

/* The sum of the times in which some task waited for a resource: "io" or
 * "memory". False: the kernel has no such file, or it cannot be read.
 */
bool pressure_read(const char *resource, __u64 *waited_us);

#endif
