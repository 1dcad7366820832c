/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of frsp-top's JSON about a filesystem's extent status tree. */
#ifndef FRSP_ES_JSON_H
#define FRSP_ES_JSON_H

#include <json-c/json.h>

#include "top/model.h"

/* The inodes must be named (top_model_name_inodes()). */
struct json_object *es_json(const struct top_fs *fs);

#endif
