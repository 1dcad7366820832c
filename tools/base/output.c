// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool said;

/* If a standard stream is closed, the next file that the program opens gets its
 * number, and messages would go into that file. So we open something else with
 * O_PATH: that takes the number, and reads and writes fail with EBADF, as if
 * the stream were closed.
 */
static void occupy_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) < 0)
			return;
}

/* Runs at exit. argp ends --help and --version with exit(), so main() cannot do
 * this.
 */
static void end(int status, void *context)
{
	bool was_lost = output_is_lost();

	(void)context;
	errno = 0;
	if (!fclose(stdout) && !was_lost)
		return;
	if (!said)
		output_fail(-errno);
	_exit(status ? status : EXIT_FAILED);
}

void output_begin(void)
{
	occupy_closed_streams();
	on_exit(end, NULL);
}

int output_flush(FILE *out)
{
	if (fflush(out))
		return -errno;
	return ferror(out) ? -EIO : 0;
}

bool output_is_lost(void)
{
	return ferror(stdout);
}

enum exit_code output_fail(int err)
{
	said = true;
	if (err == -EBADF)
		return log_fail(EXIT_FAILED, "give it one, such as >FILE",
				"cannot write the output: standard output is "
				"closed");
	return log_fail(EXIT_FAILED, "make room, or write elsewhere",
			"cannot write the output%s%s", err ? ": " : "",
			err ? strerror(-err) : "");
}
