// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen Busy: extents of one filesystem that were freed but cannot be
 * allocated again yet.
 */
#include "base/fmt.h"
#include "base/hist.h"
#include "base/sgr.h"
#include "top/view.h"

static void print_lifetimes(FILE *out, const struct frsp_busy_fs *busy,
			    const struct top_view *view)
{
	__u64 ended = hist_total(busy->lifetimes, LOG2_NS_BUCKETS);
	char p50[FMT_LEN], p99[FMT_LEN], mean[FMT_LEN], title[192];

	if (!ended)
		return;
	hist_fmt_ns(p50, hist_percentile(busy->lifetimes, LOG2_NS_BUCKETS, 50));
	hist_fmt_ns(p99, hist_percentile(busy->lifetimes, LOG2_NS_BUCKETS, 99));
	hist_fmt_ns(mean, (double)busy->lifetime_ns / ended);
	snprintf(
		title, sizeof(title),
		"Time until freed space could be used again: %llu extents, p50 %s, p99 %s, mean %s",
		ended, p50, p99, mean);
	hist_print(out, title, busy->lifetimes, LOG2_NS_BUCKETS, HIST_NS,
		   top_view_bars(view));
}

int top_busy_print(FILE *out, const struct top_frame *frame,
		   const struct top_view *view)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct frsp_busy_fs *busy;

	if (!top_view_head(out, fs, view))
		return 0;
	if (top_view_remote(out, frame))
		return 0;
	if (!fs->has_busy) {
		fprintf(out,
			"unwatched: this kernel does not let frsp-top see the busy extents of %s\n",
			fs->fs_type);
		return 0;
	}
	busy = &fs->since.busy;
	fprintf(out,
		"Busy now %llu extents, %llu blocks; at most, since %s: %llu extents, %llu blocks\n",
		busy->extents, busy->blocks,
		frame->origin == TOP_SINCE_PIN ? "--pin" : "start",
		busy->peak_extents, busy->peak_blocks);
	top_view_since(out, frame, view);
	fprintf(out, "Freed %llu extents, %llu blocks\n", busy->freed_extents,
		busy->freed_blocks);
	if (busy->forced || busy->reused || busy->trimmed)
		fprintf(out,
			"Log forced for lack of space %llu, reused by metadata %llu, trimmed from free extents %llu\n",
			busy->forced, busy->reused, busy->trimmed);
	if (fs->has_status)
		fprintf(out, "Commits that frsp.ko asked for: %llu\n",
			fs->since.status.commits_requested);
	print_lifetimes(out, busy, view);
	return 0;
}
