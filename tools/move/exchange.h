/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exchanges the blocks of a file for those of a donor, step by step. */
#ifndef FRSP_MOVE_EXCHANGE_H
#define FRSP_MOVE_EXCHANGE_H

#include <stdbool.h>

#include "fs/fiemap.h"
#include "move/donor.h"
#include "move/pace.h"

struct exchange {
	int fd;	   /* of the file, open for reading and writing */
	int donor; /* with blocks at the same offsets plus donor_shift */
	int dir;   /* any directory of the filesystem */
	/* modulo 2^64; a multiple of a block and of a page */
	__u64 donor_shift;
	__u32 block_bytes;
	/* The page cache may have large folios, which the exchange cannot
	 * handle: read the range into small ones first.
	 */
	bool has_large_folios;
	/* The file has a lease. Without one, others may write the file
	 * meanwhile, and frsp.ko must note each exchange (kmod/exchange.c).
	 */
	bool has_lease;
	const char *fs_name; /* its name in /sys/fs/ext4 */
	/* Where the range was before any of it was exchanged. */
	const struct file_extents *before;
	struct move_pace *pace;
	__u64 step_bytes; /* of the next call; begins as STEP_START_BYTES */

	/* Called after each step. */
	void (*progress)(struct exchange *exchange);
	/* Called before each step. 0: go on; 1: not now, ask again soon; or a
	 * -errno, with which exchange_range() ends.
	 */
	int (*checkpoint)(struct exchange *exchange);
	void *context;

	/* results */
	__u64 moved_bytes; /* sum over all calls */
	double longest_s;  /* of the calls of the exchange */
	int n_slow;	   /* of the last calls, how many were too slow */
	/* The disk has a part of the file only where it was before, and these
	 * blocks are the donor's. So the donor must not be emptied. kept: its
	 * name in .dir; "": it could not get one.
	 */
	bool is_torn;
	char kept[DONOR_NAME_LEN];
	const char *failed; /* what failed, for a message, if an error is
			       returned */
};

/*
 * Exchanges the bytes [start, start + bytes); both are multiples of a block. 0:
 * all of it, or as much as the file still has there. -EAGAIN: somebody wants
 * the file, and the lease is to be given back; -ENOTCONN: without a lease, and
 * frsp.ko is not there any more; -EINTR: the program was told to
 * end; -EBUSY: pages of the range stay dirty; -ECANCELED: the exchange makes
 * the journal commit again and again; -EUCLEAN: the new blocks cannot be
 * written, and the old ones not brought back, so .is_torn is set; what
 * .checkpoint returned, with .failed NULL; or another -errno. In each case but
 * -EUCLEAN the file has its content, and what was exchanged is committed; that
 * may be a part.
 */
int exchange_range(struct exchange *exchange, __u64 start, __u64 bytes);

/* Pauses as the pace and the checkpoint demand, and looks whether somebody wants
 * the file; exchange_range() does so before each step. 0 or -errno as there.
 */
int exchange_pause(struct exchange *exchange);

#endif
