/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of device_text.h line by line, for a view that scrolls. */
#ifndef FRSP_HOTMON_DEVICE_LINES_H
#define FRSP_HOTMON_DEVICE_LINES_H

#include "hotmon/device_text.h"

struct device_lines {
	char *text;
	char **lines; /* the first has the titles of the columns */
	__u32 n;
};

/* style: as for device_text_print(). Returns 0 or -errno; then there is nothing
 * to free.
 */
int device_lines_make(const struct device_frame *frame,
		      struct device_text_style *style,
		      struct device_lines *lines);
void device_lines_free(struct device_lines *lines);

/* How many lines the text has, without the first. */
__u32 device_lines_count(const struct device_frame *frame);

#endif
