/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What frsp-top --json says of a filesystem's extent status tree. */
#ifndef FRSP_ES_JSON_H
#define FRSP_ES_JSON_H

#include <json-c/json.h>

#include "top/model.h"

/* The model is asked for the paths of the inodes. */
struct json_object *es_json(const struct top_model *model,
			    const struct es_cache *cache);

#endif
