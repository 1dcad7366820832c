/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frsp-top's live view: the terminal and the keys. The text of each screen is
 * that of top/view.h.
 */
#ifndef FRSP_TOP_LIVE_H
#define FRSP_TOP_LIVE_H

#include "cli/report_loop.h"
#include "top/view.h"
#include "ui/opts.h"

/* What the user has chosen with the keys. */
struct top_live {
	struct report_pace pace;
	struct top_view view;
	int scroll; /* lines above the first one shown */
	bool help;
	bool typing;	  /* the filter is being typed */
	char notice[128]; /* what the last key did; empty: nothing to say */
};

/* As screen_start(), and sets up colours. Call screen_stop() at the end. */
bool top_live_start(struct top_live *live);

/* Draws the screen or the help, after top_view_look_up(). Returns 0 or -errno. */
int top_live_draw(struct top_live *live, const struct top_frame *frame);

/* Handles the keys pressed since the last call. */
enum report_change top_live_keys(struct top_live *live, struct top_model *model,
				 struct top_frame *frame);

/* What the next frame needs for the present screen. */
struct top_request top_live_request(const struct top_live *live);

#endif
