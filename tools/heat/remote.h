/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames that frspd takes (its method GetHot), in place of a table of our own.
 * They need neither rights nor BPF programs. Latencies and pages of files are
 * not in them.
 */
#ifndef FRSP_HOT_REMOTE_H
#define FRSP_HOT_REMOTE_H

#include "heat/monitor.h"

struct hot_remote;
struct json_object;

/* Asks frspd to begin: the first frame's rates are those from now on. Returns 0
 * or, as all functions here, what varlink_open() and varlink_ask() return.
 */
int hot_remote_open(struct hot_remote **out);
void hot_remote_close(struct hot_remote *remote); /* NULL: does nothing */

/* What frspd says about the last error, or NULL. NULL has none. */
const char *hot_remote_why(const struct hot_remote *remote);

int hot_remote_sample(struct hot_remote *remote,
		      const struct hot_frame_request *request,
		      struct hot_frame *frame);

/* The document of the latest frame, as hot_json_document() made it. It is
 * remote's.
 */
struct json_object *hot_remote_document(const struct hot_remote *remote);

/* As hot_monitor_filesystems(). */
size_t hot_remote_filesystems(const struct hot_remote *remote,
			      struct hot_filesystem *list, size_t max);

#endif
