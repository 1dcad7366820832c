// SPDX-License-Identifier: GPL-2.0-or-later
/* From the kernel's request to the engine's, and back.
 *
 *   FETCH ──▶ a request comes ──▶ engine ──▶ COMMIT_AND_FETCH ──▶ the next comes
 *
 * Nothing is allocated here: memory that the kernel wants to write out may wait
 * for us.
 */
#include "ploop/ublk/queue.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ploop/core/once.h"
#include "ploop/io/file.h"

static size_t descriptors_bytes(__u16 depth)
{
	const size_t page = sysconf(_SC_PAGESIZE);

	return (depth * sizeof(struct ublksrv_io_desc) + page - 1) / page *
	       page;
}

static int map_descriptors(struct queue *queue, int fd)
{
	off_t at = UBLKSRV_CMD_BUF_OFFSET +
		   queue->number * descriptors_bytes(UBLK_MAX_QUEUE_DEPTH);
	void *map = mmap(NULL, descriptors_bytes(queue->depth), PROT_READ,
			 MAP_SHARED | MAP_POPULATE, fd, at);

	if (map == MAP_FAILED)
		return -errno;
	queue->descriptors = map;
	return 0;
}

static void request_done(struct ploop_request *request, int result);

int queue_make(struct queue *queue, int fd, __u32 buffer_bytes)
{
	queue->tags = calloc(queue->depth, sizeof(*queue->tags));
	queue->buffers = image_memory_allocate(NULL, (size_t)queue->depth *
							     buffer_bytes);
	if (!queue->tags || !queue->buffers)
		return -ENOMEM;
	for (__u16 i = 0; i < queue->depth; i++) {
		struct tag *tag = &queue->tags[i];

		tag->queue = queue;
		tag->number = i;
		tag->buffer = queue->buffers + (size_t)i * buffer_bytes;
		tag->request.done = request_done;
		tag->request.buffer = tag->buffer;
	}
	once_write(queue->n_live, queue->depth);
	return map_descriptors(queue, fd);
}

void queue_free(struct queue *queue)
{
	if (queue->descriptors)
		munmap((void *)queue->descriptors,
		       descriptors_bytes(queue->depth));
	free(queue->buffers);
	free(queue->tags);
}

/* result: of the request before; FETCH has none. */
static void command(struct tag *tag, __u32 op, int result)
{
	struct queue *queue = tag->queue;
	const struct ublksrv_io_cmd command = {
		.q_id = queue->number,
		.tag = tag->number,
		.result = result,
		.addr = (__u64)(uintptr_t)tag->buffer,
	};

	_Static_assert(sizeof(command) == RINGS_COMMAND_BYTES, "of a ring");
	rings_command(queue->rings, queue->number, op, &command, tag->number);
}

void queue_fetch_all(struct queue *queue)
{
	for (__u16 i = 0; i < queue->depth; i++)
		command(&queue->tags[i], UBLK_U_IO_FETCH_REQ, 0);
}

static void request_done(struct ploop_request *request, int result)
{
	struct tag *tag = owner_of(request, struct tag, request);
	struct settled *settled = tag->queue->settled;

	if (request->op == PLOOP_DISCARD || request->op == PLOOP_ZERO)
		settled_remove(settled, request->offset, request->bytes);
	else if (tag->settles && !result)
		settled_add(settled, request->offset, request->bytes,
			    request->buffer, tag->epoch);
	if (!result &&
	    (request->op == PLOOP_READ || request->op == PLOOP_WRITE))
		result = request->bytes;
	command(tag, UBLK_U_IO_COMMIT_AND_FETCH_REQ, result);
}

static void begin_write(struct tag *tag)
{
	struct ploop_request *request = &tag->request;
	const struct settled *settled = tag->queue->settled;

	tag->settles = !settled_has(settled, request->offset, request->bytes);
	tag->epoch = settled_epoch(settled);
	if (tag->settles)
		request->flags |= PLOOP_FUA;
}

static void begin(struct tag *tag)
{
	const struct queue *queue = tag->queue;
	const struct ublksrv_io_desc *descriptor =
		&queue->descriptors[tag->number];
	struct ploop_request *request = &tag->request;

	request->flags = descriptor->op_flags & UBLK_IO_F_FUA ? PLOOP_FUA : 0;
	request->offset = descriptor->start_sector * PLOOP_SECTOR;
	request->bytes = (__u64)descriptor->nr_sectors * PLOOP_SECTOR;
	tag->settles = false;
	switch (ublksrv_get_op(descriptor)) {
	case UBLK_IO_OP_READ:
		request->op = PLOOP_READ;
		request->flags = 0;
		break;
	case UBLK_IO_OP_WRITE:
		request->op = PLOOP_WRITE;
		begin_write(tag);
		break;
	case UBLK_IO_OP_FLUSH:
		request->op = PLOOP_FLUSH;
		request->bytes = 0;
		break;
	case UBLK_IO_OP_DISCARD:
		request->op = PLOOP_DISCARD;
		break;
	case UBLK_IO_OP_WRITE_ZEROES:
		/* Zeros must not turn into old data again when another server
		 * goes on; discarded data may come back. */
		request->op = PLOOP_ZERO;
		request->flags |= PLOOP_FUA;
		break;
	default:
		command(tag, UBLK_U_IO_COMMIT_AND_FETCH_REQ, -EOPNOTSUPP);
		return;
	}
	ploop_submit(ploop_runner(rings_image(queue->rings), queue->number),
		     request);
}

bool queue_take(struct queue *queue, __u16 number, int result)
{
	if (result == UBLK_IO_RES_OK) {
		begin(&queue->tags[number]);
		return true;
	}
	if (result != UBLK_IO_RES_ABORT)
		once_publish(queue->error, result);
	once_publish(queue->n_live, queue->n_live - 1);
	return queue->n_live;
}
