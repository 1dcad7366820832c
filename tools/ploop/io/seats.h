/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image for threads that want to wait for their I/O: an NBD server, a tool.
 *
 * There are as many seats as runners. A thread takes a free seat, and is the
 * runner as long as its request runs: it looks into the table, and calls
 * pread() itself. Nobody else takes part in reads and writes of mapped
 * clusters. Seat 0 belongs to a thread of ours, the keeper's; it also reads the
 * messages for seats in which nobody sits. Syncs, punches and writes of the
 * table are done by others, one for the top and one for the delta below it, so
 * that the keeper does not sleep.
 */
#ifndef FRSP_PLOOP_SEATS_H
#define FRSP_PLOOP_SEATS_H

#include "ploop/core/engine.h"

struct seats;

struct seats_settings {
	unsigned int n_seats; /* for callers; more threads than that wait */
	bool read_only;
	bool lower_is_writable; /* of ploop_settings, as all below */
	bool counts_heat;
	__u32 top_clusters;
	bool is_direct;
	__u32 pool_clusters;
	__u32 writeback_ms;
};

/* paths: the deltas, the lowest first. 0 or -errno; -EUCLEAN: see finding. */
int seats_open(const char *const *paths, unsigned int n_paths,
	       const struct seats_settings *settings, struct seats **seats,
	       struct ploop_finding *finding);
/* No request runs. 0 or -errno: then the image stays marked as in use. */
int seats_close(struct seats *seats);

/* Does a request and waits for its end, on any thread. 0 or -errno. */
int seats_do(struct seats *seats, enum ploop_op op, unsigned int flags,
	     __u64 offset, __u64 bytes, void *buffer);

/* Puts the new, empty image at path above the others while they are used.
 * Changes wait until name_it() has returned, which makes the new chain known,
 * on stable storage. 0 or -errno, also of name_it(): then all is as before. One
 * thread at a time. */
int seats_snapshot(struct seats *seats, const char *path,
		   int (*name_it)(void *context), void *context);

/* For ploop_disk_bytes(), ploop_place() and the like. */
struct ploop_image *seats_image(struct seats *seats);

#endif
