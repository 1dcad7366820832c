// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen Heat: hotmon's tables, for all filesystems, for the one that the
 * user named, or for the one that is chosen in the overview.
 */
#include "base/sgr.h"
#include "heat/text.h"
#include "top/view.h"

static enum hot_view shown_view(const struct top_view *view)
{
	return view->ranges ? HOT_VIEW_RANGES : HOT_VIEW_FILES;
}

void top_heat_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view)
{
	const struct hot_rows *rows =
		hot_view_rows(&frame->heat, shown_view(view));

	hot_monitor_name(top_model_hot(model), rows, 0, rows->n_rows);
}

/* Says which filesystems the rows are of, and of when their numbers. */
static void print_scope(FILE *out, const struct top_frame *frame,
			const struct top_view *view)
{
	const struct top_fs *fs = NULL;

	for (size_t i = 0; i < frame->n_fs && !view->all; i++)
		if (frame->fs[i].dev == view->dev)
			fs = &frame->fs[i];
	fprintf(out, "%s", top_style(view, SGR_HEAD));
	if (fs)
		fprintf(out, "%s  %s", fs->shown, fs->mount_label);
	else if (view->dev && !view->all)
		fputs("the chosen filesystem is not mounted any more", out);
	else if (frame->only)
		fprintf(out, "%s  %s", frame->fs[0].shown,
			frame->fs[0].mount_label);
	else
		fputs("all filesystems", out);
	fprintf(out, "%s  rates: last %.1f s%s\n", top_style(view, SGR_RESET),
		frame->heat.interval_s,
		!view->n_columns || !view->dev ? ""
		: !view->all		       ? "; a: all filesystems"
					       : "; a: the chosen one");
}

int top_heat_print(FILE *out, const struct top_frame *frame,
		   const struct top_view *view)
{
	const struct hot_text_style style = {
		.table.view = shown_view(view),
		.table.exact = view->exact,
		.table.n_columns = view->n_columns,
		.color = view->color,
	};

	if (!frame->has_heat) {
		fputs("unwatched: the kernel lacks the tracepoint block_bio_queue\n",
		      out);
		return 0;
	}
	print_scope(out, frame, view);
	return hot_text_write(out, &frame->heat, &style);
}
