/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often each cluster is read and written, if ploop_settings asks for it. A
 * runner counts in words of its own, so that costs one of its cache lines per
 * I/O. The counts only rise, and may wrap around: who reads them takes the
 * difference to the last time. */
#ifndef FRSP_PLOOP_HEAT_H
#define FRSP_PLOOP_HEAT_H

#include "ploop/core/engine.h"
#include "ploop/core/once.h"

/* Called on the runner; heat: its array, or NULL. Clusters that a longer disk
 * got since the opening are not counted. */
static inline void heat_count(struct ploop_heat *heat, __u32 n, __u32 cluster,
			      bool is_write, __u32 sectors)
{
	struct ploop_heat *one = &heat[cluster];

	if (cluster >= n)
		return;
	if (is_write) {
		once_write(one->writes, one->writes + 1);
		once_write(one->write_sectors, one->write_sectors + sectors);
	} else {
		once_write(one->reads, one->reads + 1);
		once_write(one->read_sectors, one->read_sectors + sectors);
	}
}

#endif
