/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds JSON objects of json-c field by field, and prints them on one line. */
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
/* text: any bytes, which become valid UTF-8, or NULL for null */
struct json_object *json_text(const char *text);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
/* The value with this number of decimals. */
struct json_object *json_number(double value, int decimals);
void json_add_number(struct json_object *object, const char *key, double value,
		     int decimals);

/* Adds an array of the buckets, up to the last that is not empty. */
void json_add_histogram(struct json_object *object, const char *key,
			const __u64 *buckets, size_t n);

/* A document with the fields that all documents have: the schema's name, the
 * machine, its boot id, and the time. NULL: no memory.
 */
struct json_object *json_document(const char *schema, __u64 wall_ns,
				  __u64 mono_ns);

/* The boot id of this machine, 36 characters; "": unknown. */
#define JSON_BOOT_ID_LEN 40
void json_boot_id(char boot_id[JSON_BOOT_ID_LEN]);

/* Prints the document and a newline, and frees it. Does not flush. 0, -ENOMEM,
 * or another -errno; after a failed write ferror() is true, too.
 */
int json_print(FILE *out, struct json_object *document);

/*
 * The same in parts, for a document that may be large. It ends with an empty
 * array, and tail is how: such as "]}". json_print_head() prints what is before
 * the tail, json_print_item() an object of the array, and the caller at last
 * the tail and a newline.
 */
int json_print_head(FILE *out, struct json_object *document, const char *tail);
int json_print_item(FILE *out, struct json_object *object, bool is_first);

#endif
