// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"

#define USUAL_ROWS     20
#define MAX_FILTER_LEN 1024

struct json_object *hot_request_json(const struct hot_frame_request *request)
{
	struct json_object *object = json_object_new_object();
	char sort[32], dev[32];

	if (!object)
		return NULL;
	snprintf(sort, sizeof(sort), "%s%s", request->sort.ascending ? "+" : "",
		 hot_sort_names[request->sort.key][0]);
	json_add_string(object, "sort", sort);
	json_add_u64(object, "rows", request->max_rows);
	json_add_string(object, "view", hot_view_names[request->view]);
	json_add_bool(object, "ranges", request->ranges);
	json_add_bool(object, "metadata", !request->no_metadata);
	if (request->filter && *request->filter)
		json_add_text(object, "filter", request->filter);
	if (request->fs_dev) {
		snprintf(dev, sizeof(dev), "%u:%u", kdev_major(request->fs_dev),
			 kdev_minor(request->fs_dev));
		json_add_string(object, "dev", dev);
	}
	return object;
}

static bool read_view(const char *text, enum hot_view *view)
{
	for (int i = 0; i < HOT_NR_VIEWS; i++)
		if (!strcmp(text, hot_view_names[i])) {
			*view = i;
			return true;
		}
	return false;
}

static bool read_sort(const char *text, struct hot_sort *sort)
{
	return !hot_sort_parse(text, sort) &&
	       !hot_sort_needs_latency(sort->key);
}

/* The type that each parameter has. */
static const struct {
	const char *name;
	enum json_type type;
} known[] = {
	{"sort", json_type_string},   {"rows", json_type_int},
	{"view", json_type_string},   {"ranges", json_type_boolean},
	{"filter", json_type_string}, {"metadata", json_type_boolean},
	{"dev", json_type_string},
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

/* The first parameter that is unknown or of another type, or NULL. */
static const char *find_stranger(struct json_object *parameters)
{
	struct json_object_iterator at, end;
	size_t i;

	if (!parameters)
		return NULL;
	at = json_object_iter_begin(parameters);
	end = json_object_iter_end(parameters);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		struct json_object *value = json_object_iter_peek_value(&at);

		for (i = 0; i < N_KNOWN && strcmp(known[i].name, name); i++)
			;
		if (i == N_KNOWN ||
		    (value && !json_object_is_type(value, known[i].type)))
			return name;
	}
	return NULL;
}

static __u32 rows_of(struct json_object *parameters)
{
	__u64 rows = json_object_object_get(parameters, "rows")
			     ? json_get_u64(parameters, "rows")
			     : USUAL_ROWS;

	return rows && rows < HOT_REQUEST_MAX_ROWS ? rows
						   : HOT_REQUEST_MAX_ROWS;
}

int hot_request_read(struct json_object *parameters,
		     struct hot_frame_request *request, const char **wrong)
{
	const char *sort = json_get_text(parameters, "sort");
	const char *view = json_get_text(parameters, "view");
	const char *dev = json_get_text(parameters, "dev");
	const char *filter = json_get_text(parameters, "filter");

	*request = (struct hot_frame_request){
		.max_rows = rows_of(parameters),
		.ranges = json_get_bool(parameters, "ranges"),
		.no_metadata = json_object_object_get(parameters, "metadata") &&
			       !json_get_bool(parameters, "metadata"),
		.filter = filter,
	};
	*wrong = find_stranger(parameters);
	if (!*wrong && sort && !read_sort(sort, &request->sort))
		*wrong = "sort";
	if (!*wrong && view && !read_view(view, &request->view))
		*wrong = "view";
	if (!*wrong && dev && !mount_parse_dev(dev, &request->fs_dev))
		*wrong = "dev";
	if (!*wrong && filter && strlen(filter) > MAX_FILTER_LEN)
		*wrong = "filter";
	return *wrong ? -EINVAL : 0;
}
