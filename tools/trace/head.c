// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/head.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/little_endian.h"

#define HOST_AT 40
#define BOOT_AT (HOST_AT + TRACE_HOST_LEN)
#define CRC_AT	(BOOT_AT + TRACE_BOOT_LEN)

void trace_head_put(const struct trace_info *info, __u8 head[TRACE_HEAD_BYTES])
{
	memset(head, 0, TRACE_HEAD_BYTES);
	memcpy(head, TRACE_MAGIC, TRACE_MAGIC_BYTES);
	le32_put(head + 8, TRACE_VERSION);
	le32_put(head + 12, info->kind);
	le32_put(head + 16, info->half_life_ms);
	le64_put(head + 24, info->begin_ns);
	le64_put(head + 32, info->begin_mono_ns);
	memcpy(head + HOST_AT, info->host,
	       strnlen(info->host, TRACE_HOST_LEN - 1));
	memcpy(head + BOOT_AT, info->boot_id,
	       strnlen(info->boot_id, TRACE_BOOT_LEN - 1));
	le32_put(head + CRC_AT, crc32_z(0, head, CRC_AT));
}

int trace_head_get(const __u8 head[TRACE_HEAD_BYTES], size_t n,
		   struct trace_info *info, __u32 *version)
{
	if (n < TRACE_MAGIC_BYTES ||
	    memcmp(head, TRACE_MAGIC, TRACE_MAGIC_BYTES) != 0)
		return -EINVAL;
	if (n < TRACE_MAGIC_BYTES + sizeof(*version))
		return -EBADMSG;
	/* before the checksum, which another version may have elsewhere */
	*version = le32_get(head + 8);
	if (*version != TRACE_VERSION)
		return -EPROTONOSUPPORT;
	if (n < TRACE_HEAD_BYTES ||
	    le32_get(head + CRC_AT) != crc32_z(0, head, CRC_AT))
		return -EBADMSG;
	*info = (struct trace_info){
		.kind = le32_get(head + 12),
		.half_life_ms = le32_get(head + 16),
		.begin_ns = le64_get(head + 24),
		.begin_mono_ns = le64_get(head + 32),
	};
	memcpy(info->host, head + HOST_AT, TRACE_HOST_LEN);
	memcpy(info->boot_id, head + BOOT_AT, TRACE_BOOT_LEN);
	return info->kind < TRACE_NR_KINDS &&
			       info->half_life_ms >= TRACE_MIN_HALF_LIFE_MS &&
			       info->half_life_ms <= TRACE_MAX_HALF_LIFE_MS &&
			       !info->host[TRACE_HOST_LEN - 1] &&
			       !info->boot_id[TRACE_BOOT_LEN - 1]
		       ? 0
		       : -EBADMSG;
}
