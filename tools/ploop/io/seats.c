// SPDX-License-Identifier: GPL-2.0-or-later
/* Who sits where, and who wakes whom.
 *
 * A seat's mutex is the runner's thread: who holds it runs the runner. A thread
 * that waits for its request gives the mutex away while it sleeps, so another
 * one may come in and run the runner, too; it then ends the requests of both.
 *
 * A message for a seat must be read by somebody: by who sleeps there, or, if
 * nobody is there, by the keeper's thread. The poster puts the message into the
 * inbox and then reads n_inside; who leaves lowers n_inside and then looks into
 * the inbox. Both are sequentially consistent, so one of the two sees the other.
 *
 * A sleeper waits for a number to change (futex). The poster changes it after
 * the message is in the inbox; the sleeper reads it before it looks there.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "ploop/core/once.h"
#include "ploop/io/file.h"
#include "ploop/io/seats.h"

struct io_list {
	struct ploop_io *first;
	struct ploop_io **end;
};

struct seat {
	pthread_mutex_t lock;
	struct ploop_runner *runner;
	struct io_list ios; /* to be done by who holds the lock */
	__u32 events;	    /* changes with each message: the futex */
	__u32 n_inside;
	bool is_unread; /* messages, and nobody inside: the keeper's thread */
} __attribute__((aligned(128)));

/* Does I/O of the keeper, one after the other. The top and the delta below it
 * have one each, as that may be on a slower disk. */
struct slow {
	struct seats *seats;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	struct io_list ios; /* to be done */
	bool is_ending;
};

#define SLOWS 2

struct seats {
	struct image_files files;
	struct ploop_image *image;
	unsigned int n; /* with seat 0 */
	struct seat *seats;
	bool is_ending;
	pthread_t keeper;
	struct slow slows[SLOWS];
	struct ploop_inbox slow_done;
};

struct call {
	struct ploop_request request;
	int result;
	bool is_done;
};

