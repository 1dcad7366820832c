// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen Heat: hotmon's tables, for all filesystems or for the one that the
 * user named.
 */
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
		fputs("disk I/O is not watched: the kernel lacks the tracepoint block_bio_queue\n",
		      out);
		return 0;
	}
	return hot_text_write(out, &frame->heat, &style);
}
