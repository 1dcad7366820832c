// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/nbd/control.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_BYTES (PATH_MAX + 64)
#define PATIENCE_S                                                             \
	5 /* for the line of a client, so that others get their turn */

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int listener = -1;
static bool has_thread;
static pthread_t thread;
static void (*answer)(const char *command, FILE *out);

int control_listen(const char *path)
{
	int fd, err = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	listener = fd;
	if (chmod(path, 0600) || listen(fd, 8)) {
		err = -errno;
		control_end();
	}
	return err;
}

static void serve(int fd)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[LINE_BYTES];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (in && out && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		answer(line, out);
	}
	if (out)
		fclose(out);
	if (in)
		fclose(in);
	else
		close(fd);
}

static void *accept_clients(void *context)
{
	int fd;

	(void)context;
	for (;;) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			serve(fd);
		else if (errno != EINTR && errno != ECONNABORTED)
			return NULL;
	}
}

int control_start(void (*answer_command)(const char *command, FILE *out))
{
	int err;

	if (listener < 0)
		return 0;
	answer = answer_command;
	err = pthread_create(&thread, NULL, accept_clients, NULL);
	has_thread = !err;
	return -err;
}

void control_end(void)
{
	if (listener < 0)
		return;
	/* accept() fails from now on */
	shutdown(listener, SHUT_RDWR);
	if (has_thread)
		pthread_join(thread, NULL);
	close(listener);
	unlink(address.sun_path);
	listener = -1;
	has_thread = false;
}
