/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the messages apart that arrive on a socket: each ends with a NUL. */
#ifndef FRSP_VARLINK_INPUT_H
#define FRSP_VARLINK_INPUT_H

#include <stddef.h>

/* All 0 but max: nothing has arrived. */
struct varlink_input {
	size_t max; /* bytes of a message, with its NUL */
	char *bytes;
	size_t room, len; /* of bytes: allocated, and arrived */
	size_t taken;	  /* of len: they were messages */
};

/* Reads once from a socket. Returns how many bytes came; 0: the peer has closed
 * it; -EMSGSIZE: a message is longer than max; -EAGAIN: nothing is there; or
 * another -errno.
 */
int varlink_input_fill(struct varlink_input *input, int fd);

/* The same with bytes at hand: takes some of them, and returns how many, or
 * -errno.
 */
int varlink_input_put(struct varlink_input *input, const char *bytes,
		      size_t len);

/* The next whole message, a text of *len bytes. Valid until more is read. NULL:
 * there is none yet.
 */
const char *varlink_input_next(struct varlink_input *input, size_t *len);

void varlink_input_free(struct varlink_input *input);

#endif
