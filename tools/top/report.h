/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a screen as text, for reports, for files and for the live view. */
#ifndef FRSP_TOP_REPORT_H
#define FRSP_TOP_REPORT_H

#include "top/view.h"

#define TOP_REPORT_LEN 256

/* What the next frame needs for a report. */
struct top_request top_report_request(const struct top_view *view);

/* Prints the view's screen into *text, which the caller frees. If the view has
 * colours, the text has sequences of base/sgr.h. Returns 0 or -errno.
 */
int top_report_text(char **text, const struct top_frame *frame,
		    const struct top_view *view);

/* Prints one line: what the BPF programs cost, and how many events were lost.
 * TOP_REPORT_LEN bytes are enough.
 */
void top_report_cost(char *line, size_t size, const struct top_frame *frame);

/* Prints the screen, the cost and an empty line, and flushes. Returns 0 or
 * -errno.
 */
int top_report_write(FILE *out, const struct top_frame *frame,
		     const struct top_view *view, bool timestamp);

/* Prints the same with the time into a new file, without colours. Returns 0,
 * -EEXIST: the file exists, -ETIMEDOUT: its filesystem does not answer, or
 * another -errno.
 */
int top_report_snapshot(const char *path, const struct top_frame *frame,
			const struct top_view *view);

#endif
