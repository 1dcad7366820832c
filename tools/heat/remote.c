// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "heat/frame_read.h"
#include "heat/request.h"
#include "varlink/client.h"

#define METHOD "io.frsp.GetHot"
/* It may look up thousands of paths, on a slow disk. */
#define PATIENCE_S 30

struct hot_remote {
	struct varlink_client *client;
	struct hot_frame_reader *reader;
	struct varlink_reply reply; /* the latest */
	char *why;		    /* NULL: no error yet */
};

static int ask(struct hot_remote *remote,
	       const struct hot_frame_request *request)
{
	struct json_object *parameters = hot_request_json(request);
	const char *why;
	int err;

	if (!parameters)
		return -ENOMEM;
	varlink_reply_free(&remote->reply);
	err = varlink_ask(remote->client, METHOD, parameters, PATIENCE_S,
			  &remote->reply);
	why = err ? varlink_why(remote->client) : NULL;
	free(remote->why);
	remote->why = why ? strdup(why) : NULL;
	return err;
}

int hot_remote_open(struct hot_remote **out)
{
	const struct hot_frame_request nothing = {.max_rows = 1};
	struct hot_remote *remote = calloc(1, sizeof(*remote));
	int err;

	*out = remote;
	if (!remote)
		return -ENOMEM;
	err = varlink_open(&remote->client);
	if (!err) {
		remote->reader = hot_frame_reader_new();
		err = remote->reader ? ask(remote, &nothing) : -ENOMEM;
	}
	return err;
}

void hot_remote_close(struct hot_remote *remote)
{
	if (!remote)
		return;
	varlink_reply_free(&remote->reply);
	hot_frame_reader_free(remote->reader);
	varlink_close(remote->client);
	free(remote->why);
	free(remote);
}

const char *hot_remote_why(const struct hot_remote *remote)
{
	return remote ? remote->why : NULL;
}

struct json_object *hot_remote_document(const struct hot_remote *remote)
{
	return json_get_object(remote->reply.parameters, "frame");
}

/* We make the tree of directories, of all files that frspd gives. */
static bool makes_tree(const struct hot_frame_request *request)
{
	return request->tree && request->view == HOT_VIEW_DIRECTORIES;
}

static int take(struct hot_remote *remote,
		const struct hot_frame_request *request,
		struct hot_frame *frame)
{
	struct json_object *parameters = remote->reply.parameters;
	const struct hot_frame_more more = {
		.wall_ns = json_get_u64(parameters, "wall_ns"),
		.events_per_s = json_get_number(parameters, "events_per_s"),
		.ns_per_event = json_get_number(parameters, "ns_per_event"),
		.n_ranges = json_get_u64(parameters, "n_ranges"),
		.n_groups = json_get_u64(parameters, "n_groups"),
	};
	struct json_object *document = hot_remote_document(remote);

	if (!document)
		return -EBADMSG;
	return hot_frame_read(remote->reader, document, &more, request, frame);
}

int hot_remote_sample(struct hot_remote *remote,
		      const struct hot_frame_request *request,
		      struct hot_frame *frame)
{
	struct hot_frame_request wanted = *request;
	int err;

	if (makes_tree(request)) {
		wanted.view = HOT_VIEW_FILES;
		wanted.max_rows = HOT_REQUEST_MAX_ROWS;
	}
	err = ask(remote, &wanted);
	if (!err)
		err = take(remote, &wanted, frame);
	if (err || !makes_tree(request))
		return err;
	frame->view = HOT_VIEW_DIRECTORIES;
	return hot_dir_tree_make(request->tree, &frame->ranking.files,
				 request->sort, request->max_rows,
				 &frame->groups);
}

size_t hot_remote_filesystems(const struct hot_remote *remote,
			      struct hot_filesystem *list, size_t max)
{
	struct json_object *array =
		json_get_array(remote->reply.parameters, "filesystems");
	size_t n = 0;

	for (size_t i = 0; i < json_count(array) && n < max; i++) {
		struct json_object *one = json_object_array_get_idx(array, i);
		const char *dev = json_get_text(one, "dev");
		const char *mount = json_get_text(one, "mount");

		if (!dev || !mount || !mount_parse_dev(dev, &list[n].dev))
			continue;
		list[n++].target = mount;
	}
	return n;
}
