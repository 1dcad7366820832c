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

/* --- a front end that uses the same rings ------------------------------------
 *
 * Its requests come by io_uring commands (IORING_OP_URING_CMD) on a file. As
 * the rings' threads do these, too, a request and its I/O stay on one thread
 * and share its system calls. The rings keep the file open until they are
 * closed, and that is after all I/O that they began, also if the process is
 * killed.
 */
struct rings_client {
	int fd;
	void *context;
	/* Once, on the thread of each ring; error: 0, or the file cannot be
	 * used, -errno. */
	void (*begin)(void *context, unsigned int ring, int error);
	/* A command has ended with this result; the same thread. */
	void (*ended)(void *context, unsigned int ring, __u64 data, int result);
};

/* client: stays until the rings are closed. At most one. */
void rings_attach(struct rings *rings, const struct rings_client *client);

#define RINGS_COMMAND_BYTES 16

/* Begins a command, on the ring's thread. data: 63 bits, for ended(). */
void rings_command(struct rings *rings, unsigned int ring, __u32 op,
		   const void *command, __u64 data);

#endif
