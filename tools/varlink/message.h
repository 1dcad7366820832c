/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of varlink (varlink.org): JSON objects, each followed by a NUL.
 *
 *   call    {"method":"io.frsp.SetMode","parameters":{"mode":"off"}}
 *   reply   {"parameters":{}}
 *   error   {"error":"io.frsp.NotPermitted","parameters":{"reason":"..."}}
 */
#ifndef FRSP_VARLINK_MESSAGE_H
#define FRSP_VARLINK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

#define VARLINK_SERVICE "org.varlink.service"

struct varlink_call {
	struct json_object *object; /* owns the others */
	const char *method;
	struct json_object *parameters; /* an object; NULL: none */
	bool oneway;			/* nobody waits for a reply */
};

struct varlink_reply {
	struct json_object *object; /* owns the others */
	const char *error;	    /* NULL: none */
	struct json_object *parameters;
};

/* Reads a message of len bytes, which a NUL follows. Returns 0, -EBADMSG: it is
 * no call, or -ENOMEM. On success the caller calls varlink_call_free().
 */
int varlink_call_read(const char *text, size_t len, struct varlink_call *call);
void varlink_call_free(struct varlink_call *call);

/* The same of a reply. */
int varlink_reply_read(const char *text, size_t len,
		       struct varlink_reply *reply);
void varlink_reply_free(struct varlink_reply *reply);

/* Make a message with its NUL, which the caller frees; *len counts it. They
 * free parameters, which may be NULL. error: NULL: none. NULL: no memory.
 */
char *varlink_call_text(const char *method, struct json_object *parameters,
			size_t *len);
char *varlink_reply_text(const char *error, struct json_object *parameters,
			 size_t *len);

#endif
