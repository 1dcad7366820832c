// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/interrupt.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

volatile sig_atomic_t interrupted;

static sigset_t unblocked; /* the signal mask during interrupt_poll() */
static bool catching;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	sigdelset(&unblocked, SIGINT);
	sigdelset(&unblocked, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	catching = true;
}

int interrupt_poll(struct pollfd *fds, nfds_t n_fds, double timeout_s)
{
	struct timespec timeout = {.tv_sec = timeout_s};

	timeout.tv_nsec = (timeout_s - timeout.tv_sec) * 1e9;
	return ppoll(fds, n_fds, &timeout, catching ? &unblocked : NULL);
}
