/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frsp-top's live view: what is on the screen and what the keys do. The text is
 * that of top_view.h.
 */
#ifndef FRSP_TOP_LIVE_H
#define FRSP_TOP_LIVE_H

#include "cli/report_loop.h"
#include "top/view.h"
#include "ui/opts.h"

/* What the person at the keys has chosen. */
struct top_live {
	struct top_view view;
	struct hot_sort heat_sort;
	double interval_s;
	int scroll; /* lines above the first one shown */
	bool paused, help, quit;
	bool typing;	  /* the filter is being typed */
	char notice[128]; /* of the last action; empty: none */
};

/* As screen_start(); after it, and until the end, screen_stop() is due. */
bool top_live_start(struct top_live *live);

/* 0 or -errno */
int top_live_draw(struct top_live *live, struct top_model *model,
		  const struct top_frame *frame);

/* Handles the keys pressed since the last call. */
enum report_change top_live_keys(struct top_live *live, struct top_model *model,
				 const struct top_frame *frame);

/* Which rows of the heat the screen can show. */
struct top_request top_live_request(const struct top_live *live,
				    enum opts_output output);

#endif
