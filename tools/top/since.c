// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/since.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hist.h"

struct top_baseline {
	__u32 dev;
	struct top_counts counts;
};

static struct top_baseline *find(const struct top_baselines *baselines,
				 __u32 dev)
{
	for (size_t i = 0; i < baselines->n; i++)
		if (baselines->list[i].dev == dev)
			return &baselines->list[i];
	return NULL;
}

int top_baseline_set(struct top_baselines *baselines, __u32 dev,
		     const struct top_counts *counts)
{
	struct top_baseline *one = find(baselines, dev), *more;

	if (!one) {
		more = reallocarray(baselines->list, baselines->n + 1,
				    sizeof(*more));
		if (!more)
			return -ENOMEM;
		baselines->list = more;
		one = &more[baselines->n++];
	}
	*one = (struct top_baseline){.dev = dev, .counts = *counts};
	return 0;
}

void top_baseline_forget(struct top_baselines *baselines, __u32 dev)
{
	struct top_baseline *one = find(baselines, dev);

	if (one)
		*one = baselines->list[--baselines->n];
}

void top_baselines_free(struct top_baselines *baselines)
{
	free(baselines->list);
	*baselines = (struct top_baselines){0};
}

/* now and before: arrays of n counters. */
static void subtract(void *now, const void *before, size_t size)
{
	const __u64 *from = before;
	__u64 *to = now;

	for (size_t i = 0; i < size / sizeof(__u64); i++)
		to[i] = hist_since(to[i], from[i]);
}

static void subtract_busy(struct frsp_busy_fs *now,
			  const struct frsp_busy_fs *before)
{
	struct frsp_busy_fs all = *now;

	subtract(now, before, sizeof(*now));
	now->extents = all.extents;
	now->blocks = all.blocks;
	now->peak_extents = all.peak_extents;
	now->peak_blocks = all.peak_blocks;
}

static void subtract_status(struct fs_status *now,
			    const struct fs_status *before)
{
#define SUBTRACT(name) now->name = hist_since(now->name, before->name);
	FRSP_COUNTERS(SUBTRACT)
#undef SUBTRACT
}

void top_baseline_subtract(const struct top_baselines *baselines, __u32 dev,
			   struct top_counts *counts)
{
	const struct top_baseline *one = find(baselines, dev);

	if (!one)
		return;
	subtract(&counts->alloc, &one->counts.alloc, sizeof(counts->alloc));
	subtract(&counts->es, &one->counts.es, sizeof(counts->es));
	subtract_busy(&counts->busy, &one->counts.busy);
	subtract_status(&counts->status, &one->counts.status);
}
