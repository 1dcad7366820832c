// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One process, the worker, answers one question after the other. A worker that
 * does not answer in time is given up: it stays where it hangs, because not
 * even SIGKILL ends a process that waits for a FUSE server. The next question
 * gets a new worker. Example, if mount 7 does not answer:
 *
 *   question to 7: worker A hangs. After PATIENCE_S the call fails.
 *   question to 8: worker B answers.
 *   question to 7: fails at once, as A still hangs.
 *   7 answers after all, so A ends.
 *   question to 7: worker B answers.
 *
 * So at most one worker hangs per mount. Threads would not do: a process that
 * has to end waits for all its threads.
 *
 * The worker is forked without exec, so a function has the same address in both
 * processes.
 */
#include "base/aside.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/interrupt.h"

#define PATIENCE_S	 1.0
#define PATIENCE_STUCK_S 0.2 /* while another worker hangs */
#define PATIENCE_END_S	 0.5 /* in all, after we were told to end */
#define MAX_STUCK	 64

struct question {
	aside_fn run;
	unsigned char message[ASIDE_MAX_BYTES];
};

struct answer {
	int result;
	unsigned char message[ASIDE_MAX_BYTES];
};

#define QUESTION_HEAD offsetof(struct question, message)
#define ANSWER_HEAD   offsetof(struct answer, message)

union fd_room {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static struct {
	pid_t child; /* 0: none */
	int socket;
} worker;

static struct {
	pid_t child;
	int mount_id;
} stuck[MAX_STUCK];

static size_t n_stuck;
static double waited_at_end_s; /* since we were told to end */

static void send_answer(int socket, struct answer *answer, size_t len, int fd)
{
	union fd_room room = {0};
	struct iovec part = {answer, ANSWER_HEAD + len};
	struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *rights = &room.align;

	if (fd >= 0) {
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
		head.msg_control = &room;
		head.msg_controllen = sizeof(room);
	}
	/* The worker was given up meanwhile: nobody wants the answer. */
	if (sendmsg(socket, &head, MSG_NOSIGNAL) < 0)
		_exit(0);
	if (fd >= 0)
		close(fd);
}

__attribute__((noreturn)) static void work(int socket)
{
	static struct question question;
	static struct answer answer;
	ssize_t len;

	while ((len = recv(socket, &question, sizeof(question), 0)) > 0) {
		int fd = -1;

		len -= QUESTION_HEAD;
		answer.result = question.run(question.message, &fd);
		memcpy(answer.message, question.message, len);
		send_answer(socket, &answer, len, fd);
	}
	_exit(0);
}

static void forget_stuck(size_t i)
{
	stuck[i] = stuck[--n_stuck];
}

/* True if a worker hangs on this mount, or too many workers hang. */
static bool is_stuck(int mount_id)
{
	for (size_t i = n_stuck; i--;)
		if (child_has_ended(stuck[i].child))
			forget_stuck(i);
	if (n_stuck == MAX_STUCK)
		return true;
	for (size_t i = 0; i < n_stuck; i++)
		if (mount_id && stuck[i].mount_id == mount_id)
			return true;
	return false;
}

static void give_up(int mount_id)
{
	close(worker.socket);
	stuck[n_stuck].child = worker.child;
	stuck[n_stuck++].mount_id = mount_id;
	worker.child = 0;
}

/* At exit, so that no worker holds a mount after the program has ended. */
static void end_workers(void)
{
	if (child_is_this())
		return;
	for (size_t i = 0; i < n_stuck; i++)
		kill(stuck[i].child, SIGKILL);
	if (worker.child)
		child_end(worker.child);
}

static int start_worker(void)
{
	static bool registered;
	int pair[2], err;

	if (worker.child)
		return 0;
	if (!registered && atexit(end_workers))
		return -ENOMEM;
	registered = true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	worker.child = child_fork("frsp-aside", pair[1]);
	if (!worker.child)
		work(pair[1]);
	err = -errno;
	close(pair[1]);
	if (worker.child > 0) {
		worker.socket = pair[0];
		return 0;
	}
	close(pair[0]);
	worker.child = 0;
	return err;
}

/* Cleans up after a worker that ended by itself. */
static int lost_worker(void)
{
	close(worker.socket);
	child_end(worker.child);
	worker.child = 0;
	return -EIO;
}

static double patience_s(void)
{
	if (interrupted)
		return PATIENCE_END_S - waited_at_end_s;
	return n_stuck ? PATIENCE_STUCK_S : PATIENCE_S;
}

static bool is_answered(void)
{
	struct pollfd input = {.fd = worker.socket, .events = POLLIN};
	double start_s = clock_monotonic_s(), waited_s = 0, left_s;
	int n = 0;

	while (n <= 0 && (left_s = patience_s() - waited_s) > 0) {
		n = interrupt_poll(&input, 1, left_s);
		waited_s = clock_monotonic_s() - start_s;
	}
	/* An answer that comes at once uses nothing of PATIENCE_END_S. */
	if (interrupted && waited_s > 0.001)
		waited_at_end_s += waited_s;
	return n > 0;
}

static int take_answer(void *message, size_t len, int *fd)
{
	static struct answer answer;
	union fd_room room;
	struct iovec part = {&answer, sizeof(answer)};
	struct msghdr head = {.msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = &room,
			      .msg_controllen = sizeof(room)};
	struct cmsghdr *rights;

	if (recvmsg(worker.socket, &head, MSG_CMSG_CLOEXEC) !=
	    (ssize_t)(ANSWER_HEAD + len))
		return lost_worker();
	memcpy(message, answer.message, len);
	rights = CMSG_FIRSTHDR(&head);
	if (rights && fd)
		memcpy(fd, CMSG_DATA(rights), sizeof(*fd));
	return answer.result;
}

static int ask(aside_fn run, const void *message, size_t len)
{
	static struct question question;
	int err = start_worker();

	if (err)
		return err;
	question.run = run;
	memcpy(question.message, message, len);
	if (send(worker.socket, &question, QUESTION_HEAD + len, MSG_NOSIGNAL) <
	    0)
		return lost_worker();
	return 0;
}

int aside(aside_fn run, void *message, size_t len, int mount_id, int *fd)
{
	int err;

	if (child_is_this())
		return run(message, fd);
	if (is_stuck(mount_id))
		return -ETIMEDOUT;
	if (patience_s() <= 0)
		return -ECANCELED;
	err = ask(run, message, len);
	if (err)
		return err;
	if (is_answered())
		return take_answer(message, len, fd);
	give_up(mount_id);
	return interrupted ? -ECANCELED : -ETIMEDOUT;
}
