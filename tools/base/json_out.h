/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON objects as json-c has them, field by field, and out on one line. */
#ifndef FRSP_JSON_OUT_H
#define FRSP_JSON_OUT_H

#include <stdbool.h>
#include <stdio.h>
#include <json-c/json.h>
#include <linux/types.h>

void json_add_u64(struct json_object *object, const char *key, __u64 value);
void json_add_bool(struct json_object *object, const char *key, bool value);
/* value: UTF-8, or NULL for null */
void json_add_string(struct json_object *object, const char *key,
		     const char *value);
/* text: made UTF-8, whatever bytes it is of, or NULL for null */
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
/* With so many decimals. */
void json_add_number(struct json_object *object, const char *key, double value,
		     int decimals);

/* An array of the buckets up to the last that has something. */
void json_add_histogram(struct json_object *object, const char *key,
			const __u64 *buckets, size_t n);

/* A document with what all have: the schema's name, which machine, which time
 * that it runs, and when. NULL: no memory.
 */
struct json_object *json_document(const char *schema, __u64 wall_ns,
				  __u64 mono_ns);

/* Prints the document and a newline, and frees it. Does not flush. 0, -ENOMEM,
 * or another -errno, which the stream has, too: ferror().
 */
int json_print(FILE *out, struct json_object *document);

#endif
