/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients that take hot lists (the method GetHot). Each has a process of its
 * own, a child of frspd: ranking a table and looking up paths takes time, and
 * each client has rates of its own. A child that is slow, hangs in a filesystem
 * or crashes does nothing to frspd. It reads the pinned table; it evicts and
 * changes nothing.
 */
#ifndef FRSP_DAEMON_HOT_CLIENT_H
#define FRSP_DAEMON_HOT_CLIENT_H

#include <sys/types.h>

#include "daemon/server.h"

#define HOT_CLIENT_MAX 4

struct hot_clients {
	pid_t children[HOT_CLIENT_MAX]; /* 0: none */
	int program;			/* for tracking_open_reader() */
};

/* Answers the call GetHot, and gives the connection away. */
void hot_client_begin(struct hot_clients *clients,
		      const struct varlink_call *call, int fd,
		      const struct varlink_input *rest,
		      struct server_answer *answer);

/* Forgets children that have ended. Returns how many there are. */
unsigned int hot_clients_count(struct hot_clients *clients);

/* Ends all children. */
void hot_clients_end(struct hot_clients *clients);

#endif
