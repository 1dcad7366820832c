/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the free extents by size, in the layout of e2freefrag. */
#ifndef FRSP_FREE_TABLE_H
#define FRSP_FREE_TABLE_H

#include <stdio.h>

#include "uapi/frsp.h"

struct free_table {
	struct frsp_ioc_free_extents extents; /* as frsp.ko fills it in */
	const char *device;
	__u32 block_bytes;
	__u64 n_blocks; /* of the filesystem, or of the one tree */
};

/* Of the free extents in loaded groups; 0 if there are none. */
struct free_sizes {
	__u64 n_extents, n_blocks;
	__u64 shortest, longest, average; /* bytes */
};

struct free_sizes free_table_sizes(const struct free_table *table);

/* The number of free blocks in all groups, loaded or not. */
__u64 free_table_blocks(const struct free_table *table);

void free_table_print(FILE *out, const struct free_table *table);

#endif
