/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The format extension: a cluster with a checksum and a list of features, of
 * which we know the dirty bitmap. Pure: bytes in, numbers out.
 */
#ifndef FRSP_PLOOP_EXTENSION_H
#define FRSP_PLOOP_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "ploop/core/format.h"

enum extension_fault {
	EXTENSION_FINE,
	EXTENSION_BAD_MAGIC,
	EXTENSION_BAD_SUM,
	EXTENSION_CUT,
	EXTENSION_BAD_SIZE,
	EXTENSION_BAD_GRANULARITY,
	EXTENSION_BAD_TABLE,
	EXTENSION_FAULTS
};

/* "its checksum is wrong", or the like. */
const char *extension_fault_text(enum extension_fault fault);

/* A dirty bitmap. Part i of it is in the cluster at sector
 * extension_part(bitmap, i).
 */
struct extension_bitmap {
	__u8 id[16];
	__u32 granularity; /* sectors for each bit */
	__u32 n_parts;
	const __u8 *parts;
};

/* These are no sectors: all bits of the part are 0, or 1. */
#define EXTENSION_ALL_CLEAN 0
#define EXTENSION_ALL_DIRTY 1

__u64 extension_part(const struct extension_bitmap *bitmap, __u32 i);

struct extension_features {
	/* may be NULL */
	void (*bitmap)(void *context, const struct extension_bitmap *bitmap);
	/* a feature that we do not know; may be NULL */
	void (*unknown)(void *context, __u64 magic);
	void *context;
};

/* Calls features for what is in the cluster, which has ploop_cluster_bytes().
 * After a fault it may have been called for what is in front of it.
 */
enum extension_fault extension_read(const struct ploop_header *header,
				    const __u8 *cluster,
				    const struct extension_features *features);

/* Writes the checksum of the cluster into it. */
void extension_seal(const struct ploop_header *header, __u8 *cluster);

#endif
