// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json_in.h"

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &member);
	return member;
}

static struct json_object *get_typed(struct json_object *object,
				     const char *key, enum json_type type)
{
	struct json_object *member = get(object, key);

	return member && json_object_is_type(member, type) ? member : NULL;
}

__u64 json_get_u64(struct json_object *object, const char *key)
{
	struct json_object *member = get_typed(object, key, json_type_int);

	return member ? json_object_get_uint64(member) : 0;
}

double json_get_number(struct json_object *object, const char *key)
{
	struct json_object *member = get(object, key);

	return json_object_is_type(member, json_type_double) ||
			       json_object_is_type(member, json_type_int)
		       ? json_object_get_double(member)
		       : 0;
}

bool json_get_bool(struct json_object *object, const char *key)
{
	struct json_object *member = get_typed(object, key, json_type_boolean);

	return member && json_object_get_boolean(member);
}

const char *json_get_text(struct json_object *object, const char *key)
{
	struct json_object *member = get_typed(object, key, json_type_string);

	return member ? json_object_get_string(member) : NULL;
}

struct json_object *json_get_object(struct json_object *object, const char *key)
{
	return get_typed(object, key, json_type_object);
}

struct json_object *json_get_array(struct json_object *object, const char *key)
{
	return get_typed(object, key, json_type_array);
}

size_t json_count(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}
