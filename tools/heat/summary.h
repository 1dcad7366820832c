/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines below hotmon's tables: I/O without a file, hotmon's own cost. */
#ifndef FRSP_HOT_SUMMARY_H
#define FRSP_HOT_SUMMARY_H

#include "heat/monitor.h"

#define HOT_SUMMARY_LINES 3
#define HOT_SUMMARY_LEN	  256

void hot_summary(char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN],
		 const struct hot_frame *frame, bool exact);

#endif
