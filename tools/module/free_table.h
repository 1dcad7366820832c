/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free extents by size, laid out as e2freefrag prints them. */
#ifndef FRSP_FREE_TABLE_H
#define FRSP_FREE_TABLE_H

#include <stdio.h>

#include "uapi/frsp.h"

struct free_table {
	struct frsp_ioc_free_extents extents; /* as frsp.ko fills it in */
	const char *device;
	__u32 block_bytes;
	__u64 n_blocks; /* of what was asked for */
};

/* Of what is loaded, in bytes; 0 if there is none. */
struct free_sizes {
	__u64 n_extents, n_blocks;
	__u64 shortest, longest, average;
};

struct free_sizes free_table_sizes(const struct free_table *table);

/* Blocks that are free, in all groups, loaded or not. */
__u64 free_table_blocks(const struct free_table *table);

void free_table_print(FILE *out, const struct free_table *table);

#endif
