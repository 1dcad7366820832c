// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen ES cache: the extent status tree of one filesystem, as a cache of
 * block mappings.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "base/hist.h"
#include "base/path_fit.h"
#include "base/sgr.h"
#include "top/view.h"

#define PATH_COLUMN 30 /* of the tables of inodes */

static const char *const insert_names[FRSP_ES_NR_INSERTS] = {
	[FRSP_ES_INSERT_WRITTEN] = "written",
	[FRSP_ES_INSERT_UNWRITTEN] = "unwritten",
	[FRSP_ES_INSERT_DELAYED] = "delayed",
	[FRSP_ES_INSERT_HOLE] = "hole",
};

/* Prints a character per interval, the latest last. Example: "03X-": less than
 * 10 % hits, 30 to 39 %, all look-ups were hits, no look-ups.
 */
static void print_history(FILE *out, const struct top_history *history)
{
	fputs("Hits in each of the last intervals, in tenths of the lookups (X: all, -: idle): ",
	      out);
	for (size_t i = 0; i < history->n; i++) {
		int percent = history->percent[i];

		if (percent == TOP_HISTORY_NONE)
			fputc('-', out);
		else
			fputc(percent == 100 ? 'X' : '0' + percent / 10, out);
	}
	fputc('\n', out);
}

static void print_use(FILE *out, const struct frsp_es_fs *totals)
{
	__u64 lookups = totals->hits + totals->misses;

	fprintf(out, "Lookups %llu, hits %llu, misses %llu: %.1f%% hits\n",
		lookups, totals->hits, totals->misses,
		lookups ? 100.0 * totals->hits / lookups : 0);
	fputs("Inserted", out);
	for (int i = 0; i < FRSP_ES_NR_INSERTS; i++)
		fprintf(out, " %s %llu,", insert_names[i], totals->inserts[i]);
	fprintf(out, " read ahead %llu; removed %llu\n", totals->cached,
		totals->removals);
}

static void print_shrinker(FILE *out, const struct frsp_es_fs *totals,
			   const struct top_view *view)
{
	char mean[FMT_LEN];

	if (!totals->runs) {
		fputs("Shrinker: no runs\n", out);
		return;
	}
	fprintf(out,
		"Shrinker: %llu runs, asked to look at %llu entries, freed %llu, skipped %llu inodes; %s each\n",
		totals->runs, totals->asked, totals->freed, totals->skipped,
		hist_fmt_ns(mean, (double)totals->run_ns / totals->runs));
	hist_print(out, "Time of a run", totals->run, LOG2_NS_BUCKETS, HIST_NS,
		   top_view_bars(view));
}

/* Prints a path, shortened to fit into the terminal of a live view. */
static void print_path(FILE *out, const char *label,
		       const struct top_view *view)
{
	int room = view->n_columns - PATH_COLUMN, shift = 0;
	char *fitting = view->n_columns ? malloc(path_fit_size(label)) : NULL;

	if (fitting)
		path_fit(label, room, &shift, fitting);
	fprintf(out, "%s\n", fitting ?: label);
	free(fitting);
}

static void print_top(FILE *out, const struct top_fs *fs, enum es_order order,
		      const char *title, const struct top_view *view)
{
	const struct es_top *top = &fs->es.top[order];
	char label[PATH_LABEL_LEN];

	if (!top->n_rows)
		return;
	fprintf(out, "%s%8s %10s %8s  %s%s\n", top_style(view, SGR_HEAD),
		"ENTRIES", "LOOKUPS", "MISSES", title,
		top_style(view, SGR_RESET));
	for (size_t i = 0; i < top->n_rows; i++) {
		const struct es_row *row = &top->rows[i];

		path_label(fs->es_files[order][i], row->inode.ino,
			   row->inode.dev, row->inode.gen, label,
			   sizeof(label));
		fprintf(out, "%8llu %10llu %8llu  ", row->counts.entries,
			row->counts.hits + row->counts.misses,
			row->counts.misses);
		print_path(out, label, view);
	}
}

void top_escache_look_up(struct top_model *model, struct top_frame *frame,
			 const struct top_view *view)
{
	struct top_fs *fs = top_view_fs(frame, view);

	if (fs)
		top_model_name_inodes(model, frame, fs);
}

/* What the kernel says of itself. */
static void print_now(FILE *out, const struct es_cache *es)
{
	if (es->has_info)
		fprintf(out,
			"Entries now %llu, reclaimable %llu in %llu inodes, delayed %llu\n",
			es->info.entries, es->info.reclaimable, es->info.inodes,
			es_info_delayed(&es->info));
}

int top_escache_print(FILE *out, const struct top_frame *frame,
		      const struct top_view *view)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct es_cache *es;

	if (!top_view_head(out, fs, view))
		return 0;
	if (frame->is_remote)
		print_now(out, &fs->es);
	if (top_view_remote(out, frame))
		return 0;
	if (!fs->has_es) {
		fprintf(out, "%s\n", top_view_unwatched(fs));
		return 0;
	}
	es = &fs->es;
	print_now(out, es);
	if (es->has_inodes)
		fprintf(out,
			"Inodes counted one by one %llu; evicted to make room, of all filesystems %llu\n",
			es->n_tracked, es->n_evicted);
	else
		fputs("The present entries and their inodes are not known of this frame\n",
		      out);
	top_view_since(out, frame, view);
	print_use(out, &fs->since.es);
	print_shrinker(out, &fs->since.es, view);
	print_history(out, &fs->es_history);
	if (es->top[ES_BY_ENTRIES].n_rows)
		fprintf(out,
			"Inodes, with lookups and misses since %s, whatever was reset:\n",
			frame->origin == TOP_SINCE_PIN ? "--pin" : "start");
	print_top(out, fs, ES_BY_ENTRIES, "MOST ENTRIES", view);
	print_top(out, fs, ES_BY_MISSES, "MOST MISSES", view);
	return 0;
}
