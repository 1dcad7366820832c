/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A screen as text, for reports, for files and for the live view. */
#ifndef FRSP_TOP_REPORT_H
#define FRSP_TOP_REPORT_H

#include "top/view.h"

#define TOP_REPORT_LEN 256

/* The screen that view says, with sequences of sgr.h if it has colours; the
 * caller frees *text. 0 or -errno.
 */
int top_report_text(char **text, struct top_model *model,
		    const struct top_frame *frame, const struct top_view *view);

/* One line: what watching costs, and what was lost; TOP_REPORT_LEN is enough. */
void top_report_cost(char *line, size_t size, const struct top_frame *frame);

/* Screen, cost and an empty line, flushed. 0 or -errno. */
int top_report_write(FILE *out, struct top_model *model,
		     const struct top_frame *frame, const struct top_view *view,
		     bool timestamp);

/* The same into a new file, without colours; -EEXIST: there is one; -ETIMEDOUT:
 * its filesystem does not answer.
 */
int top_report_snapshot(const char *path, struct top_model *model,
			const struct top_frame *frame,
			const struct top_view *view);

#endif
