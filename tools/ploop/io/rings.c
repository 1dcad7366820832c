// SPDX-License-Identifier: GPL-2.0-or-later
/* A runner's thread: messages, then the I/O that they brought, then sleep.
 *
 * All I/O that the engine begins between two sleeps goes to the kernel in one
 * system call. A sleeping thread waits for its ring; a message for it ends a
 * read of an eventfd, which the ring always has. A thread that is awake needs
 * no such write: the poster puts the message into the inbox, then looks whether
 * the thread sleeps; the thread says that it will, then looks into the inbox.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "ploop/core/once.h"
#include "ploop/io/file.h"
#include "ploop/io/rings.h"

#define DEFAULT_DEPTH 64

/* A thread calls no deep functions. Locked memory (mlockall) has all of it. */
#define STACK_BYTES (256u << 10)

struct ring {
	struct rings *rings;
	struct ploop_runner *runner;
	struct io_uring uring;
	pthread_t thread;
	int event_fd;
	bool is_sleeping;
	bool has_uring;
	bool has_thread;
	bool has_client;	/* it was told to begin */
	__u64 event;		/* what is read of event_fd */
	struct ploop_io *first; /* for which the ring had no room, */
	struct ploop_io **end;	/* or that io_uring does not know */
} __attribute__((aligned(128)));

struct rings {
	struct image_files files;
	struct ploop_image *image;
	unsigned int n;
	struct ring *rings;
	const struct rings_client *client; /* NULL: none */
	bool is_ending;
};

/* --- the backend -------------------------------------------------------------
 */

/* What a short read or write has left; it is in io->result. */
static bool prepare(struct ring *ring, struct ploop_io *io)
{
	int fd = ring->rings->files.fds[io->file];
	struct io_uring_sqe *sqe;

	if (io->kind == PLOOP_IO_TRUNCATE)
		return false;
	sqe = io_uring_get_sqe(&ring->uring);
	if (!sqe)
		return false;
	switch (io->kind) {
	case PLOOP_IO_READ:
		io_uring_prep_read(sqe, fd, (char *)io->buffer + io->result,
				   io->bytes - io->result,
				   io->offset + io->result);
		break;
	case PLOOP_IO_WRITE:
		io_uring_prep_write(sqe, fd, (char *)io->buffer + io->result,
				    io->bytes - io->result,
				    io->offset + io->result);
		break;
	case PLOOP_IO_SYNC:
		io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC);
		break;
	case PLOOP_IO_ZERO:
		io_uring_prep_fallocate(
			sqe, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			io->offset, io->bytes);
		break;
	default:
		io_uring_prep_fallocate(sqe, fd, 0, io->offset, io->bytes);
	}
	io_uring_sqe_set_data(sqe, io);
	return true;
}

static void begin(struct ring *ring, struct ploop_io *io)
{
	if (prepare(ring, io))
		return;
	io->next = NULL;
	*ring->end = io;
	ring->end = &io->next;
}

static void submit(void *context, struct ploop_io *io)
{
	struct rings *rings = context;

	io->result = 0;
	begin(&rings->rings[io->runner], io);
}

static int read_now(void *context, unsigned int file, void *buffer,
		    size_t bytes, __u64 offset)
{
	struct rings *rings = context;

	return image_file_read(&rings->files, file, buffer, bytes, offset);
}

static __u64 file_bytes(void *context, unsigned int file)
{
	return image_file_bytes(&((struct rings *)context)->files, file);
}

static void wake(void *context, unsigned int runner)
{
	struct rings *rings = context;
	struct ring *ring = &rings->rings[runner];
	__u64 one = 1;

	if (__atomic_exchange_n(&ring->is_sleeping, false, __ATOMIC_SEQ_CST))
		while (write(ring->event_fd, &one, sizeof(one)) < 0 &&
		       errno == EINTR)
			;
}

static const struct ploop_ops ops = {
	.submit = submit,
	.read_now = read_now,
	.file_bytes = file_bytes,
	.allocate = image_memory_allocate,
	.release = image_memory_release,
	.now_ns = image_now_ns,
	.lock = image_spin_lock,
	.unlock = image_spin_unlock,
	.wake = wake,
};

/* --- threads
 * ------------------------------------------------------------------ */

/* An entry of the ring; there is room when the others are submitted. */
static struct io_uring_sqe *get_entry(struct ring *ring)
{
	struct io_uring_sqe *sqe;

	while (!(sqe = io_uring_get_sqe(&ring->uring)))
		io_uring_submit(&ring->uring);
	return sqe;
}

static void read_event(struct ring *ring)
{
	struct io_uring_sqe *sqe = get_entry(ring);

	io_uring_prep_read(sqe, ring->event_fd, &ring->event,
			   sizeof(ring->event), 0);
	io_uring_sqe_set_data(sqe, NULL);
}

