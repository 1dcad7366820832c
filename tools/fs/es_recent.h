/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads es_info, or reuses what was read a moment ago. For each read ext4 walks
 * all inodes that have reclaimable entries, under a lock that mappings need.
 * With 100 000 such inodes in memory that takes some milliseconds. So reads
 * take about a hundredth of the time at most: with 100 000 inodes, the numbers
 * are at most 0.4 s old.
 */
#ifndef FRSP_ES_RECENT_H
#define FRSP_ES_RECENT_H

#include "fs/es_info.h"

struct es_recent;

/* name: as in es_info_read(). list: keeps what was read; begins as NULL.
 * Returns what es_info_read() returned, or -ENOMEM.
 */
int es_recent_read(struct es_recent **list, __u32 dev, const char *name,
		   struct es_info *info);
void es_recent_forget(struct es_recent **list, __u32 dev);
void es_recent_free(struct es_recent **list);

#endif
