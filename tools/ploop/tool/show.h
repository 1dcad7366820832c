/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows the progress of long work, and ends it when somebody interrupts. */
#ifndef FRSP_PLOOP_SHOW_H
#define FRSP_PLOOP_SHOW_H

#include "ploop/tool/tool.h"

struct show {
	const char *path;
	enum progress_where where;
	double began_s, shown_s;
	struct progress_line line;
	bool was_interrupted;
};

/* Begins. path: what the work is about. */
void show_begin(struct show *show, const struct ctl *ctl, const char *path);
/* context: a struct show. 0, or -EINTR: interrupted. */
int show_progress(void *context, __u64 done, __u64 total);
void show_end(struct show *show);

#endif
