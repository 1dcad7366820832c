// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <systemd/sd-daemon.h>

#include "daemon/connection.h"
#include "daemon/http_request.h"

#define MAX_SOCKETS	4
#define MAX_CONNECTIONS 8
#define MAX_REQUEST	4096
#define SECONDS		5
#define HEAD_ROOM	256

struct http {
	http_fn page;
	void *context;
	struct connections connections;
	sd_event_source *sources[MAX_SOCKETS];
	int sockets[MAX_SOCKETS];
	size_t n;
};

/* Makes the reply of a head and a text. with_text: HEAD has none. Returns false
 * if there is no memory.
 */
static bool reply(struct connection *connection, const char *status,
		  const char *type, const char *text, size_t len,
		  bool with_text)
{
	char *all = malloc(HEAD_ROOM + len);
	int n;

	if (!all)
		return false;
	n = snprintf(
		all, HEAD_ROOM,
		"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		status, type, len);
	if (with_text)
		memcpy(all + n, text, len);
	connection->reply = all;
	connection->reply_len = n + (with_text ? len : 0);
	connection->is_last = true;
	return true;
}

static bool refuse(struct connection *connection, const char *status)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s\n", status);

	return reply(connection, status, "text/plain", text, len, true);
}

static bool give_page(struct connection *connection, bool with_text)
{
	const struct http *http = connection->all->context;
	char *text = NULL;
	size_t len = 0;
	bool is_made;

	if (http->page(http->context, &text, &len)) {
		free(text);
		return refuse(connection, "500 Internal Server Error");
	}
	is_made = reply(connection, "200 OK",
			"text/plain; version=0.0.4; charset=utf-8", text, len,
			with_text);
	free(text);
	return is_made;
}

/* One request is all; what comes after it is passed over. */
static bool serve(struct connection *connection)
{
	struct varlink_input *input = &connection->input;
	enum http_wish wish = http_request_read(input->bytes + input->taken,
						input->len - input->taken);

	if (wish == HTTP_NOT_WHOLE) {
		return input->len < input->max ||
		       refuse(connection,
			      "431 Request Header Fields Too Large");
	}
	input->taken = input->len;
	switch (wish) {
	case HTTP_PAGE:
	case HTTP_HEAD:
		return give_page(connection, wish == HTTP_PAGE);
	case HTTP_OTHER_PAGE:
		return refuse(connection, "404 Not Found");
	case HTTP_OTHER_METHOD:
		return refuse(connection, "405 Method Not Allowed");
	default:
		return refuse(connection, "400 Bad Request");
	}
}

static int on_connect(sd_event_source *source, int listening, uint32_t events,
		      void *context)
{
	struct http *http = context;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)events;
	if (fd >= 0)
		connection_add(&http->connections, fd, PEER_READS);
	return 0;
}

/* Takes one socket, if it is one for us. */
static int take(struct http *http, int fd)
{
	int err = sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, true);

	if (err <= 0 || http->n == MAX_SOCKETS) {
		close(fd);
		return err < 0 ? err : 0;
	}
	http->sockets[http->n] = fd;
	return sd_event_add_io(http->connections.event,
			       &http->sources[http->n++], fd, EPOLLIN,
			       on_connect, http);
}

int http_open(sd_event *event, http_fn page, void *context, struct http **out)
{
	int n = sd_listen_fds(true), err = 0;
	struct http *http;

	*out = NULL;
	if (n <= 0)
		return n;
	http = calloc(1, sizeof(*http));
	if (!http)
		return -ENOMEM;
	*http = (struct http){
		.page = page,
		.context = context,
		.connections = {.event = event,
				.max = MAX_CONNECTIONS,
				.max_input = MAX_REQUEST,
				.idle_s = SECONDS,
				.in_all = true,
				.serve = serve,
				.context = http},
	};
	for (int i = 0; i < n && err >= 0; i++)
		err = take(http, SD_LISTEN_FDS_START + i);
	if (err < 0) {
		http_close(http);
		return err;
	}
	*out = http;
	return 0;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	connections_end(&http->connections);
	for (size_t i = 0; i < http->n; i++) {
		sd_event_source_disable_unref(http->sources[i]);
		close(http->sockets[i]);
	}
	free(http);
}
