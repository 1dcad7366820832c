// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <json-c/json.h>

#include "base/json_out.h"
#include "daemon/claim.h"
#include "daemon/connection.h"

#define MAX_CLIENTS 64
#define MAX_CALL    16384
#define IDLE_S	    60
#define BACKLOG	    128
#define MAX_REASON  1024

struct server {
	sd_event_source *source;
	int fd;
	gid_t group;	/* whose members may ask */
	char path[108]; /* "": not made yet */
	server_fn answer;
	void *context;
	struct connections clients;
};

void server_refuse(struct server_answer *answer, const char *error,
		   const char *format, ...)
{
	struct json_object *parameters = json_object_new_object();
	char text[MAX_REASON];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (parameters)
		json_add_text(parameters, "reason", text);
	json_object_put(answer->parameters);
	answer->error = error;
	answer->parameters = parameters;
}

/* --- calls ---------------------------------------------------------------- */

/* False: the connection is not ours any more, or there is no memory. */
static bool answer(struct connection *client, const struct varlink_call *call)
{
	const struct server *server = client->all->context;
	struct server_answer answer = {0};

	server->answer(server->context, call, client->rights, client->fd,
		       &client->input, &answer);
	if (answer.is_given_away || call->oneway) {
		json_object_put(answer.parameters);
		return !answer.is_given_away;
	}
	client->reply = varlink_reply_text(answer.error, answer.parameters,
					   &client->reply_len);
	return client->reply;
}

/* Who sends anything else than a call is hung up on. */
static bool serve(struct connection *client)
{
	struct varlink_call call;
	const char *text;
	bool goes_on;
	size_t len;

	text = varlink_input_next(&client->input, &len);
	if (!text)
		return true;
	if (varlink_call_read(text, len, &call))
		return false;
	goes_on = answer(client, &call);
	varlink_call_free(&call);
	return goes_on;
}

/* --- the socket ----------------------------------------------------------- */

/* Says why, without waiting, and hangs up. The first call gets it as reply. */
static void turn_away(int fd, const char *error, const char *why)
{
	struct server_answer answer = {0};
	size_t len;
	char *text;

	server_refuse(&answer, error, "%s", why);
	text = varlink_reply_text(answer.error, answer.parameters, &len);
	if (text)
		send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	free(text);
	close(fd);
}

static int on_connect(sd_event_source *source, int listening, uint32_t events,
		      void *context)
{
	struct server *server = context;
	enum peer_rights rights;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)events;
	if (fd < 0)
		return 0;
	rights = peer_rights(fd, server->group);
	if (rights == PEER_NONE)
		turn_away(fd, "io.frsp.NotPermitted",
			  "only root and members of the group frsp may ask");
	else if (server->clients.n >= MAX_CLIENTS)
		turn_away(fd, "io.frsp.Busy",
			  "64 clients are connected, and that is the most");
	else
		connection_add(&server->clients, fd, rights);
	return 0;
}

/* All may connect, as only so they can be told what they may not. The lock of
 * claim.h says that no other frspd has this path.
 */
static int listen_at(struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(address.sun_path, sizeof(address.sun_path),
			 "%s/io.frsp.sock", claim_directory());

	if ((size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	server->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return -errno;
	unlink(address.sun_path);
	if (bind(server->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	strcpy(server->path, address.sun_path);
	if (chmod(server->path, 0666) || listen(server->fd, BACKLOG))
		return -errno;
	return 0;
}

int server_open(sd_event *event, server_fn answer, void *context,
		struct server **out)
{
	struct server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return -ENOMEM;
	*server = (struct server){
		.fd = -1,
		.group = peer_group(),
		.answer = answer,
		.context = context,
		.clients = {.event = event,
			    .max = MAX_CLIENTS,
			    .max_input = MAX_CALL,
			    .idle_s = IDLE_S,
			    .serve = serve,
			    .context = server},
	};
	err = listen_at(server);
	if (!err)
		err = sd_event_add_io(event, &server->source, server->fd,
				      EPOLLIN, on_connect, server);
	if (err < 0) {
		server_close(server);
		return err;
	}
	*out = server;
	return 0;
}

void server_close(struct server *server)
{
	if (!server)
		return;
	connections_end(&server->clients);
	sd_event_source_disable_unref(server->source);
	if (server->fd >= 0)
		close(server->fd);
	if (*server->path)
		unlink(server->path);
	free(server);
}

unsigned int server_n_clients(const struct server *server)
{
	return server->clients.n;
}
