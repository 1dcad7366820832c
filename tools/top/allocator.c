// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen Allocator: latencies, lengths and search effort of one
 * filesystem's block allocator.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "base/hist.h"
#include "base/sgr.h"
#include "module/free_table.h"
#include "top/view.h"

static const char *const kind_titles[FRSP_ALLOC_NR_KINDS] = {
	[FRSP_ALLOC_DATA] = "Data, searched for",
	[FRSP_ALLOC_METADATA] = "Metadata, searched for",
	[FRSP_ALLOC_PREALLOCATED] = "Preallocated",
	[FRSP_ALLOC_FAILED] = "Failed",
};

static double percent(__u64 part, __u64 whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static void print_searches(FILE *out, const struct frsp_alloc_fs *alloc)
{
	__u64 goals = alloc->goals_taken + alloc->goals_missed;

	fprintf(out,
		"Searches %llu, at the goal %.1f%%, shorter than asked for %.1f%%\n",
		alloc->searches, percent(alloc->goals_taken, goals),
		percent(alloc->shorter, alloc->searches));
	fprintf(out,
		"Clusters asked for %llu, got %llu; groups scanned %llu, extents looked at %llu\n",
		alloc->requested_clusters, alloc->obtained_clusters,
		alloc->groups_scanned, alloc->extents_found);
	if (!alloc->searches)
		return;
	fputs("Criterion that ended the search, strictest first:", out);
	for (int i = 0; i < FRSP_ALLOC_NR_CRITERIA; i++)
		if (alloc->criteria[i])
			fprintf(out, "  %d: %llu", i, alloc->criteria[i]);
	fputc('\n', out);
}

static void print_latencies(FILE *out, const struct frsp_alloc_fs *alloc,
			    const struct top_view *view)
{
	for (int kind = 0; kind < FRSP_ALLOC_NR_KINDS; kind++) {
		const __u64 *buckets = alloc->latency[kind];
		__u64 calls = hist_total(buckets, LOG2_NS_BUCKETS);
		char p50[FMT_LEN], p99[FMT_LEN], mean[FMT_LEN], title[160];

		if (!calls)
			continue;
		hist_fmt_ns(p50, hist_percentile(buckets, LOG2_NS_BUCKETS, 50));
		hist_fmt_ns(p99, hist_percentile(buckets, LOG2_NS_BUCKETS, 99));
		hist_fmt_ns(mean, (double)alloc->latency_ns[kind] / calls);
		snprintf(title, sizeof(title),
			 "%s: %llu calls, p50 %s, p99 %s, mean %s",
			 kind_titles[kind], calls, p50, p99, mean);
		hist_print(out, title, buckets, LOG2_NS_BUCKETS, HIST_NS,
			   top_view_bars(view));
	}
}

/* reset: the counts are since the reset, not since frsp.ko has the filesystem. */
static void print_status(FILE *out, const struct fs_status *status, bool reset)
{
	fprintf(out,
		"frsp, since %s: goals offered %llu, taken %llu, missed %llu, stood aside %llu; groups read %llu, loaded %llu; evictions %llu, drops %llu\n",
		reset ? "reset" : "it attached the filesystem",
		status->goals_offered, status->goals_taken,
		status->goals_missed, status->stood_aside, status->group_reads,
		status->group_loads, status->evictions, status->drops);
}

/* What was counted at frsp.ko's tracepoints. */
static void print_events(FILE *out, const struct top_fs *fs,
			 const struct top_view *view)
{
	const struct frsp_alloc_fs *alloc = &fs->since.alloc;

	if (!fs->has_events) {
		fputs("The decisions of frsp.ko are unwatched: the programs were pinned before it was loaded; run \"frsp-top --unpin\" and pin again\n",
		      out);
		return;
	}
	fprintf(out,
		"frsp: goals kept %llu, fitting %llu, short %llu; evictions %llu, of %llu extents\n",
		alloc->picks[FRSP_ALLOC_PICK_KEPT],
		alloc->picks[FRSP_ALLOC_PICK_FIT],
		alloc->picks[FRSP_ALLOC_PICK_SHORT], alloc->evictions,
		alloc->evicted_extents);
	hist_print(out, "Clusters that frsp offered", alloc->picked,
		   LOG2_LEN_BUCKETS, HIST_COUNT, top_view_bars(view));
	hist_print(out, "Time to load a group", alloc->loads, LOG2_NS_BUCKETS,
		   HIST_NS, top_view_bars(view));
}

void top_allocator_look_up(struct top_model *model, struct top_frame *frame,
			   const struct top_view *view)
{
	struct top_fs *fs = top_view_fs(frame, view);

	if (fs && fs->has_alloc)
		top_model_free_extents(model, fs);
}

int top_allocator_print(FILE *out, const struct top_frame *frame,
			const struct top_view *view)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct frsp_alloc_fs *alloc;

	if (!top_view_head(out, fs, view))
		return 0;
	if (frame->is_remote && fs->has_status)
		print_status(out, &fs->since.status,
			     frame->origin == TOP_SINCE_RESET);
	if (top_view_remote(out, frame))
		return 0;
	if (!fs->has_alloc) {
		fprintf(out, "%s\n", top_view_unwatched(fs));
		return 0;
	}
	alloc = &fs->since.alloc;
	top_view_since(out, frame, view);
	print_searches(out, alloc);
	if (fs->has_status) {
		print_status(out, &fs->since.status,
			     frame->origin == TOP_SINCE_RESET);
		print_events(out, fs, view);
	}
	print_latencies(out, alloc, view);
	hist_print(out, "Clusters asked for", alloc->requested,
		   LOG2_LEN_BUCKETS, HIST_COUNT, top_view_bars(view));
	hist_print(out, "Clusters got", alloc->obtained, LOG2_LEN_BUCKETS,
		   HIST_COUNT, top_view_bars(view));
	hist_print(out, "Groups scanned", alloc->scanned,
		   FRSP_ALLOC_SCAN_BUCKETS, HIST_COUNT, top_view_bars(view));
	if (fs->has_free) {
		fputs("Free extents now, as e2freefrag counts: percent of all blocks, those of metadata, too\n",
		      out);
		free_table_print(out, &fs->free);
	} else if (fs->has_status) {
		fputs("Free extents by size: unknown: frsp.ko does not answer, \"frspctl doctor\" may say why\n",
		      out);
	} else {
		top_view_no_module(out, "Free extents by size");
	}
	return 0;
}
