/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks frspd through its socket, see docs/io.frsp.varlink. */
#ifndef FRSP_VARLINK_CLIENT_H
#define FRSP_VARLINK_CLIENT_H

#include "varlink/message.h"

struct varlink_client;

/* The path of frspd's socket: $FRSPD_SOCKET, or the usual one. */
const char *varlink_socket(void);

/* Connects to frspd. Returns 0; -ENOENT, -ECONNREFUSED: it does not run; or
 * another -errno. A client that is NULL can be closed.
 */
int varlink_open(struct varlink_client **out);
void varlink_close(struct varlink_client *client);

/* Calls a method, such as "io.frsp.Reload", and waits for the reply, at most
 * patience_s. Frees parameters, which may be NULL. On success the caller calls
 * varlink_reply_free(). Returns 0; the error that frspd replied with, as in
 * varlink_errors; -EREMOTEIO: another one; -ETIMEDOUT; -EINTR: the program was
 * told to end; -ECONNRESET: frspd has ended; -EBADMSG: that is no frspd; or
 * another -errno. varlink_why() is what frspd said with an error, or NULL.
 */
int varlink_ask(struct varlink_client *client, const char *method,
		struct json_object *parameters, double patience_s,
		struct varlink_reply *reply);
const char *varlink_why(const struct varlink_client *client);

/* The errors of the interfaces and their -errno; the last name is NULL. */
struct varlink_error {
	const char *name;
	int err;
};
extern const struct varlink_error varlink_errors[];

#endif
