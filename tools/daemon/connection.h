/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections of a socket that frspd listens on, in the loop of sd-event.
 * What a peer can make frspd do or keep is bounded: so many connections, so
 * much of what it has sent, one reply, and a time. A reply waits in memory for
 * a peer that does not read it, and nothing more of that peer is read
 * meanwhile; so nobody else waits.
 */
#ifndef FRSP_DAEMON_CONNECTION_H
#define FRSP_DAEMON_CONNECTION_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "daemon/peer.h"
#include "varlink/input.h"

struct connection;

struct connections {
	sd_event *event;
	unsigned int max;
	size_t max_input; /* bytes of a message */
	unsigned int idle_s;
	bool in_all; /* .idle_s are those from the begin, not without input */
	/* Takes one message of what has arrived, if it is whole, and sets
	 * the reply. Returns false: hang up.
	 */
	bool (*serve)(struct connection *connection);
	void *context; /* of serve() */
	/* set by the functions below */
	struct connection *list;
	unsigned int n;
};

struct connection {
	struct connections *all;
	struct connection *next;
	int fd;
	enum peer_rights rights;
	sd_event_source *io, *idle;
	struct varlink_input input;
	char *reply; /* NULL: none is due */
	size_t reply_len, sent;
	bool is_last; /* hang up when the reply is sent */
};

/* Takes over the file descriptor, which does not block. False: it was closed,
 * as there are too many, or no memory.
 */
bool connection_add(struct connections *all, int fd, enum peer_rights rights);

/* Hangs up on all. */
void connections_end(struct connections *all);

#endif
