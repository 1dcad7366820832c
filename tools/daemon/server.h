/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frspd's socket: takes clients and their calls (daemon/connection.h): 64
 * clients, calls of 16 KiB, and a minute without anything to do.
 */
#ifndef FRSP_DAEMON_SERVER_H
#define FRSP_DAEMON_SERVER_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "daemon/peer.h"
#include "varlink/input.h"
#include "varlink/message.h"

struct json_object;

struct server_answer {
	const char *error;		/* NULL: none */
	struct json_object *parameters; /* of the reply; NULL: none */
	/* The call was given to another process, with the connection. */
	bool is_given_away;
};

/* Who answers calls. rest: what has arrived after the call. fd: of the
 * connection, to give away.
 */
typedef void (*server_fn)(void *context, const struct varlink_call *call,
			  enum peer_rights rights, int fd,
			  const struct varlink_input *rest,
			  struct server_answer *answer);

struct server;

/* Listens in the runtime directory, see claim.h. Returns 0 or -errno. */
int server_open(sd_event *event, server_fn answer, void *context,
		struct server **out);
void server_close(struct server *server); /* NULL: does nothing */

/* How many clients there are. */
unsigned int server_n_clients(const struct server *server);

/* Makes an error of a name and a text for people. */
void server_refuse(struct server_answer *answer, const char *error,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
