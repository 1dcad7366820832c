/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts since the user pressed a key, instead of since the start. The maps of
 * pinned programs belong to all who show them, so they are never cleared. What
 * they had at the key, the baseline, is subtracted here instead. Example:
 *
 *   searches in the map   500 at the key, 530 now
 *   shown                 30
 */
#ifndef FRSP_TOP_SINCE_H
#define FRSP_TOP_SINCE_H

#include "module/fs_status.h"
#include "watch/alloc.h"
#include "watch/busy.h"
#include "watch/es.h"

/* What is counted of a filesystem. */
struct top_counts {
	struct frsp_alloc_fs alloc;
	struct frsp_es_fs es;
	struct frsp_busy_fs busy;
	struct fs_status status;
};

/* The baselines, one for each filesystem; all 0: there are none. */
struct top_baselines {
	struct top_baseline *list;
	size_t n;
};

/* Makes these counts the baseline of the filesystem. 0 or -ENOMEM. */
int top_baseline_set(struct top_baselines *baselines, __u32 dev,
		     const struct top_counts *counts);

/* Subtracts the filesystem's baseline, if there is one. What is not a count of
 * events stays: busy now, the peaks, and the settings and sizes in .status.
 */
void top_baseline_subtract(const struct top_baselines *baselines, __u32 dev,
			   struct top_counts *counts);

/* Forgets the baseline of a filesystem that is gone. */
void top_baseline_forget(struct top_baselines *baselines, __u32 dev);
void top_baselines_free(struct top_baselines *baselines);

#endif
