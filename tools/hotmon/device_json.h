/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of devices as JSON; docs/hotmon.schema.json describes it. */
#ifndef FRSP_HOTMON_DEVICE_JSON_H
#define FRSP_HOTMON_DEVICE_JSON_H

#include "hotmon/devices.h"

struct json_object;

/* Adds what --devices adds to a report. */
void device_json_add(struct json_object *document,
		     const struct device_frame *frame);

#endif
