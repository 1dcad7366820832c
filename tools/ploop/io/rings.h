/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image on io_uring: each runner is a thread with a ring of its own, and has
 * many requests under way. Requests are posted with ploop_post(), from any
 * thread; done() runs on the runner's thread, where ploop_submit() may begin
 * the next one.
 */
#ifndef FRSP_PLOOP_RINGS_H
#define FRSP_PLOOP_RINGS_H

#include "ploop/core/engine.h"

struct rings;

struct rings_settings {
	unsigned int n_rings;
	unsigned int depth; /* I/O that a ring takes at a time; 0 = 64 */
	bool read_only;
	bool lower_is_writable; /* of ploop_settings, as all below */
	bool counts_heat;
	__u32 top_clusters;
	bool is_direct;
	__u32 pool_clusters;
	__u32 writeback_ms;
};

/* paths: the deltas, the lowest first. 0 or -errno; -EUCLEAN: see finding;
 * -ENOSYS, -EPERM: this kernel or system does not let us use io_uring. */
int rings_open(const char *const *paths, unsigned int n_paths,
	       const struct rings_settings *settings, struct rings **rings,
	       struct ploop_finding *finding);
/* No request runs. 0 or -errno: then the image stays marked as in use. */
int rings_close(struct rings *rings);

struct ploop_image *rings_image(struct rings *rings);

#endif
