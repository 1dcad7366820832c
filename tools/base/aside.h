/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls a function in another process, because it may hang in a filesystem that
 * does not answer. This process goes on, and SIGINT and SIGTERM end it,
 * whatever a filesystem does.
 */
#ifndef FRSP_ASIDE_H
#define FRSP_ASIDE_H

#include <stddef.h>

#define ASIDE_MAX_BYTES (24 * 1024) /* of a message */

/* Changes the message into the answer. May set *fd to a file descriptor, which
 * the caller of aside() then owns. Returns 0 or -errno.
 */
typedef int (*aside_fn)(void *message, int *fd);

/* Calls run(message, fd) in the other process, which has our working directory.
 * The message is copied there and back, so it must not have pointers.
 *
 * mount_id: the mount whose path or filesystem may hang, such as .hang_id of a
 * mount_entry; 0: unknown. While a question to a mount has no answer, further
 * questions to it fail at once with -ETIMEDOUT.
 *
 * fd: NULL if run() sets none.
 *
 * Returns what run() returns; -ETIMEDOUT: there is no answer; -ECANCELED: there
 * is no time for an answer, because the program was told to end; or another
 * -errno.
 */
int aside(aside_fn run, void *message, size_t len, int mount_id, int *fd);

#endif
