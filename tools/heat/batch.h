/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as text for pipes, files and dumb terminals. */
#ifndef FRSP_HOT_BATCH_H
#define FRSP_HOT_BATCH_H

#include <stdio.h>

#include "heat/columns.h"
#include "heat/monitor.h"

struct hot_batch_style {
	enum hot_view view;
	bool exact; /* all digits */
	bool color;
	bool timestamp; /* in front of each report */
};

/* Returns 0 or -errno. */
int hot_batch_write(FILE *out, struct hot_monitor *monitor,
		    const struct hot_frame *frame,
		    const struct hot_batch_style *style);

#endif
