/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simulated file on a disk with a volatile cache.
 *
 * Readers see the live bytes. A crash leaves, of each operation that no sync
 * has covered, any of its 512-byte sectors, in any order: also of those that
 * were under way. The length of the file changes as a whole. A sync that fails
 * loses what it covered, as page caches do: parts of it may have become stable,
 * and no later sync writes the rest.
 */
#ifndef FRSP_SIM_DISK_H
#define FRSP_SIM_DISK_H

#include "chance.h"
#include "ploop/core/engine.h"

#define DISK_MAX_BYTES (512u << 10)
#define DISK_MAX_OPS   4096

struct disk_op {
	enum ploop_io_kind kind;
	__u64 offset;
	__u64 bytes;
	__u8 *data; /* of a write */
	bool is_done;
	bool is_covered; /* by the sync that runs */
	struct ploop_io *io;
};

struct disk {
	struct chance *chance;
	__u8 *live;
	__u8 *stable;
	__u64 live_bytes;
	__u64 stable_bytes;
	__u64 most_bytes; /* beyond, there is no space */
	struct disk_op *ops;
	__u32 n_ops;
	__u32 n_changes;	    /* counts what a crash could tell apart */
	__u32 write_error_permille; /* also of zeroing */
	__u32 sync_error_permille;
	bool writes_beyond_end; /* somebody did that */
	bool has_failed_sync;
};

void disk_init(struct disk *disk, struct chance *chance);
void disk_exit(struct disk *disk);
/* Both stable and live become these bytes. */
void disk_set(struct disk *disk, const __u8 *bytes, __u64 n);
/* The operation is under way from now on. */
void disk_submit(struct disk *disk, struct ploop_io *io);
/* Ends an operation that is under way; the result for done(). */
int disk_complete(struct disk *disk, struct ploop_io *io);
/* A crash has nothing to choose. */
bool disk_is_stable(const struct disk *disk);
/* Fills bytes (of DISK_MAX_BYTES) with what a crash leaves; returns its length.
 */
__u64 disk_crash(const struct disk *disk, struct chance *chance, __u8 *bytes);

#endif
