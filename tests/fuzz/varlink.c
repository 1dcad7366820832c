// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes libFuzzer's bytes as what a client sends to frspd's socket: the first
 * byte says in how large pieces they arrive. Whatever the pieces are, the
 * messages must be the same, none longer than allowed, and each a call, a
 * reply, or refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "varlink/input.h"
#include "varlink/message.h"

#define MAX_MESSAGE 512

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static void check(const char *text, size_t len)
{
	struct varlink_reply reply;
	struct varlink_call call;
	int err = varlink_call_read(text, len, &call);

	if (len >= MAX_MESSAGE || text[len])
		abort();
	if (err ? err != -EBADMSG || call.object
		: !call.method || (call.parameters &&
				   !json_object_is_type(call.parameters,
							json_type_object)))
		abort();
	varlink_call_free(&call);
	err = varlink_reply_read(text, len, &reply);
	if (err && err != -EBADMSG)
		abort();
	varlink_reply_free(&reply);
}

/* Returns how many messages there were up to one that is too long. */
static size_t take(const char *bytes, size_t size, size_t piece)
{
	struct varlink_input input = {.max = MAX_MESSAGE};
	size_t n = 0, len;
	const char *text;
	int taken = 1;

	while (size && taken > 0) {
		taken = varlink_input_put(&input, bytes,
					  piece < size ? piece : size);
		if (taken <= 0)
			break;
		bytes += taken;
		size -= taken;
		for (; (text = varlink_input_next(&input, &len)); n++)
			check(text, len);
	}
	if (taken <= 0 && taken != -EMSGSIZE)
		abort();
	varlink_input_free(&input);
	return n;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	const char *text = (const char *)bytes + 1;

	if (size < 2)
		return 0;
	if (take(text, size - 1, 1 + bytes[0]) != take(text, size - 1, 1))
		abort();
	return 0;
}
