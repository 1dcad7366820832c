/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads members of JSON objects of json-c. A member that is missing, or of
 * another type, reads as 0, false, "" or nothing, so that a document with less
 * in it than expected is no error. object: NULL: has no members.
 */
#ifndef FRSP_JSON_IN_H
#define FRSP_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>
#include <linux/types.h>

/* A negative number reads as 0. */
__u64 json_get_u64(struct json_object *object, const char *key);
double json_get_number(struct json_object *object, const char *key);
bool json_get_bool(struct json_object *object, const char *key);

/* The text is valid as long as the object. NULL: it is missing or null. */
const char *json_get_text(struct json_object *object, const char *key);

/* NULL: it is missing, null or of another type. */
struct json_object *json_get_object(struct json_object *object,
				    const char *key);
struct json_object *json_get_array(struct json_object *object, const char *key);

/* How many elements the array has; NULL has none. */
size_t json_count(struct json_object *array);

#endif
