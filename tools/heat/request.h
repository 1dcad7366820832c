/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frame somebody wants, as the parameters of the method GetHot of frspd
 * (docs/io.frsp.varlink).
 */
#ifndef FRSP_HOT_REQUEST_H
#define FRSP_HOT_REQUEST_H

#include "heat/monitor.h"

struct json_object;

/* The most rows that one frame has for others. */
#define HOT_REQUEST_MAX_ROWS 4096

/* NULL: no memory. The latencies and the tree of the request are left out. */
struct json_object *hot_request_json(const struct hot_frame_request *request);

/* The filter of the request lives as long as parameters, which may be NULL. On
 * error *wrong is the parameter that is wrong. Returns 0 or -EINVAL.
 */
int hot_request_read(struct json_object *parameters,
		     struct hot_frame_request *request, const char **wrong);

#endif