static void list_init(struct io_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static void list_put(struct io_list *list, struct ploop_io *io)
{
	io->next = NULL;
	*list->end = io;
	list->end = &io->next;
}

static struct ploop_io *list_take(struct io_list *list)
{
	struct ploop_io *io = list->first;

	if (io && !(list->first = io->next))
		list->end = &list->first;
	return io;
}

/* --- waiting -----------------------------------------------------------------
 */

static void notify(struct seat *seat)
{
	__atomic_fetch_add(&seat->events, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &seat->events, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL,
		NULL, 0);
}

static void wait_for_event(struct seat *seat, __u32 seen, __u64 most_ns)
{
	struct timespec most = {
		.tv_sec = most_ns / NSEC_PER_SEC,
		.tv_nsec = most_ns % NSEC_PER_SEC,
	};

	syscall(SYS_futex, &seat->events, FUTEX_WAIT_PRIVATE, seen,
		most_ns == ~0ULL ? NULL : &most, NULL, 0);
}

static void give_to_keeper(struct seats *seats, struct seat *seat)
{
	__atomic_store_n(&seat->is_unread, true, __ATOMIC_SEQ_CST);
	notify(&seats->seats[0]);
}

/* --- the backend -------------------------------------------------------------
 */

static void submit(void *context, struct ploop_io *io)
{
	struct seats *seats = context;
	struct slow *slow = &seats->slows[io->file % SLOWS];

	if (io->runner) {
		list_put(&seats->seats[io->runner].ios, io);
		return;
	}
	pthread_mutex_lock(&slow->lock);
	list_put(&slow->ios, io);
	pthread_cond_signal(&slow->cond);
	pthread_mutex_unlock(&slow->lock);
}

static int read_now(void *context, unsigned int file, void *buffer,
		    size_t bytes, __u64 offset)
{
	struct seats *seats = context;

	return image_file_read(&seats->files, file, buffer, bytes, offset);
}

static __u64 file_bytes(void *context, unsigned int file)
{
	return image_file_bytes(&((struct seats *)context)->files, file);
}

static void wake(void *context, unsigned int runner)
{
	struct seats *seats = context;
	struct seat *seat = &seats->seats[runner];

	if (__atomic_fetch_add(&seat->n_inside, 0, __ATOMIC_SEQ_CST))
		notify(seat);
	else
		give_to_keeper(seats, seat);
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

/* Does all that the seat's runner can do now, with the lock held. */
static void run_seat(struct seats *seats, struct seat *seat)
{
	struct ploop_io *io;
	unsigned int n;

	do {
		n = ploop_run(seat->runner, ~0u);
		while ((io = list_take(&seat->ios))) {
			io->done(io, image_file_io(&seats->files, io));
			n++;
		}
	} while (n);
}

static void *slow_thread(void *context)
{
	struct slow *slow = context;
	struct seats *seats = slow->seats;
	struct ploop_io *io;

	pthread_mutex_lock(&slow->lock);
	while (!slow->is_ending || slow->ios.first) {
		io = list_take(&slow->ios);
		if (!io) {
			pthread_cond_wait(&slow->cond, &slow->lock);
			continue;
		}
		pthread_mutex_unlock(&slow->lock);
		io->result = image_file_io(&seats->files, io);
		inbox_put(&seats->slow_done, &io->ended);
		notify(&seats->seats[0]);
		pthread_mutex_lock(&slow->lock);
	}
	pthread_mutex_unlock(&slow->lock);
	return NULL;
}

static void end_slow_ios(struct seats *seats)
{
	struct ploop_work *next, *work = inbox_take(&seats->slow_done);

	for (; work; work = next) {
		struct ploop_io *io = owner_of(work, struct ploop_io, ended);

		next = work->next;
		io->done(io, io->result);
	}
}

/* What came while the lock was held, and who was told that nobody is inside, or
 * found the lock taken, has left it to us. */
static void leave(struct seats *seats, struct seat *seat)
{
	pthread_mutex_unlock(&seat->lock);
	if (!ploop_is_idle(seat->runner))
		wake(seats, (unsigned int)(seat - seats->seats));
}

/* Seats in which nobody sits; a seat that is taken is read by who has it. */
static void read_for_others(struct seats *seats)
{
	for (unsigned int i = 1; i < seats->n; i++) {
		struct seat *seat = &seats->seats[i];

		if (!__atomic_exchange_n(&seat->is_unread, false,
					 __ATOMIC_SEQ_CST))
			continue;
		if (pthread_mutex_trylock(&seat->lock))
			continue;
		run_seat(seats, seat);
		leave(seats, seat);
	}
}

static void *keeper_thread(void *context)
{
	struct seats *seats = context;
	struct seat *seat = &seats->seats[0];

	while (!once_see(seats->is_ending)) {
		__u32 seen = __atomic_load_n(&seat->events, __ATOMIC_SEQ_CST);
		__u64 deadline_ns, now;

		end_slow_ios(seats);
		ploop_run(seat->runner, ~0u);
		read_for_others(seats);
		deadline_ns = ploop_deadline_ns(seat->runner);
		now = image_now_ns(NULL);
		if (deadline_ns == ~0ULL)
			wait_for_event(seat, seen, ~0ULL);
		else if (deadline_ns > now)
			wait_for_event(seat, seen, deadline_ns - now);
	}
	return NULL;
}

/* --- calls
 * -------------------------------------------------------------------- */

/* A seat that is free, the one of last time first: its lock is taken. */
static struct seat *take_seat(struct seats *seats)
{
	static __thread unsigned int last;
	struct seat *seat;

	for (unsigned int i = 0; i < seats->n - 1; i++) {
		seat = &seats->seats[1 + (last + i) % (seats->n - 1)];
		if (!pthread_mutex_trylock(&seat->lock)) {
			last += i;
			return seat;
		}
	}
	seat = &seats->seats[1 + last % (seats->n - 1)];
	pthread_mutex_lock(&seat->lock);
	return seat;
}

static void call_done(struct ploop_request *request, int result)
{
	struct call *call = owner_of(request, struct call, request);

	call->result = result;
	call->is_done = true;
}

/* Until the call is done; others may do it while this one sleeps. */
static void sit(struct seats *seats, struct seat *seat, struct call *call)
{
	for (;;) {
		__u32 seen = __atomic_load_n(&seat->events, __ATOMIC_SEQ_CST);

		run_seat(seats, seat);
		if (call->is_done)
			return;
		pthread_mutex_unlock(&seat->lock);
		wait_for_event(seat, seen, ~0ULL);
		pthread_mutex_lock(&seat->lock);
	}
}

static int do_call(struct seats *seats, struct call *call)
{
	struct seat *seat = take_seat(seats);

	__atomic_fetch_add(&seat->n_inside, 1, __ATOMIC_SEQ_CST);
	call->request.done = call_done;
	ploop_submit(seat->runner, &call->request);
	sit(seats, seat, call);
	__atomic_sub_fetch(&seat->n_inside, 1, __ATOMIC_SEQ_CST);
	leave(seats, seat);
	return call->result;
}

int seats_do(struct seats *seats, enum ploop_op op, unsigned int flags,
	     __u64 offset, __u64 bytes, void *buffer)
{
	struct call call = {
		.request =
			{
				.op = op,
				.flags = flags,
				.offset = offset,
				.bytes = bytes,
				.buffer = buffer,
			},
	};

	return do_call(seats, &call);
}

int seats_snapshot(struct seats *seats, const char *path,
		   int (*name_it)(void *context), void *context)
{
	unsigned int old_top = seats->files.n - 1;
	int err = image_files_add(&seats->files, path);

	if (err)
		return err;
	err = seats_do(seats, PLOOP_FREEZE, 0, old_top + 1, 0, NULL);
	if (!err) {
		err = name_it(context);
		seats_do(seats, PLOOP_THAW, 0, !err, 0, NULL);
	}
	if (err)
		image_files_drop(&seats->files);
	else
		image_files_share(&seats->files, old_top);
	return err;
}

struct ploop_image *seats_image(struct seats *seats)
{
	return seats->image;
}

/* The first n. */
static void end_slow_threads(struct seats *seats, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct slow *slow = &seats->slows[i];

		pthread_mutex_lock(&slow->lock);
		slow->is_ending = true;
		pthread_cond_signal(&slow->cond);
		pthread_mutex_unlock(&slow->lock);
		pthread_join(slow->thread, NULL);
	}
}

static int start_threads(struct seats *seats)
{
	unsigned int n = 0;
	int err = 0;

	while (n < SLOWS && !err) {
		err = pthread_create(&seats->slows[n].thread, NULL, slow_thread,
				     &seats->slows[n]);
		n += !err;
	}
	if (!err)
		err = pthread_create(&seats->keeper, NULL, keeper_thread,
				     seats);
	if (err)
		end_slow_threads(seats, n);
	return -err;
}

static void free_seats(struct seats *seats)
{
	if (seats->image)
		ploop_free(seats->image);
	image_files_close(&seats->files);
	free(seats->seats);
	free(seats);
}

static int make_seats(struct seats *seats,
		      const struct seats_settings *settings)
{
	seats->n = settings->n_seats + 1;
	seats->seats = aligned_alloc(128, seats->n * sizeof(*seats->seats));
	if (!seats->seats)
		return -ENOMEM;
	memset(seats->seats, 0, seats->n * sizeof(*seats->seats));
	for (unsigned int i = 0; i < seats->n; i++) {
		pthread_mutex_init(&seats->seats[i].lock, NULL);
		list_init(&seats->seats[i].ios);
	}
	__atomic_store_n(&seats->seats[0].n_inside, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < SLOWS; i++) {
		seats->slows[i].seats = seats;
		pthread_mutex_init(&seats->slows[i].lock, NULL);
		pthread_cond_init(&seats->slows[i].cond, NULL);
		list_init(&seats->slows[i].ios);
	}
	return 0;
}

static int open_image(struct seats *seats,
		      const struct seats_settings *settings,
		      struct ploop_finding *finding)
{
	struct ploop_settings core = {
		.n_runners = seats->n,
		.n_files = seats->files.n,
		.read_only = settings->read_only,
		.lower_is_writable = settings->lower_is_writable,
		.counts_heat = settings->counts_heat,
		.top_clusters = settings->top_clusters,
		.pool_clusters = settings->pool_clusters,
		.writeback_ms = settings->writeback_ms,
	};
	int err = ploop_open(&ops, seats, &core, &seats->image, finding);

	if (err)
		return err;
	for (unsigned int i = 0; i < seats->n; i++)
		seats->seats[i].runner = ploop_runner(seats->image, i);
	return start_threads(seats);
}

int seats_open(const char *const *paths, unsigned int n_paths,
	       const struct seats_settings *settings, struct seats **opened,
	       struct ploop_finding *finding)
{
	struct seats *seats = calloc(1, sizeof(*seats));
	int err;

	if (!seats)
		return -ENOMEM;
	err = image_files_open(
		&seats->files, paths, n_paths,
		image_files_writable(settings->read_only,
				     settings->lower_is_writable),
		settings->is_direct);
	if (!err)
		err = make_seats(seats, settings);
	if (!err)
		err = open_image(seats, settings, finding);
	if (err)
		free_seats(seats);
	else
		*opened = seats;
	return err;
}

int seats_close(struct seats *seats)
{
	int err = seats_do(seats, PLOOP_CLOSE, 0, 0, 0, NULL);

	end_slow_threads(seats, SLOWS);
	once_publish(seats->is_ending, true);
	notify(&seats->seats[0]);
	pthread_join(seats->keeper, NULL);
	free_seats(seats);
	return err;
}
