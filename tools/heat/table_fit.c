// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/table_fit.h"

#include "heat/track.h"

/* For each byte of maps, ranking and eviction need up to half a byte. */
__u64 hot_table_fit(__u64 limit, __u64 beside, __u64 wanted)
{
	__u64 memory = limit > beside ? (limit - beside) / 3 * 2 : 0;

	memory -= memory % HOT_TRACK_MIN_MEMORY;
	return memory < wanted ? memory : wanted;
}
