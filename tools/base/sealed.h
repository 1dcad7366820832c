/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that begins with 8 bytes that tell its kind, and then the number of
 * its version in 4 bytes (little-endian), and that ends with the CRC-32 (zlib)
 * of all bytes before: its seal. In between is its body with a head of fixed
 * length.
 */
#ifndef FRSP_SEALED_H
#define FRSP_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define SEALED_KIND_BYTES 8
#define SEALED_CRC_BYTES  4

/* Writes the kind and the version. */
void sealed_begin(void *data, const char *kind, __u32 version);

/* Writes the seal behind len bytes. */
void sealed_end(void *data, size_t len);

/* Whether the head can be read. Returns 0; -EINVAL: it is of another kind;
 * -EPROTONOSUPPORT: of another version; -EBADMSG: it is too short.
 */
int sealed_check_head(const void *data, size_t len, const char *kind,
		      __u32 version, size_t head_bytes);

/* Whether it has so many bytes before the seal, and these are not damaged. */
bool sealed_is_whole(const void *data, size_t len, size_t wanted);

#endif
