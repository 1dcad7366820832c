/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates of fs/diskstats.h as JSON, the same in all documents. */
#ifndef FRSP_DISKSTATS_JSON_H
#define FRSP_DISKSTATS_JSON_H

#include "fs/diskstats.h"

struct json_object;

/* Adds the members read, write and discard. known: false: with null values. */
void diskstats_json_ops(struct json_object *object, bool known,
			const struct diskstats_rates *rates);

/* Adds a number with three decimals, or null if it is not known. */
void diskstats_json_number(struct json_object *object, const char *key,
			   bool known, double value);

#endif
