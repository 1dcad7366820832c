// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/hot_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/json_out.h"
#include "daemon/tracking.h"
#include "heat/json.h"
#include "heat/request.h"

#define IDLE_MS	      (2 * 3600 * 1000)
#define SEND_MS	      30000 /* for a client that does not read */
#define MIN_MS	      50    /* from one call to the next */
#define N_FILESYSTEMS 64

/* --- a reply -------------------------------------------------------------- */

static void add_filesystems(struct json_object *reply,
			    struct hot_monitor *monitor)
{
	struct json_object *array = json_object_new_array();
	struct hot_filesystem list[N_FILESYSTEMS];
	size_t n = hot_monitor_filesystems(monitor, list, N_FILESYSTEMS);
	char dev[32];

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_new_object();

		snprintf(dev, sizeof(dev), "%u:%u", kdev_major(list[i].dev),
			 kdev_minor(list[i].dev));
		json_add_string(one, "dev", dev);
		json_add_text(one, "mount", list[i].target);
		json_object_array_add(array, one);
	}
	json_object_object_add(reply, "filesystems", array);
}

static void name_all(struct hot_monitor *monitor, const struct hot_rows *rows)
{
	hot_monitor_name(monitor, rows, 0, rows->n_rows);
}

/* NULL: no memory. */
static struct json_object *make_reply(struct hot_monitor *monitor,
				      const struct hot_frame *frame,
				      bool ranges)
{
	struct json_object *reply = json_object_new_object();
	struct json_object *document;

	name_all(monitor, &frame->ranking.files);
	name_all(monitor, &frame->ranking.ranges);
	name_all(monitor, &frame->groups);
	document = hot_json_document(frame, ranges);
	if (!reply || !document) {
		json_object_put(reply);
		json_object_put(document);
		return NULL;
	}
	json_object_object_add(reply, "frame", document);
	json_add_u64(reply, "wall_ns", frame->wall_ns);
	json_add_number(reply, "events_per_s", frame->events_per_s, 1);
	json_add_number(reply, "ns_per_event", frame->ns_per_event, 1);
	json_add_u64(reply, "n_ranges", frame->ranking.ranges.n_total);
	json_add_u64(reply, "n_groups", frame->groups.n_total);
	add_filesystems(reply, monitor);
	return reply;
}

static void answer_hot(struct hot_monitor *monitor,
		       const struct varlink_call *call,
		       struct server_answer *answer)
{
	struct hot_frame_request request;
	struct hot_frame frame = {0};
	const char *wrong;
	int err;

	if (hot_request_read(call->parameters, &request, &wrong)) {
		answer->error = VARLINK_SERVICE ".InvalidParameter";
		answer->parameters = json_object_new_object();
		json_add_text(answer->parameters, "parameter", wrong);
		return;
	}
	err = hot_monitor_sample(monitor, &request, &frame);
	if (!err)
		answer->parameters =
			make_reply(monitor, &frame, request.ranges);
	if (err || !answer->parameters)
		server_refuse(answer, "io.frsp.Failed", "%s",
			      strerror(err ? -err : ENOMEM));
}

/* --- the child ------------------------------------------------------------ */

static bool wait_for(int fd, short events, int ms)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	return poll(&wanted, 1, ms) > 0;
}

static bool send_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= n) {
		n = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0)
			continue;
		if (errno != EAGAIN || !wait_for(fd, POLLOUT, SEND_MS))
			return false;
		n = 0;
	}
	return true;
}

static bool reply_to(int fd, struct hot_monitor *monitor,
		     const struct varlink_call *call)
{
	struct server_answer answer = {0};
	bool is_sent;
	char *text;
	size_t len;

	if (strcmp(call->method, "io.frsp.GetHot"))
		server_refuse(
			&answer, "io.frsp.Refused",
			"this connection is for GetHot only; open another one");
	else
		answer_hot(monitor, call, &answer);
	if (call->oneway) {
		json_object_put(answer.parameters);
		return true;
	}
	text = varlink_reply_text(answer.error, answer.parameters, &len);
	is_sent = text && send_all(fd, text, len);
	free(text);
	return is_sent;
}

/* The next call, or false: there are no more. Who calls again and again waits. */
static bool next_call(int fd, struct varlink_input *input,
		      struct varlink_call *call)
{
	const struct timespec pause = {.tv_nsec = MIN_MS * 1000000};
	const char *text;
	size_t len;

	nanosleep(&pause, NULL);
	while (!(text = varlink_input_next(input, &len)))
		if (!wait_for(fd, POLLIN, IDLE_MS) ||
		    varlink_input_fill(input, fd) <= 0)
			return false;
	return !varlink_call_read(text, len, call);
}

/* Ends the process. */
__attribute__((noreturn)) static void serve(int fd, int program,
					    const struct varlink_call *first,
					    const struct varlink_input *rest)
{
	struct varlink_input input = *rest;
	struct hot_monitor *monitor;
	struct varlink_call call;

	if (tracking_open_reader(program, &monitor))
		_exit(1);
	if (!reply_to(fd, monitor, first))
		_exit(0);
	while (next_call(fd, &input, &call)) {
		bool goes_on = reply_to(fd, monitor, &call);

		varlink_call_free(&call);
		if (!goes_on)
			break;
	}
	_exit(0);
}

/* --- frspd ---------------------------------------------------------------- */

unsigned int hot_clients_count(struct hot_clients *clients)
{
	unsigned int n = 0;

	for (int i = 0; i < HOT_CLIENT_MAX; i++) {
		if (clients->children[i] &&
		    child_has_ended(clients->children[i]))
			clients->children[i] = 0;
		n += clients->children[i] != 0;
	}
	return n;
}

static pid_t *find_room(struct hot_clients *clients)
{
	hot_clients_count(clients);
	for (int i = 0; i < HOT_CLIENT_MAX; i++)
		if (!clients->children[i])
			return &clients->children[i];
	return NULL;
}

static pid_t fork_for(const struct hot_clients *clients, int fd)
{
	const int up[2] = {clients->program, fd};
	const int down[2] = {fd, clients->program};

	return child_fork_keeping("frspd-hot",
				  fd > clients->program ? up : down, 2);
}

void hot_client_begin(struct hot_clients *clients,
		      const struct varlink_call *call, int fd,
		      const struct varlink_input *rest,
		      struct server_answer *answer)
{
	pid_t *room = find_room(clients), child;

	if (!room) {
		server_refuse(answer, "io.frsp.Busy",
			      "%d clients take hot lists, and that is the most",
			      HOT_CLIENT_MAX);
		return;
	}
	child = fork_for(clients, fd);
	if (!child)
		serve(fd, clients->program, call, rest);
	if (child < 0) {
		server_refuse(answer, "io.frsp.Failed", "fork: %s",
			      strerror(errno));
		return;
	}
	*room = child;
	answer->is_given_away = true;
}

void hot_clients_end(struct hot_clients *clients)
{
	for (int i = 0; i < HOT_CLIENT_MAX; i++)
		if (clients->children[i])
			child_end(clients->children[i]);
	*clients = (struct hot_clients){.program = clients->program};
}
