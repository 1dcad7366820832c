/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/latency.bpf.c: how long the operations of each file took.
 */
#ifndef FRSP_LATENCY_WATCH_H
#define FRSP_LATENCY_WATCH_H

#include <linux/types.h>

#include "bpf/latency.h"
#include "watch/watch.h"

struct latency_watch;

/* Returns 0, -EOPNOTSUPP: the kernel has no BTF or lacks the tracepoint, or
 * another -errno.
 */
int latency_watch_open(struct latency_watch **out);
void latency_watch_close(struct latency_watch *watch); /* NULL: does nothing */

/* How many entries the program has made since the start. */
__u64 latency_watch_made(const struct latency_watch *watch);

/* Calls visit for all entries, until it returns an error. An entry that is made
 * meanwhile may be missing. Returns 0 or -errno.
 */
int latency_watch_each(const struct latency_watch *watch,
		       int (*visit)(void *context,
				    const struct frsp_latency_key *key,
				    const struct frsp_latency_times *latency),
		       void *context);

/* Deletes the entry. Returns whether there was one. */
bool latency_watch_forget(const struct latency_watch *watch,
			  const struct frsp_latency_key *key);

const struct watch *latency_watch_base(const struct latency_watch *watch);

#endif