/* An I/O has ended with the kernel's result. */
static void end_io(struct ring *ring, struct ploop_io *io, int result)
{
	bool is_transfer =
		io->kind == PLOOP_IO_READ || io->kind == PLOOP_IO_WRITE;

	if (result == -EINTR || result == -EAGAIN) {
		begin(ring, io);
		return;
	}
	/* where fallocate() cannot do it, file.c knows another way */
	if (result == -EOPNOTSUPP)
		result = image_file_io(&ring->rings->files, io);
	if (!is_transfer || result < 0) {
		io->done(io, result);
		return;
	}
	io->result += result;
	if ((__u64)io->result == io->bytes) {
		io->done(io, 0);
	} else if (result) {
		begin(ring, io);
	} else if (io->kind == PLOOP_IO_READ) {
		memset((char *)io->buffer + io->result, 0,
		       io->bytes - io->result);
		io->done(io, 0);
	} else {
		io->done(io, -EIO);
	}
}

static unsigned int number_of(const struct ring *ring)
{
	return ring - ring->rings->rings;
}

static void end_entry(struct ring *ring, __u64 data, int result)
{
	const struct rings_client *client = ring->rings->client;

	if (data & 1)
		client->ended(client->context, number_of(ring), data >> 1,
			      result);
	else if (data)
		end_io(ring, (struct ploop_io *)(uintptr_t)data, result);
	else
		read_event(ring);
}

static unsigned int reap(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned int n = 0;

	while (!io_uring_peek_cqe(&ring->uring, &cqe)) {
		__u64 data = cqe->user_data;
		int result = cqe->res;

		io_uring_cqe_seen(&ring->uring, cqe);
		n++;
		end_entry(ring, data, result);
	}
	return n;
}

/* Those that found no room; TRUNCATE is done here. */
static unsigned int begin_left(struct ring *ring)
{
	struct ploop_io *next, *io = ring->first;
	unsigned int n = 0;

	ring->first = NULL;
	ring->end = &ring->first;
	for (; io; io = next) {
		next = io->next;
		n++;
		if (io->kind == PLOOP_IO_TRUNCATE)
			io->done(io, image_file_io(&ring->rings->files, io));
		else
			begin(ring, io);
	}
	return n;
}

/* Until an I/O ends, a message comes, or it is time. */
static void sleep_until(struct ring *ring)
{
	__u64 deadline_ns, now;
	struct __kernel_timespec most;
	struct io_uring_cqe *cqe;

	__atomic_store_n(&ring->is_sleeping, true, __ATOMIC_SEQ_CST);
	deadline_ns = ploop_is_idle(ring->runner)
			      ? ploop_deadline_ns(ring->runner)
			      : 0;
	now = image_now_ns(NULL);
	if (deadline_ns > now && !once_see(ring->rings->is_ending)) {
		most.tv_sec = (deadline_ns - now) / NSEC_PER_SEC;
		most.tv_nsec = (deadline_ns - now) % NSEC_PER_SEC;
		io_uring_submit_and_wait_timeout(
			&ring->uring, &cqe, 1,
			deadline_ns == ~0ULL ? NULL : &most, NULL);
	}
	__atomic_store_n(&ring->is_sleeping, false, __ATOMIC_SEQ_CST);
}

/* rings_attach() writes to the eventfd, so a thread that sleeps looks again. */
static void begin_client(struct ring *ring)
{
	const struct rings_client *client = once_see(ring->rings->client);

	if (!client || ring->has_client)
		return;
	ring->has_client = true;
	client->begin(client->context, number_of(ring),
		      io_uring_register_files(&ring->uring, &client->fd, 1));
}

static void *ring_thread(void *context)
{
	struct ring *ring = context;

	read_event(ring);
	while (!once_see(ring->rings->is_ending)) {
		unsigned int n = ploop_run(ring->runner, ~0u);

		begin_client(ring);
		n += begin_left(ring);
		if (io_uring_sq_ready(&ring->uring))
			io_uring_submit(&ring->uring);
		n += reap(ring);
		if (!n)
			sleep_until(ring);
	}
	return NULL;
}

/* --- opening and closing
 * ------------------------------------------------------- */

/* Wakes the thread even if it is about to sleep. */
static void wake_surely(struct rings *rings, unsigned int number)
{
	__atomic_store_n(&rings->rings[number].is_sleeping, true,
			 __ATOMIC_SEQ_CST);
	wake(rings, number);
}

static void end_threads(struct rings *rings)
{
	once_publish(rings->is_ending, true);
	for (unsigned int i = 0; i < rings->n; i++) {
		if (!rings->rings[i].has_thread)
			continue;
		wake_surely(rings, i);
		pthread_join(rings->rings[i].thread, NULL);
	}
}

