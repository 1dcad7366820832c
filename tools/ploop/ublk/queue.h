/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue of a device of ublk. It has as many tags as the kernel may have
 * requests under way in it; each is a request of the engine and has a buffer.
 */
#ifndef FRSP_PLOOP_QUEUE_H
#define FRSP_PLOOP_QUEUE_H

#include <stdbool.h>

#include "ploop/io/rings.h"
#include "ploop/ublk/abi.h"
#include "ploop/ublk/settled.h"

struct tag {
	struct ploop_request request;
	struct queue *queue;
	void *buffer;
	__u16 number;
	bool settles;
	__u64 epoch; /* of settled */
};

struct queue {
	struct rings *rings;
	struct settled *settled;
	__u16 number; /* also of its ring */
	__u16 depth;
	const struct ublksrv_io_desc *descriptors; /* the kernel's, by tag */
	struct tag *tags;
	char *buffers;
	/* the queue's thread writes, others read */
	__u16 n_live;
	int error; /* why the kernel does not take its commands */
};

/* Maps the kernel's part of the queue, fd being the device, and makes the tags
 * with buffers of so many bytes. 0 or -errno; the caller calls queue_free() in
 * any case.
 */
int queue_make(struct queue *queue, int fd, __u32 buffer_bytes);
void queue_free(struct queue *queue);

/* On the thread of the queue's ring: */
void queue_fetch_all(struct queue *queue);
/* A command has ended: there is a request with this tag, or no more of them.
 * False: that was the queue's last tag. */
bool queue_take(struct queue *queue, __u16 tag, int result);

#endif
