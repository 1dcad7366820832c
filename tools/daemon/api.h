/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The methods of frspd's socket: docs/io.frsp.varlink describes them. */
#ifndef FRSP_DAEMON_API_H
#define FRSP_DAEMON_API_H

#include "daemon/filesystems.h"
#include "daemon/hot_client.h"
#include "daemon/server.h"

struct hot_monitor;

/* What the methods work on. */
struct api {
	struct filesystems *filesystems;
	struct mount_table *mounts;
	struct hot_monitor *monitor;
	const char *text; /* the state in a line */
	struct server *server;
	struct hot_clients hot;
	enum config_tuner most[FS_N_TUNERS]; /* to which each can be set */
	/* Reads the configuration again. False: it is wrong, and stays. */
	bool (*reload)(void *context);
	void *context; /* of reload() */
};

/* A server_fn; context: struct api. */
void api_answer(void *context, const struct varlink_call *call,
		enum peer_rights rights, int fd,
		const struct varlink_input *rest, struct server_answer *answer);

#endif
