// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/table_memory.h"

#include "base/fmt.h"
#include "fs/memory_limit.h"
#include "heat/table_fit.h"
#include "watch/pin.h"

/* Memory beside the table: libraries, and while it loads, the kernel's BTF. */
#define MEMORY_BESIDE (28ULL << 20)

enum exit_code table_memory_fit(struct hotmon_opts *opts)
{
	struct hot_track_options *track = &opts->monitor.track;
	__u64 limit = memory_limit();
	__u64 fitting = hot_table_fit(limit, MEMORY_BESIDE, track->memory);
	char allowed[FMT_LEN], table[FMT_LEN], usual[FMT_LEN];

	fmt_bytes(allowed, limit, false);
	fmt_bytes(usual, track->memory, false);
	if (fitting >= track->memory)
		return EXIT_OK;
	if (!opts->memory_given)
		track->own_memory = fitting;
	if (watch_pin_is_there(HOT_TRACK_OBJECT)) /* then they are not used */
		return EXIT_OK;
	if (!fitting)
		return log_fail(
			EXIT_FAILED,
			"give the cgroup 64M, such as with MemoryMax= of the unit, or start it outside of it",
			"the cgroup allows only %s of memory", allowed);
	if (opts->memory_given) {
		log_warn(
			"the cgroup allows only %s of memory: with more than --memory=%s it may be killed",
			allowed, fmt_bytes(table, fitting, false));
		return EXIT_OK;
	}
	log_warn(
		"the cgroup allows only %s of memory: the table gets %s in place of %s",
		allowed, fmt_bytes(table, fitting, false), usual);
	return EXIT_OK;
}
