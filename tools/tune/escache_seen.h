/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remembers how often the inodes of ext4's cache of extents were looked up,
 * from round to round: so it is known when each was looked up last, and how
 * often of late.
 */
#ifndef FRSP_TUNE_ESCACHE_SEEN_H
#define FRSP_TUNE_ESCACHE_SEEN_H

#include "tune/escache.h"

#define ESCACHE_HALF_LIFE_S 300.0

struct escache_key {
	__u64 ino;
	__u32 dev, gen; /* dev: kernel dev_t */
};

struct escache_seen;

struct escache_seen *escache_seen_new(void);
void escache_seen_free(struct escache_seen *seen);

/* Notes an inode, and fills in what is known of it. One that is new counts as
 * looked up just now. now_s: must not fall. Returns 0 or -ENOMEM.
 */
int escache_seen_note(struct escache_seen *seen, const struct escache_key *key,
		      __u64 entries, __u64 lookups, double now_s,
		      struct escache_inode *inode);

/* The inode could not be cleared: it counts as looked up just now. */
void escache_seen_put_off(struct escache_seen *seen,
			  const struct escache_key *key, double now_s);

/* Forgets what was not noted since then. */
void escache_seen_forget(struct escache_seen *seen, double since_s);

#endif
