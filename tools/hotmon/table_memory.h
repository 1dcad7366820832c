/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory the table gets where the cgroup has little. */
#ifndef FRSP_HOTMON_TABLE_MEMORY_H
#define FRSP_HOTMON_TABLE_MEMORY_H

#include "base/log.h"
#include "hotmon/opts.h"

/* Makes the table smaller if the cgroup's limit of memory requires that: else
 * the kernel would kill the program, without a word from it. Says so. Fails,
 * with a message, if the limit is too low for any table.
 */
enum exit_code table_memory_fit(struct hotmon_opts *opts);

#endif
