// SPDX-License-Identifier: GPL-2.0-or-later
#include "varlink/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#define MAX_DEPTH 32

/* Returns an object, or NULL and sets *err. */
static struct json_object *parse(const char *text, size_t len, int *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *object;

	*err = tokener ? -EBADMSG : -ENOMEM;
	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* with its NUL, so that a number at the end is known to be whole */
	object = json_tokener_parse_ex(tokener, text, len + 1);
	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

/* The member if it is of this type. NULL: there is none. *err: -EBADMSG: it is
 * of another one.
 */
static struct json_object *member(struct json_object *object, const char *key,
				  enum json_type type, int *err)
{
	struct json_object *found = NULL;

	if (!json_object_object_get_ex(object, key, &found) || !found)
		return NULL;
	if (json_object_is_type(found, type))
		return found;
	*err = -EBADMSG;
	return NULL;
}

int varlink_call_read(const char *text, size_t len, struct varlink_call *call)
{
	struct json_object *object, *method, *oneway;
	int err;

	*call = (struct varlink_call){0};
	object = parse(text, len, &err);
	if (!object)
		return err;
	err = 0;
	method = member(object, "method", json_type_string, &err);
	oneway = member(object, "oneway", json_type_boolean, &err);
	call->object = object;
	call->parameters = member(object, "parameters", json_type_object, &err);
	call->oneway = oneway && json_object_get_boolean(oneway);
	if (!method)
		err = -EBADMSG;
	else
		call->method = json_object_get_string(method);
	if (err)
		varlink_call_free(call);
	return err;
}

void varlink_call_free(struct varlink_call *call)
{
	json_object_put(call->object);
	*call = (struct varlink_call){0};
}

int varlink_reply_read(const char *text, size_t len,
		       struct varlink_reply *reply)
{
	struct json_object *object, *error;
	int err;

	*reply = (struct varlink_reply){0};
	object = parse(text, len, &err);
	if (!object)
		return err;
	err = 0;
	error = member(object, "error", json_type_string, &err);
	reply->object = object;
	reply->parameters =
		member(object, "parameters", json_type_object, &err);
	reply->error = error ? json_object_get_string(error) : NULL;
	if (err)
		varlink_reply_free(reply);
	return err;
}

void varlink_reply_free(struct varlink_reply *reply)
{
	json_object_put(reply->object);
	*reply = (struct varlink_reply){0};
}

/* Makes the text of {"KEY":"VALUE","parameters":...}. value: NULL: without it. */
static char *make(const char *key, const char *value,
		  struct json_object *parameters, size_t *len)
{
	struct json_object *object = json_object_new_object();
	const char *text = NULL;
	char *copy = NULL;

	if (!object) {
		json_object_put(parameters);
		return NULL;
	}
	if (value)
		json_object_object_add(object, key,
				       json_object_new_string(value));
	json_object_object_add(object, "parameters",
			       parameters ?: json_object_new_object());
	text = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		len);
	if (text)
		copy = malloc(++*len);
	if (copy)
		memcpy(copy, text, *len);
	json_object_put(object);
	return copy;
}

char *varlink_call_text(const char *method, struct json_object *parameters,
			size_t *len)
{
	return make("method", method, parameters, len);
}

char *varlink_reply_text(const char *error, struct json_object *parameters,
			 size_t *len)
{
	return make("error", error, parameters, len);
}
