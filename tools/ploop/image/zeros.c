// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/zeros.h"

#include <string.h>

#include "base/file.h"

#define BLOCK_BYTES 4096

bool zeros_only(const void *bytes, size_t n)
{
	const char *text = bytes;

	return !n || (!text[0] && !memcmp(text, text + 1, n - 1));
}

/* How many bytes from the first on are in blocks that are all, or none, zeros.
 */
static size_t count_like(const char *bytes, size_t n, bool *is_zero)
{
	size_t at = 0;

	while (at < n) {
		size_t now = n - at < BLOCK_BYTES ? n - at : BLOCK_BYTES;
		bool zero = zeros_only(bytes + at, now);

		if (at && zero != *is_zero)
			break;
		*is_zero = zero;
		at += now;
	}
	return at;
}

int zeros_skip_write(int fd, const void *bytes, size_t n, __u64 byte)
{
	const char *at = bytes;
	int err = 0;

	while (!err && n) {
		bool is_zero = false;
		size_t now = count_like(at, n, &is_zero);

		if (!is_zero)
			err = file_write_at(fd, at, now, byte);
		at += now;
		byte += now;
		n -= now;
	}
	return err;
}
