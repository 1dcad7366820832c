/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory the table of heat gets where the cgroup has little. */
#ifndef FRSP_TOP_TABLE_MEMORY_H
#define FRSP_TOP_TABLE_MEMORY_H

#include <linux/types.h>

#include "base/log.h"

/* Sets *memory if the cgroup's limit requires a smaller table than usual, and
 * says so. Fails, with a message, if the limit is too low for any table.
 */
enum exit_code top_table_memory_fit(__u64 *memory);

#endif
