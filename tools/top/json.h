/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp-top's JSON, as in docs/frsp-top.schema.json. */
#ifndef FRSP_TOP_JSON_H
#define FRSP_TOP_JSON_H

#include <stdio.h>

#include "top/view.h"

#define TOP_JSON_SCHEMA "frsp.top/1"

/* What the next frame needs for top_json_write(). */
struct top_request top_json_request(const struct top_view *view);

/* Looks up what top_json_write() shows of the latest frame besides numbers. */
void top_json_look_up(struct top_model *model, struct top_frame *frame,
		      const struct top_view *view);

/* Prints a frame as one line and flushes. It has the maps only if view->screen
 * is TOP_MAP, and the heat only if it is TOP_HEAT. Returns 0 or -errno.
 */
int top_json_write(FILE *out, const struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view);

#endif
