// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen Heat: hotmon's tables, for all filesystems or for the one that the
 * user named.
 */
#include "heat/text.h"
#include "top/view.h"

int top_heat_print(FILE *out, struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view)
{
	const struct hot_text_style style = {
		.view = view->ranges ? HOT_VIEW_RANGES : HOT_VIEW_FILES,
		.exact = view->exact,
		.color = view->color,
	};

	if (!frame->has_heat) {
		fputs("disk I/O is not watched: the kernel lacks the tracepoint block_bio_queue\n",
		      out);
		return 0;
	}
	return hot_text_write(out, top_model_hot(model), &frame->heat, &style);
}
