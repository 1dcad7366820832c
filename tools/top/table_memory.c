// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/table_memory.h"

#include "base/fmt.h"
#include "fs/memory_limit.h"
#include "heat/table_fit.h"
#include "heat/track.h"
#include "watch/pin.h"

/* Memory beside the table: libraries, the maps of allocations, freed blocks and
 * the extent cache, and while it loads, the kernel's BTF.
 */
#define MEMORY_BESIDE (44ULL << 20)

enum exit_code top_table_memory_fit(__u64 *memory)
{
	__u64 limit = memory_limit();
	__u64 fitting =
		hot_table_fit(limit, MEMORY_BESIDE, HOT_TRACK_DEFAULT_MEMORY);
	char allowed[FMT_LEN], table[FMT_LEN], usual[FMT_LEN];

	if (fitting == HOT_TRACK_DEFAULT_MEMORY)
		return EXIT_OK;
	*memory = fitting;
	if (watch_pin_is_there(HOT_TRACK_OBJECT)) /* then it is not used */
		return EXIT_OK;
	fmt_bytes(allowed, limit, false);
	if (!fitting)
		return log_fail(
			EXIT_FAILED,
			"give the cgroup 96M, such as with MemoryMax= of the unit, or start it outside of it",
			"the cgroup allows only %s of memory", allowed);
	log_warn(
		"the cgroup allows only %s of memory: the table of hot files gets %s in place of %s",
		allowed, fmt_bytes(table, fitting, false),
		fmt_bytes(usual, HOT_TRACK_DEFAULT_MEMORY, false));
	return EXIT_OK;
}
