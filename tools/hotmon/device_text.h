/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of devices as text, the same for reports and for the live view. */
#ifndef FRSP_HOTMON_DEVICE_TEXT_H
#define FRSP_HOTMON_DEVICE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "hotmon/devices.h"

/* Prints the table of devices, that of filesystems and a line on what the BPF
 * program costs; the titles of the first table are the first line. exact: all
 * digits. steady: columns stay in place from frame to frame. Returns 0 or
 * -errno.
 */
int device_text_print(FILE *out, const struct device_frame *frame, bool exact,
		      bool steady);

#endif
