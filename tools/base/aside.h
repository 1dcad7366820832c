/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a filesystem may never answer is asked by another process. So we go on,
 * and SIGINT and SIGTERM end us, whatever a filesystem does.
 */
#ifndef FRSP_ASIDE_H
#define FRSP_ASIDE_H

#include <stddef.h>

#define ASIDE_MAX_BYTES (24 * 1024) /* of a message */

/* Changes the message into the answer. May set *fd to a file descriptor, which
 * the caller of aside() gets. Returns 0 or -errno.
 */
typedef int (*aside_fn)(void *message, int *fd);

/* Has run(message, fd) done by the other process. Its message has no pointers
 * in it. It has our working directory.
 *
 * mount_id: the mount whose path or filesystem may hang, such as .hang_id of a
 * mount_entry; 0: unknown. While a question to it has no answer no other is
 * asked.
 *
 * fd: NULL where run() sets none.
 *
 * Returns what run() returns; -ETIMEDOUT: there is no answer; -ECANCELED: there
 * was no time for one, as we are to end; or another -errno.
 */
int aside(aside_fn run, void *message, size_t len, int mount_id, int *fd);

#endif
