/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which clusters may be written without a flush: those whose entry of the block
 * table is in the file.
 *
 * The engine has new entries in memory and writes them later. If the server is
 * killed, and another goes on with its device, whoever uses the disk notices
 * nothing: what was acknowledged must still be there, though nothing was
 * flushed. So the first write to a cluster is acknowledged when its entry is in
 * the file, and so are all writes to it before that end. An example:
 *
 *   write A to cluster 7, which is nowhere    not settled: with FUA
 *   write B to cluster 7                      still not settled: with FUA
 *   A ends                                    now it is
 *   write C to cluster 7                      plain
 *   discard cluster 7                         not settled any more
 *
 * A look takes no lock. A write that began before a discard began or ended
 * settles nothing: the epoch has changed since. Nor does a write of zeros,
 * which the engine may skip where there is nothing.
 */
#ifndef FRSP_PLOOP_SETTLED_H
#define FRSP_PLOOP_SETTLED_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

struct settled {
	__u64 cluster_bytes;
	__u64 epoch;
	pthread_mutex_t lock; /* of changes of bits and epoch */
	__u64 *bits;	      /* of clusters */
};

/* is_there(): whether the cluster at that byte of the disk is in the file that
 * is written. 0 or -ENOMEM. The caller calls settled_free().
 */
int settled_init(struct settled *settled, __u64 disk_bytes, __u64 cluster_bytes,
		 bool (*is_there)(void *context, __u64 offset), void *context);
void settled_free(struct settled *settled);

/* All clusters of the range are. */
bool settled_has(const struct settled *settled, __u64 offset, __u64 bytes);
/* For settled_add(), before the write begins. */
__u64 settled_epoch(const struct settled *settled);
/* A write of the data to the range, which began in that epoch, is stable. */
void settled_add(struct settled *settled, __u64 offset, __u64 bytes,
		 const void *data, __u64 epoch);
/* A discard of the range, or what may act like one, ends. */
void settled_remove(struct settled *settled, __u64 offset, __u64 bytes);

#endif
