/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks where on the disk the files of a recording are now, for the map of a
 * disk (hotmon/heatmap_disk.h).
 */
#ifndef FRSP_HOTMON_HEATMAP_PLACE_H
#define FRSP_HOTMON_HEATMAP_PLACE_H

#include "fs/mount.h"
#include "hotmon/heatmap_read.h"

/* Shows the disk of this filesystem, which is mounted here, in a band of its
 * own. It may hang. Returns 0 or -errno.
 */
int heatmap_place(struct heatmap *map, struct trace_reader *reader,
		  const struct mount_entry *entry, const char *name);

#endif
