/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of filesystems and their busy space, and the counts of what is
 * lost. The numbers of busy extents and blocks change under the filesystem's
 * lock, so that their peaks are exact.
 */
#ifndef FRSP_BUSY_FS_BPF_H
#define FRSP_BUSY_FS_BPF_H

#include "busy_batch.bpf.h"
#include "busy_life.h"

struct frsp_watched_fs {
	struct frsp_busy_fs busy; /* the part that user space reads */
	struct bpf_spin_lock lock;
	struct frsp_batch batches[2]; /* ext4: by the lowest bit of the tid */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_BUSY_MAX_FS);
	__type(key, __u32);
	__type(value, struct frsp_watched_fs);
} frsp_busy_fs SEC(".maps");

/* An empty struct frsp_watched_fs. It does not have that type, because then the
 * kernel would look for a lock in .rodata.
 */
static const char nothing[sizeof(struct frsp_watched_fs)]
	__attribute__((aligned(8)));

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_BUSY_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_busy_lost SEC(".maps");

static __always_inline void count_lost(__u32 why, __u64 n)
{
	__u64 *lost = bpf_map_lookup_elem(&frsp_busy_lost, &why);

	if (lost)
		*lost += n;
}

static __always_inline struct frsp_watched_fs *known_fs(__u32 dev)
{
	return bpf_map_lookup_elem(&frsp_busy_fs, &dev);
}

static __always_inline struct frsp_watched_fs *fs_of(__u32 dev)
{
	struct frsp_watched_fs *fs = known_fs(dev);

	if (fs)
		return fs;
	bpf_map_update_elem(&frsp_busy_fs, &dev, nothing, BPF_NOEXIST);
	fs = known_fs(dev);
	if (!fs)
		count_lost(FRSP_BUSY_LOST_FS, 1);
	return fs;
}

/* Lock held. */
static __always_inline void begin_busy(struct frsp_busy_fs *busy, __u64 blocks)
{
	busy->extents++;
	if (busy->peak_extents < busy->extents)
		busy->peak_extents = busy->extents;
	busy->blocks += blocks;
	if (busy->peak_blocks < busy->blocks)
		busy->peak_blocks = busy->blocks;
}

/* Lock held. Does not go below 0: user space may have removed the filesystem's
 * entry since the extents began.
 */
static __always_inline void end_busy(struct frsp_busy_fs *busy, __u64 extents,
				     __u64 blocks)
{
	busy->extents -= extents < busy->extents ? extents : busy->extents;
	busy->blocks -= blocks < busy->blocks ? blocks : busy->blocks;
}

#endif
