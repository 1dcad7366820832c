// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "daemon/decide.h"

#define ERRORS_BYTES 65536 /* that it may write to standard error */
#define END_MS	     900

void command_add(struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(command->args[command->n], sizeof(command->args[0]), format,
		  args);
	va_end(args);
	command->n++;
}

void command_begin(struct command *command, const char *name)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *end;

	if (command->has_errors)
		close(command->errors);
	command->has_errors = false;
	command->n = 0;
	path[len < 0 ? 0 : len] = '\0';
	end = strrchr(path, '/');
	command_add(command, "%.*s/frspctl", end ? (int)(end - path) : 0, path);
	command_add(command, "%s", name);
	command_add(command, "--journal=%s", decide_journal());
}

void command_add_file(struct command *command, const char *option,
		      const char *root, const char *path)
{
	char whole[PATH_MAX];

	if (!*root)
		return;
	snprintf(whole, sizeof(whole), "%s%s", root, path);
	if (!access(whole, R_OK))
		command_add(command, "%s=%s", option, whole);
}

/* A file in memory that cannot grow. */
static int open_errors(void)
{
	int fd = memfd_create("frspd-errors", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	if (!ftruncate(fd, ERRORS_BYTES) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_GROW))
		return fd;
	close(fd);
	return -EIO;
}

int command_start(struct command *command, const int *fds, size_t n_fds)
{
	char *argv[COMMAND_MAX_ARGS + 1] = {0};
	pid_t child;

	for (size_t i = 0; i < command->n; i++)
		argv[i] = command->args[i];
	command->errors = open_errors();
	if (command->errors < 0)
		return command->errors;
	command->has_errors = true;
	child = child_exec(argv, fds, n_fds, command->errors);
	if (child < 0)
		return child;
	command->child = child;
	command->is_running = true;
	return 0;
}

bool command_has_ended(struct command *command, int *status)
{
	if (waitpid(command->child, status, WNOHANG) != command->child)
		return false;
	command->is_running = false;
	return true;
}

void command_error(const struct command *command, int status, char *text,
		   size_t size)
{
	static const char prefix[] = "frspctl: ";
	ssize_t len = pread(command->errors, text, size - 1, 0);

	text[len < 0 ? 0 : len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!strncmp(text, prefix, strlen(prefix)))
		memmove(text, text + strlen(prefix),
			strlen(text + strlen(prefix)) + 1);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		snprintf(text, size, "%s cannot be run", command->args[0]);
	else if (!*text)
		snprintf(text, size, "frspctl ended with status %d",
			 WIFEXITED(status) ? WEXITSTATUS(status)
					   : 128 + WTERMSIG(status));
}

void command_end(struct command *command)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	int status;

	if (command->is_running)
		kill(command->child, SIGTERM);
	for (int i = 0; command->is_running && i < END_MS; i++) {
		nanosleep(&ms, NULL);
		command_has_ended(command, &status);
	}
	if (command->is_running)
		child_end(command->child);
	if (command->has_errors)
		close(command->errors);
	*command = (struct command){0};
}
