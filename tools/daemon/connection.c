// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void hang_up(struct connection *connection)
{
	struct connection **at = &connection->all->list;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	connection->all->n--;
	sd_event_source_disable_unref(connection->io);
	sd_event_source_disable_unref(connection->idle);
	close(connection->fd);
	varlink_input_free(&connection->input);
	free(connection->reply);
	free(connection);
}

/* Sends what it can of the reply. False: hang up. */
static bool send_reply(struct connection *connection)
{
	ssize_t n;

	while (connection->sent < connection->reply_len) {
		n = send(connection->fd, connection->reply + connection->sent,
			 connection->reply_len - connection->sent,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN;
		connection->sent += n;
	}
	free(connection->reply);
	connection->reply = NULL;
	connection->reply_len = connection->sent = 0;
	return !connection->is_last;
}

/* Reads once: so a peer that sends a lot takes turns with others. */
static bool take(struct connection *connection, uint32_t events)
{
	int n;

	if (connection->reply)
		return send_reply(connection);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return true;
	n = varlink_input_fill(&connection->input, connection->fd);
	return n > 0 || n == -EAGAIN;
}

/* Answers all messages that have arrived, until a reply has to wait. */
static bool serve(struct connection *connection)
{
	size_t taken;

	while (!connection->reply) {
		taken = connection->input.taken;
		if (!connection->all->serve(connection) ||
		    (connection->reply && !send_reply(connection)))
			return false;
		if (connection->input.taken == taken)
			return true;
	}
	return true;
}

static bool wait_on(struct connection *connection)
{
	uint64_t idle_us = connection->all->idle_s * 1000000ULL;
	int err = connection->all->in_all
			  ? 0
			  : sd_event_source_set_time_relative(connection->idle,
							      idle_us);

	if (err >= 0)
		err = sd_event_source_set_io_events(
			connection->io, connection->reply ? EPOLLOUT : EPOLLIN);
	return err >= 0;
}

static int on_io(sd_event_source *source, int fd, uint32_t events,
		 void *context)
{
	struct connection *connection = context;

	(void)source;
	(void)fd;
	if (!take(connection, events) || !serve(connection) ||
	    !wait_on(connection))
		hang_up(connection);
	return 0;
}

static int on_idle(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	hang_up(context);
	return 0;
}

static int add_sources(struct connection *connection)
{
	sd_event *event = connection->all->event;
	int err = sd_event_add_io(event, &connection->io, connection->fd,
				  EPOLLIN, on_io, connection);

	if (err >= 0)
		err = sd_event_add_time_relative(
			event, &connection->idle, CLOCK_MONOTONIC,
			connection->all->idle_s * 1000000ULL, 1000000, on_idle,
			connection);
	return err < 0 ? err : 0;
}

bool connection_add(struct connections *all, int fd, enum peer_rights rights)
{
	struct connection *connection =
		all->n < all->max ? calloc(1, sizeof(*connection)) : NULL;

	if (!connection) {
		close(fd);
		return false;
	}
	*connection = (struct connection){
		.all = all,
		.next = all->list,
		.fd = fd,
		.rights = rights,
		.input.max = all->max_input,
	};
	all->list = connection;
	all->n++;
	if (!add_sources(connection))
		return true;
	hang_up(connection);
	return false;
}

void connections_end(struct connections *all)
{
	while (all->list)
		hang_up(all->list);
}
