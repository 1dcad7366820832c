/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon --self-test: what of the I/O on this kernel and filesystem it counts
 * exactly. */
#ifndef FRSP_HOTMON_SELF_TEST_H
#define FRSP_HOTMON_SELF_TEST_H

#include <stdbool.h>

#include "base/log.h"
#include "fs/mount.h"

/* spec: as for mount_table_by_spec(). Prints a table, or a JSON document.
 * EXIT_OK if all is exact that the filesystem can do, EXIT_FAILED if not.
 */
enum exit_code hotmon_self_test(const struct mount_table *mounts,
				const char *spec, bool json);

#endif
