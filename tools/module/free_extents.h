/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the free extents by size from the trees of frsp.ko. */
#ifndef FRSP_FREE_EXTENTS_H
#define FRSP_FREE_EXTENTS_H

#include "fs/mount.h"
#include "module/free_table.h"

/*
 * Reads the tree table->extents.tree of the filesystem dev, or all trees if
 * that is FRSP_ALL. Fills in the table, except .device. 0, or the -errno of the
 * step that failed.
 */
int free_extents_read(const struct mount_table *mounts, __u32 dev,
		      struct free_table *table);

#endif
