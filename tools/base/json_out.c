// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/fmt.h"
#include "base/utf8.h"

void json_add_u64(struct json_object *object, const char *key, __u64 value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

void json_add_string(struct json_object *object, const char *key,
		     const char *value)
{
	json_object_object_add(object, key,
			       value ? json_object_new_string(value) : NULL);
}

struct json_object *json_text(const char *text)
{
	char *repaired = text ? utf8_repaired(text) : NULL;
	struct json_object *object =
		repaired ? json_object_new_string(repaired) : NULL;

	free(repaired);
	return object;
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	json_object_object_add(object, key, json_text(text));
}

struct json_object *json_number(double value, int decimals)
{
	char text[FMT_LEN];

	snprintf(text, sizeof(text), "%.*f", decimals, value);
	return json_object_new_double_s(value, text);
}

void json_add_number(struct json_object *object, const char *key, double value,
		     int decimals)
{
	json_object_object_add(object, key, json_number(value, decimals));
}

void json_add_histogram(struct json_object *object, const char *key,
			const __u64 *buckets, size_t n)
{
	struct json_object *array = json_object_new_array();

	while (n && !buckets[n - 1])
		n--;
	for (size_t i = 0; i < n; i++)
		json_object_array_add(array,
				      json_object_new_uint64(buckets[i]));
	json_object_object_add(object, key, array);
}

void json_boot_id(char boot_id[JSON_BOOT_ID_LEN])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*boot_id = 0;
	if (!file)
		return;
	if (fgets(boot_id, JSON_BOOT_ID_LEN, file))
		boot_id[strcspn(boot_id, "\n")] = 0;
	fclose(file);
}

static void add_origin(struct json_object *object)
{
	char boot_id[JSON_BOOT_ID_LEN];
	struct utsname names;

	uname(&names);
	json_add_text(object, "host", names.nodename);
	json_boot_id(boot_id);
	json_add_string(object, "boot_id", boot_id);
}

struct json_object *json_document(const char *schema, __u64 wall_ns,
				  __u64 mono_ns)
{
	struct json_object *document = json_object_new_object();
	char ts[FMT_LEN];

	if (!document)
		return NULL;
	json_add_string(document, "schema", schema);
	add_origin(document);
	json_add_string(document, "ts", fmt_rfc3339(ts, wall_ns));
	json_add_u64(document, "mono_ns", mono_ns);
	return document;
}

/* Prints the object between two texts, without its last n bytes. */
static int print(FILE *out, const char *before, struct json_object *object,
		 size_t n, const char *after)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		&len);
	int err = 0;

	if (!text)
		err = -ENOMEM;
	else if (fprintf(out, "%s%.*s%s", before, (int)(len - n), text, after) <
		 0)
		err = -errno;
	json_object_put(object);
	return err;
}

int json_print(FILE *out, struct json_object *document)
{
	return print(out, "", document, 0, "\n");
}

int json_print_head(FILE *out, struct json_object *document, const char *tail)
{
	return print(out, "", document, strlen(tail), "");
}

int json_print_item(FILE *out, struct json_object *object, bool is_first)
{
	return print(out, is_first ? "" : ",", object, 0, "");
}
