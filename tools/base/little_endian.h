/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian numbers of disks and files, at any alignment. */
#ifndef FRSP_LITTLE_ENDIAN_H
#define FRSP_LITTLE_ENDIAN_H

#include <endian.h>
#include <string.h>
#include <linux/types.h>

static inline __u16 le16_get(const __u8 *from)
{
	__u16 value;

	memcpy(&value, from, sizeof(value));
	return le16toh(value);
}

static inline __u32 le32_get(const __u8 *from)
{
	__u32 value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static inline __u64 le64_get(const __u8 *from)
{
	__u64 value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static inline void le32_put(__u8 *to, __u32 value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static inline void le64_put(__u8 *to, __u64 value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

#endif
