// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * at_call CALLS N COMMAND PROGRAM [ARG...]: starts PROGRAM, and stops it just
 * before the Nth system call that is one of CALLS (names, with commas between
 * them), in whatever thread. Then runs COMMAND by sh(1), which finds the
 * process in $PID, and lets PROGRAM go on, if COMMAND has not ended it. So each
 * step of a program can be interrupted, again and again in the same place.
 * Calls do not count if their first argument is a descriptor of a file whose
 * path begins with $AT_CALL_IGNORE.
 *
 * Exit status: PROGRAM's; 128 + N: signal N ended it; NO_SUCH_CALL: it made
 * less than N such calls; BROKEN: COMMAND failed, or at_call did.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NO_SUCH_CALL 99
#define BROKEN	     98

static const struct {
	const char *name;
	unsigned long long number;
} known[] = {
	{"close", __NR_close},
	{"fadvise", __NR_fadvise64},
	{"fallocate", __NR_fallocate},
	{"fcntl", __NR_fcntl},
	{"fdatasync", __NR_fdatasync},
	{"fsync", __NR_fsync},
	{"ftruncate", __NR_ftruncate},
	{"ioctl", __NR_ioctl},
	{"openat", __NR_openat},
	{"pread", __NR_pread64},
	{"pwrite", __NR_pwrite64},
#ifdef __NR_rename
	{"rename", __NR_rename},
#endif
	{"write", __NR_write},
	{"sync_file_range", __NR_sync_file_range},
#ifdef __NR_unlink
	{"unlink", __NR_unlink},
#endif
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

static bool wanted[N_KNOWN];

__attribute__((noreturn)) static void broken(const char *what)
{
	fprintf(stderr, "at_call: %s: %s\n", what, strerror(errno));
	exit(BROKEN);
}

static void want(const char *name)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (!strcmp(name, known[i].name)) {
			wanted[i] = true;
			return;
		}
	errno = ENOSYS;
	broken(name);
}

static bool is_wanted(unsigned long long number)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (wanted[i] && known[i].number == number)
			return true;
	return false;
}

static bool is_ignored(pid_t pid, unsigned long long fd)
{
	const char *ignore = getenv("AT_CALL_IGNORE");
	char link[64], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/fd/%llu", pid, fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (!ignore || len < 0)
		return false;
	path[len] = '\0';
	return !strncmp(path, ignore, strlen(ignore));
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		broken("fork");
	if (pid)
		return pid;
	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		broken("ptrace");
	raise(SIGSTOP); /* until the options are set */
	execvp(argv[0], argv);
	broken(argv[0]);
}

/* True: the process stopped at the entry of a system call that is wanted. */
static bool enters_call(pid_t pid, int status)
{
	struct __ptrace_syscall_info info;

	if (WSTOPSIG(status) != (SIGTRAP | 0x80))
		return false;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		return false; /* it was killed meanwhile */
	return info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	       is_wanted(info.entry.nr) && !is_ignored(pid, info.entry.args[0]);
}

/* A signal that stopped the process is for it; a stop of ptrace's is not. */
static int signal_of(int status)
{
	int signal = WSTOPSIG(status);

	return signal == (SIGTRAP | 0x80) || signal == SIGTRAP ||
			       signal == SIGSTOP
		       ? 0
		       : signal;
}

static void run(const char *command, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	setenv("PID", text, 1);
	if (system(command)) {
		errno = ECANCELED;
		broken(command);
	}
}

/* Returns the status with which the process ended, of waitpid(2). New threads
 * are followed from their begin on; their ends mean nothing. */
static int follow(pid_t pid, long n, const char *command, long *met)
{
	pid_t thread = pid;
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		broken("start");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
			   PTRACE_O_TRACECLONE))
		broken("options");
	while (thread != pid || WIFSTOPPED(status)) {
		if (WIFSTOPPED(status)) {
			if (*met < n && enters_call(thread, status) &&
			    ++*met == n)
				run(command, pid);
			ptrace(*met == n ? PTRACE_DETACH : PTRACE_SYSCALL,
			       thread, 0, signal_of(status));
		}
		thread = waitpid(-1, &status, __WALL);
		if (thread < 0)
			broken("wait");
	}
	return status;
}

int main(int argc, char **argv)
{
	long met = 0, n;
	int status;

	if (argc < 5) {
		fprintf(stderr,
			"usage: at_call CALLS N COMMAND PROGRAM [ARG...]\n");
		return BROKEN;
	}
	for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ","))
		want(name);
	n = strtol(argv[2], NULL, 10);
	status = follow(start(argv + 4), n, argv[3], &met);
	if (met < n)
		return NO_SUCH_CALL;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
