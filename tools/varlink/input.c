// SPDX-License-Identifier: GPL-2.0-or-later
#include "varlink/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FIRST_ROOM 1024

/* Moves what was not taken to the front. Returns -EMSGSIZE if it fills all that
 * a message may have.
 */
static int make_room(struct varlink_input *input)
{
	size_t room = input->room ?: FIRST_ROOM;
	char *more;

	input->len -= input->taken;
	if (input->taken && input->len)
		memmove(input->bytes, input->bytes + input->taken, input->len);
	input->taken = 0;
	if (input->len < input->room)
		return 0;
	if (input->room)
		room *= 2;
	if (room > input->max)
		room = input->max;
	if (room == input->len)
		return -EMSGSIZE;
	more = realloc(input->bytes, room);
	if (!more)
		return -ENOMEM;
	input->bytes = more;
	input->room = room;
	return 0;
}

int varlink_input_fill(struct varlink_input *input, int fd)
{
	int err = make_room(input);
	ssize_t n;

	if (err)
		return err;
	n = recv(fd, input->bytes + input->len, input->room - input->len, 0);
	if (n < 0)
		return -errno;
	input->len += n;
	return n;
}

int varlink_input_put(struct varlink_input *input, const char *bytes,
		      size_t len)
{
	int err = make_room(input);

	if (err)
		return err;
	if (len > input->room - input->len)
		len = input->room - input->len;
	memcpy(input->bytes + input->len, bytes, len);
	input->len += len;
	return len;
}

const char *varlink_input_next(struct varlink_input *input, size_t *len)
{
	const char *text = input->bytes + input->taken, *end;

	if (input->len == input->taken)
		return NULL;
	end = memchr(text, '\0', input->len - input->taken);
	if (!end)
		return NULL;
	*len = end - text;
	input->taken += *len + 1;
	return text;
}

void varlink_input_free(struct varlink_input *input)
{
	free(input->bytes);
	*input = (struct varlink_input){.max = input->max};
}
