/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon --self-test: runs heat/self_test.h and prints which kinds of I/O are
 * counted exactly on this kernel and filesystem.
 */
#ifndef FRSP_HOTMON_SELF_TEST_H
#define FRSP_HOTMON_SELF_TEST_H

#include <stdbool.h>

#include "base/log.h"
#include "fs/mount.h"

/* spec: as for mount_table_by_spec(). Prints a table, or a JSON document.
 * Returns EXIT_OK if all kinds of I/O that the filesystem has are counted
 * exactly, EXIT_FAILED if not, or the code for an error.
 */
enum exit_code hotmon_self_test(const struct mount_table *mounts,
				const char *spec, bool json);

#endif
