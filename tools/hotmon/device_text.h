/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of devices as text, the same for reports and for the live view. */
#ifndef FRSP_HOTMON_DEVICE_TEXT_H
#define FRSP_HOTMON_DEVICE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "hotmon/devices.h"

struct device_text_style {
	bool exact;    /* all digits */
	bool live;     /* columns stay in place from frame to frame */
	int n_columns; /* of the terminal; 0: any width will do */
	int shift;     /* of the paths, for table_fit() */
};

/* Prints the table of devices, that of filesystems and a line on what the BPF
 * program costs; the titles of the first table are the first line. The tables
 * are fitted to the terminal, the last line is not. style->shift becomes the
 * longest way that table_fit() moved the paths of a table. Returns 0 or -errno.
 */
int device_text_print(FILE *out, const struct device_frame *frame,
		      struct device_text_style *style);

#endif
