// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests that a process is known again, and no other is taken for it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "suite.h"

static void test_self(void **state)
{
	struct process self;
	__u64 ticks, minute;
	int pidfd;

	(void)state;
	/* a name that looks like the fields behind it */
	prctl(PR_SET_NAME, "a) S 1 2 (b");
	assert_int_equal(process_self(&self), 0);
	assert_int_equal(self.pid, getpid());
	/* it began within the last minute, or since the boot */
	minute = 60 * sysconf(_SC_CLK_TCK);
	ticks = clock_ns(CLOCK_BOOTTIME) /
		(NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
	assert_in_range(self.start_ticks, ticks > minute ? ticks - minute : 0,
			ticks);
	assert_int_equal(strlen(self.boot_id), 36);
	assert_true(process_runs(&self));
	pidfd = process_open(&self);
	assert_true(pidfd >= 0);
	close(pidfd);
}

static void test_others(void **state)
{
	struct process self, other;

	(void)state;
	assert_int_equal(process_self(&self), 0);
	other = self;
	other.start_ticks--;
	assert_int_equal(process_open(&other), -ESRCH);
	assert_false(process_runs(&other));
	other = self;
	other.boot_id[0] ^= 1;
	assert_int_equal(process_open(&other), -ESRCH);
	other = self;
	other.pid = 0;
	assert_int_equal(process_open(&other), -ESRCH);
	assert_int_equal(process_send(&other, SIGKILL, 0), -ESRCH);
}

static void *open_as_process(void *process)
{
	struct process *self = process;
	int err;

	self->pid = gettid();
	err = process_open(self);
	return (void *)(intptr_t)err;
}

/* Threads have numbers of the same kind. */
static void test_thread(void **state)
{
	struct process self;
	pthread_t thread;
	void *err;

	(void)state;
	assert_int_equal(process_self(&self), 0);
	assert_int_equal(pthread_create(&thread, NULL, open_as_process, &self),
			 0);
	assert_int_equal(pthread_join(thread, &err), 0);
	assert_int_equal((intptr_t)err, -ESRCH);
}

/* Also before its parent has waited for it. */
static void test_ended(void **state)
{
	struct process child;
	siginfo_t info;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	if (!fork()) {
		process_self(&child);
		_exit(write(fds[1], &child, sizeof(child)) != sizeof(child));
	}
	assert_int_equal(read(fds[0], &child, sizeof(child)), sizeof(child));
	assert_int_equal(waitid(P_PID, child.pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(process_runs(&child));
	assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
	assert_false(process_runs(&child));
	close(fds[0]);
	close(fds[1]);
}

/* Signals of this kind arrive in the order in which they were sent. */
static void test_send(void **state)
{
	static const int values[] = {7, 5, 7, 9};
	struct process self;
	siginfo_t info;
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(process_self(&self), 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		assert_int_equal(process_send(&self, SIGRTMIN, values[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		assert_int_equal(sigwaitinfo(&set, &info), SIGRTMIN);
		assert_int_equal(info.si_value.sival_int, values[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),   cmocka_unit_test(test_others),
		cmocka_unit_test(test_thread), cmocka_unit_test(test_ended),
		cmocka_unit_test(test_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
