// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

#define END_MS 200 /* enough for a killed child that nothing holds */

static bool is_child;

static void close_others(const int *keep, size_t n)
{
	int first = 0;

	for (size_t i = 0; i < n; i++) {
		if (keep[i] > first)
			close_range(first, keep[i] - 1, 0);
		first = keep[i] + 1;
	}
	close_range(first, ~0U, 0);
}

/* death_signal: what the child gets when the parent ends. */
static void leave_signals(pid_t parent, int death_signal)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, death_signal);
	if (getppid() != parent)
		_exit(0);
	/* Ctrl-C is for the parent, which decides when the child ends. */
	setpgid(0, 0);
}

static void leave_parent(pid_t parent, const char *name, const int *keep,
			 size_t n)
{
	leave_signals(parent, SIGKILL);
	close_others(keep, n);
	prctl(PR_SET_NAME, name);
}

pid_t child_fork(const char *name, int keep_fd)
{
	return child_fork_keeping(name, &keep_fd, keep_fd >= 0);
}

pid_t child_fork_keeping(const char *name, const int *keep, size_t n)
{
	pid_t parent = getpid(), child = fork();

	if (!child) {
		is_child = true;
		leave_parent(parent, name, keep, n);
	}
	return child;
}

#define HIGH_FD 100 /* no fd that is passed on is so high */

/* All go up first, so that none is in the way of another. */
static void take_files(const int *fds, size_t n_fds, int errors)
{
	int high[CHILD_MAX_FDS];

	errors = fcntl(errors, F_DUPFD, HIGH_FD);
	for (size_t i = 0; i < n_fds; i++)
		high[i] = fcntl(fds[i], F_DUPFD, HIGH_FD);
	close_range(0, HIGH_FD - 1, 0);
	if (open("/dev/null", O_RDWR) != STDIN_FILENO)
		_exit(127);
	dup2(STDIN_FILENO, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	for (size_t i = 0; i < n_fds; i++)
		dup2(high[i], 3 + (int)i);
	close_range(3 + n_fds, ~0U, 0);
}

pid_t child_exec(char *const argv[], const int *fds, size_t n_fds, int errors)
{
	pid_t parent = getpid(), child = fork();

	if (child)
		return child < 0 ? -errno : child;
	leave_signals(parent, SIGTERM);
	take_files(fds, n_fds, errors);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	execv(argv[0], argv);
	_exit(127);
}

bool child_is_this(void)
{
	return is_child;
}

bool child_has_ended(pid_t child)
{
	return waitpid(child, NULL, WNOHANG) != 0;
}

void child_end(pid_t child)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	kill(child, SIGKILL);
	for (int i = 0; i < END_MS && !child_has_ended(child); i++)
		nanosleep(&ms, NULL);
}

/* False: the child did not end within patience_s, or we were told to end. */
static bool wait_for_end(pid_t child, double patience_s)
{
	double end_s = clock_monotonic_s() + patience_s, left_s;
	struct pollfd ended = {.fd = pidfd_open(child, 0), .events = POLLIN};
	int n = 0;

	if (ended.fd < 0)
		return false;
	while (n <= 0 && !interrupted &&
	       (left_s = end_s - clock_monotonic_s()) > 0)
		n = interrupt_poll(&ended, 1, left_s);
	close(ended.fd);
	return n > 0;
}

int child_run(const char *name, int (*run)(void *context), void *context,
	      double patience_s)
{
	pid_t child = child_fork(name, -1);
	int status;

	if (child < 0)
		return -errno;
	if (!child)
		_exit(-run(context));
	if (!wait_for_end(child, patience_s))
		return -ETIMEDOUT;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -EIO;
	return -WEXITSTATUS(status);
}
