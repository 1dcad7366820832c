// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/diskstats_json.h"

#include "base/json_out.h"

#define DECIMALS 3

void diskstats_json_number(struct json_object *object, const char *key,
			   bool known, double value)
{
	if (known)
		json_add_number(object, key, value, DECIMALS);
	else
		json_object_object_add(object, key, NULL);
}

static void add_op(struct json_object *object, const char *key, bool known,
		   const struct diskstats_op_rates *rates)
{
	struct json_object *op = json_object_new_object();

	diskstats_json_number(op, "per_s", known, rates->per_s);
	if (known)
		json_add_u64(op, "bytes_per_s", rates->bytes_per_s + 0.5);
	else
		json_object_object_add(op, "bytes_per_s", NULL);
	json_object_object_add(object, key, op);
}

void diskstats_json_ops(struct json_object *object, bool known,
			const struct diskstats_rates *rates)
{
	add_op(object, "read", known, &rates->reads);
	add_op(object, "write", known, &rates->writes);
	add_op(object, "discard", known, &rates->discards);
}
