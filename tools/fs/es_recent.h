/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * es_info of filesystems, as it is or was a moment ago: ext4 goes through all
 * inodes that have something reclaimable, under a lock that mappings need, some
 * milliseconds where 100 000 of them are in memory. So about a hundredth of the
 * time is spent on it at most: of 100 000 inodes, what is said is at most 0.4 s
 * old.
 */
#ifndef FRSP_ES_RECENT_H
#define FRSP_ES_RECENT_H

#include "fs/es_info.h"

struct es_recent;

/* name: as es_info_read() takes it. list: of those that were read. 0, or what
 * es_info_read() returned.
 */
int es_recent_read(struct es_recent **list, __u32 dev, const char *name,
		   struct es_info *info);
void es_recent_forget(struct es_recent **list, __u32 dev);
void es_recent_free(struct es_recent **list);

#endif