static void free_rings(struct rings *rings)
{
	for (unsigned int i = 0; rings->rings && i < rings->n; i++) {
		if (rings->rings[i].has_uring) {
			io_uring_queue_exit(&rings->rings[i].uring);
			close(rings->rings[i].event_fd);
		}
	}
	if (rings->image)
		ploop_free(rings->image);
	image_files_close(&rings->files);
	free(rings->rings);
	free(rings);
}

static int make_ring(struct rings *rings, unsigned int number,
		     unsigned int depth)
{
	struct ring *ring = &rings->rings[number];
	int err;

	ring->rings = rings;
	ring->end = &ring->first;
	ring->event_fd = eventfd(0, EFD_CLOEXEC);
	if (ring->event_fd < 0)
		return -errno;
	err = io_uring_queue_init(depth ? depth : DEFAULT_DEPTH, &ring->uring,
				  0);
	if (err)
		close(ring->event_fd);
	ring->has_uring = !err;
	return err;
}

static int make_rings(struct rings *rings,
		      const struct rings_settings *settings)
{
	int err = 0;

	rings->rings = image_memory_allocate(NULL, settings->n_rings *
							   sizeof(struct ring));
	if (!rings->rings)
		return -ENOMEM;
	rings->n = settings->n_rings;
	for (unsigned int i = 0; !err && i < rings->n; i++)
		err = make_ring(rings, i, settings->depth);
	return err;
}

static int start_threads(struct rings *rings)
{
	pthread_attr_t attributes;
	int err = pthread_attr_init(&attributes);

	if (!err)
		err = pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (unsigned int i = 0; !err && i < rings->n; i++) {
		struct ring *ring = &rings->rings[i];

		ring->runner = ploop_runner(rings->image, i);
		err = pthread_create(&ring->thread, &attributes, ring_thread,
				     ring);
		ring->has_thread = !err;
	}
	pthread_attr_destroy(&attributes);
	return -err;
}

static int open_image(struct rings *rings,
		      const struct rings_settings *settings,
		      struct ploop_finding *finding)
{
	struct ploop_settings core = {
		.n_runners = rings->n,
		.n_files = rings->files.n,
		.read_only = settings->read_only,
		.lower_is_writable = settings->lower_is_writable,
		.counts_heat = settings->counts_heat,
		.top_clusters = settings->top_clusters,
		.pool_clusters = settings->pool_clusters,
		.writeback_ms = settings->writeback_ms,
	};
	int err = ploop_open(&ops, rings, &core, &rings->image, finding);

	if (!err)
		err = start_threads(rings);
	if (err)
		end_threads(rings);
	return err;
}

int rings_open(const char *const *paths, unsigned int n_paths,
	       const struct rings_settings *settings, struct rings **opened,
	       struct ploop_finding *finding)
{
	struct rings *rings = calloc(1, sizeof(*rings));
	int err;

	if (!rings)
		return -ENOMEM;
	*finding = (struct ploop_finding){0};
	err = image_files_open(
		&rings->files, paths, n_paths,
		image_files_writable(settings->read_only,
				     settings->lower_is_writable),
		settings->is_direct);
	if (!err)
		err = make_rings(rings, settings);
	if (!err)
		err = open_image(rings, settings, finding);
	if (err)
		free_rings(rings);
	else
		*opened = rings;
	return err;
}

struct closing {
	struct ploop_request request;
	sem_t is_done;
	int result;
};

static void closed(struct ploop_request *request, int result)
{
	struct closing *closing = owner_of(request, struct closing, request);

	closing->result = result;
	sem_post(&closing->is_done);
}

int rings_close(struct rings *rings)
{
	struct closing closing = {
		.request = {.op = PLOOP_CLOSE, .done = closed},
	};

	sem_init(&closing.is_done, 0, 0);
	ploop_post(ploop_runner(rings->image, 0), &closing.request);
	while (sem_wait(&closing.is_done) && errno == EINTR)
		;
	end_threads(rings);
	free_rings(rings);
	return closing.result;
}

struct ploop_image *rings_image(struct rings *rings)
{
	return rings->image;
}

void rings_attach(struct rings *rings, const struct rings_client *client)
{
	once_publish(rings->client, client);
	for (unsigned int i = 0; i < rings->n; i++)
		wake_surely(rings, i);
}

void rings_command(struct rings *rings, unsigned int number, __u32 op,
		   const void *command, __u64 data)
{
	struct io_uring_sqe *sqe = get_entry(&rings->rings[number]);

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->cmd_op = op;
	memcpy(sqe->cmd, command, RINGS_COMMAND_BYTES);
	sqe->user_data = data << 1 | 1;
}
