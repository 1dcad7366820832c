// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sealed.h"

#include <errno.h>
#include <zlib.h>

#include "base/little_endian.h"

void sealed_begin(void *data, const char *kind, __u32 version)
{
	memcpy(data, kind, SEALED_KIND_BYTES);
	le32_put((__u8 *)data + SEALED_KIND_BYTES, version);
}

void sealed_end(void *data, size_t len)
{
	le32_put((__u8 *)data + len, crc32_z(0, data, len));
}

int sealed_check_head(const void *data, size_t len, const char *kind,
		      __u32 version, size_t head_bytes)
{
	if (len < SEALED_KIND_BYTES ||
	    memcmp(data, kind, SEALED_KIND_BYTES) != 0)
		return -EINVAL;
	if (len < head_bytes + SEALED_CRC_BYTES)
		return -EBADMSG;
	/* before the seal, as another version may have that elsewhere */
	if (le32_get((const __u8 *)data + SEALED_KIND_BYTES) != version)
		return -EPROTONOSUPPORT;
	return 0;
}

bool sealed_is_whole(const void *data, size_t len, size_t wanted)
{
	return len == wanted + SEALED_CRC_BYTES &&
	       le32_get((const __u8 *)data + wanted) ==
		       crc32_z(0, data, wanted);
}
