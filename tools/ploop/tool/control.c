// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks a server: a line to its socket, and a line back, "ok TEXT" or "error
 * TEXT". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ploop/tool/tool.h"

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The line without its end; NULL: there is none. */
static char *read_line(int fd)
{
	FILE *stream = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	if (!stream) {
		close(fd);
		return NULL;
	}
	if (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
	} else {
		free(line);
		line = NULL;
	}
	fclose(stream);
	return line;
}

char *control_ask(const char *socket, const char *command,
		  struct image_problem *problem)
{
	int fd = open_socket(socket);
	char *line, *text;

	if (fd < 0) {
		problem_with(problem, socket, fd);
		return NULL;
	}
	dprintf(fd, "%s\n", command);
	line = read_line(fd);
	if (!line) {
		problem_say(problem, socket, "the server does not answer");
		return NULL;
	}
	if (strncmp(line, "ok ", 3)) {
		problem_say(problem, socket, "%s",
			    strncmp(line, "error ", 6) ? line : line + 6);
		free(line);
		return NULL;
	}
	text = strdup(line + 3);
	free(line);
	if (!text)
		problem_with(problem, socket, -ENOMEM);
	return text;
}
