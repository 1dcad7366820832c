/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a frame of its JSON document (heat/json.h), so that what draws frames
 * draws those of another process, too. The document is what frspd sent: numbers
 * may be any, so nothing here trusts them.
 */
#ifndef FRSP_HOT_FRAME_READ_H
#define FRSP_HOT_FRAME_READ_H

#include "heat/monitor.h"

struct json_object;

struct hot_frame_reader;

struct hot_frame_reader *hot_frame_reader_new(void); /* NULL: no memory */
void hot_frame_reader_free(struct hot_frame_reader *reader);

/* What frspd adds to the document, see docs/io.frsp.varlink. */
struct hot_frame_more {
	__u64 wall_ns;
	double events_per_s, ns_per_event;
	__u32 n_ranges, n_groups; /* in all */
};

/* The frame is valid until the next call; the document need not live longer.
 * request: for which it was made; its .view says which groups it has. Returns 0
 * or -ENOMEM.
 */
int hot_frame_read(struct hot_frame_reader *reader,
		   struct json_object *document,
		   const struct hot_frame_more *more,
		   const struct hot_frame_request *request,
		   struct hot_frame *frame);

#endif
