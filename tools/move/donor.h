/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A donor: a file without a name whose blocks replace those of another file.
 * The kernel frees it when it is closed, also if the program is killed, and
 * after a crash the recovery of the journal frees it.
 */
#ifndef FRSP_MOVE_DONOR_H
#define FRSP_MOVE_DONOR_H

#include "move/anchor.h"

/* The most blocks that ext4 allocates in one extent without rounding the
 * request up: unwritten extents have at most 32767 blocks, and a request for
 * more is normalised (ext4_mb_normalize_request()).
 */
#define DONOR_MAX_BLOCKS 32767

/* Makes an empty donor in the directory dir, where ext4 then looks for blocks
 * first. Returns a descriptor or -errno.
 */
int donor_open(int dir);

/* How many bytes the donor may get now. keep_free: bytes that must stay
 * available to users other than root.
 */
__u64 donor_room(int donor, __u64 keep_free);

/*
 * Allocates blocks for the bytes [start, start + bytes), which are not written.
 * 0; -ENOSPC: there is not enough room; or another -errno. After an error the
 * donor has no blocks.
 */
int donor_allocate(int donor, __u64 start, __u64 bytes, __u64 keep_free);

/*
 * Gives an empty donor its anchor (move/anchor.h), and sets *offset, in bytes:
 * where to allocate then. aim: all but the anchor's place is set. 0;
 * -EADDRNOTAVAIL: wherever the anchor is, there is no such offset; or another
 * -errno. After an error the donor has no blocks.
 */
int donor_set_anchor(int donor, __u32 block_bytes, __u64 keep_free,
		     struct anchor_aim *aim, __u64 *offset);

/* Gives the donor a name in the directory, so that its blocks stay allocated
 * when it is closed, and makes it immutable, so that nobody moves or deletes it
 * by mistake. 0, or -errno: it has no name.
 */
#define DONOR_NAME_LEN 48
int donor_keep(int donor, int dir, char name[DONOR_NAME_LEN]);

/* Frees all blocks, so that the donor can be used again. */
void donor_empty(int donor);

#endif
