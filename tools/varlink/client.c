// SPDX-License-Identifier: GPL-2.0-or-later
#include "varlink/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/json_in.h"
#include "varlink/input.h"

#define USUAL_SOCKET "/run/frspd/io.frsp.sock"
/* 4096 files and as many ranges have 10 MB */
#define MAX_REPLY (64 << 20)
#define WHY_LEN	  256

const struct varlink_error varlink_errors[] = {
	{"io.frsp.NotPermitted", -EACCES},
	{"io.frsp.Busy", -EBUSY},
	{"io.frsp.NoFilesystem", -ENODEV},
	{"io.frsp.Refused", -EPERM},
	{"io.frsp.Failed", -EIO},
	{VARLINK_SERVICE ".InvalidParameter", -EINVAL},
	{VARLINK_SERVICE ".MethodNotFound", -EOPNOTSUPP},
	{VARLINK_SERVICE ".MethodNotImplemented", -EOPNOTSUPP},
	{VARLINK_SERVICE ".InterfaceNotFound", -EOPNOTSUPP},
	{NULL, -EREMOTEIO},
};

struct varlink_client {
	int fd;
	struct varlink_input input;
	char why[WHY_LEN]; /* "": nothing */
};

const char *varlink_socket(void)
{
	return getenv("FRSPD_SOCKET") ?: USUAL_SOCKET;
}

static int connect_to(const char *path, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return -errno;
	if (!connect(*fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	err = -errno;
	close(*fd);
	return err;
}

int varlink_open(struct varlink_client **out)
{
	struct varlink_client *client = calloc(1, sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	err = connect_to(varlink_socket(), &client->fd);
	if (err) {
		free(client);
		return err;
	}
	client->input.max = MAX_REPLY;
	*out = client;
	return 0;
}

void varlink_close(struct varlink_client *client)
{
	if (!client)
		return;
	close(client->fd);
	varlink_input_free(&client->input);
	free(client);
}

/* Waits until the socket can be read or written. Returns 0 or -errno. */
static int wait_for(const struct varlink_client *client, short events,
		    double end_s)
{
	struct pollfd fd = {.fd = client->fd, .events = events};
	double left_s;
	int n;

	while ((left_s = end_s - clock_monotonic_s()) > 0) {
		if (interrupted)
			return -EINTR;
		n = interrupt_poll(&fd, 1, left_s);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
	return -ETIMEDOUT;
}

/* If frspd has closed the connection, it may have said why before: then no
 * error.
 */
static int send_text(const struct varlink_client *client, const char *text,
		     size_t len, double end_s)
{
	ssize_t n;
	int err;

	for (; len; text += n, len -= n) {
		n = send(client->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0)
			continue;
		if (errno == EPIPE || errno == ECONNRESET)
			return 0;
		if (errno != EAGAIN)
			return -errno;
		err = wait_for(client, POLLOUT, end_s);
		if (err)
			return err;
		n = 0;
	}
	return 0;
}

static int receive(struct varlink_client *client, double end_s,
		   struct varlink_reply *reply)
{
	const char *text;
	size_t len;
	int n;

	while (!(text = varlink_input_next(&client->input, &len))) {
		n = wait_for(client, POLLIN, end_s);
		if (n)
			return n;
		n = varlink_input_fill(&client->input, client->fd);
		if (!n)
			return -ECONNRESET;
		if (n < 0)
			return n == -EMSGSIZE ? -EBADMSG : n;
	}
	return varlink_reply_read(text, len, reply);
}

/* Keeps what the error says for people. */
static int take_error(struct varlink_client *client,
		      struct varlink_reply *reply)
{
	const struct varlink_error *error = varlink_errors;
	const char *parameter = json_get_text(reply->parameters, "parameter");
	const char *reason = json_get_text(reply->parameters, "reason");

	if (parameter)
		snprintf(client->why, sizeof(client->why),
			 "wrong parameter \"%s\"", parameter);
	else
		snprintf(client->why, sizeof(client->why), "%s",
			 reason ?: reply->error);
	while (error->name && strcmp(error->name, reply->error))
		error++;
	varlink_reply_free(reply);
	return error->err;
}

int varlink_ask(struct varlink_client *client, const char *method,
		struct json_object *parameters, double patience_s,
		struct varlink_reply *reply)
{
	double end_s = clock_monotonic_s() + patience_s;
	size_t len;
	char *text = varlink_call_text(method, parameters, &len);
	int err = text ? send_text(client, text, len, end_s) : -ENOMEM;

	free(text);
	*client->why = '\0';
	if (!err)
		err = receive(client, end_s, reply);
	if (!err && reply->error)
		err = take_error(client, reply);
	return err;
}

const char *varlink_why(const struct varlink_client *client)
{
	return *client->why ? client->why : NULL;
}
