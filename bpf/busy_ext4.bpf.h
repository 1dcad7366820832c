/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Busy space of ext4. ext4 makes all space that a transaction freed available
 * when that transaction is on disk: in jbd2's commit callback, which has ended
 * when the tracepoint jbd2_end_commit is reached. So the extents of a
 * transaction form a batch, see busy_batch.bpf.h.
 *
 * Two batches are enough for a filesystem. A journal has at most two
 * transactions at a time that free space or are being committed, and their tids
 * follow each other: one is even and one is odd.
 */
#ifndef FRSP_BUSY_EXT4_BPF_H
#define FRSP_BUSY_EXT4_BPF_H

#include "busy_fs.bpf.h"
#include "ext4.h"

/* The flags of the task's current call of ext4_free_blocks(). */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} frsp_busy_flag SEC(".maps");

static __always_inline void begin_ext4(__u32 dev, __u32 tid, __u32 blocks)
{
	struct frsp_watched_fs *fs = fs_of(dev);
	__u64 now_ns = bpf_ktime_get_ns(), unended = 0;
	struct frsp_batch *batch;

	if (!fs)
		return;
	batch = &fs->batches[tid & 1];
	bpf_spin_lock(&fs->lock);
	if (batch->tid != tid) {
		unended = batch->extents;
		end_busy(&fs->busy, unended, batch->blocks);
		batch->tid = tid;
		batch->n_slots = 0;
		batch->extents = 0;
		batch->blocks = 0;
		batch->freed_ns = 0;
	}
	batch->extents++;
	batch->blocks += blocks;
	batch->freed_ns += now_ns;
	fill_slot(batch, now_ns >> SLOT_SHIFT);
	fs->busy.freed_extents++;
	fs->busy.freed_blocks += blocks;
	begin_busy(&fs->busy, blocks);
	bpf_spin_unlock(&fs->lock);
	if (unended)
		count_lost(FRSP_BUSY_LOST_END, unended);
}

struct frsp_lifetimes_context {
	struct frsp_watched_fs *fs;
	struct frsp_batch *batch;
	__u32 now;
};

static long count_slot(__u32 i, struct frsp_lifetimes_context *context)
{
	struct frsp_slot *slot = &context->batch->slots[i % N_SLOTS];
	__u64 lived = context->now - slot->from;
	__u32 bucket;

	/* the middle of a unit, as both moments were rounded down */
	lived = (lived << SLOT_SHIFT) + (1 << SLOT_SHIFT) / 2;
	bucket = log2_bucket(lived, LOG2_NS_BUCKETS);
	__sync_fetch_and_add(&context->fs->busy.lifetimes[bucket],
			     slot->extents);
	return 0;
}

/* The transaction has been committed: nothing adds to its batch any more. */
static __always_inline void end_ext4(__u32 dev, __u32 tid)
{
	struct frsp_watched_fs *fs = known_fs(dev);
	__u64 now_ns = bpf_ktime_get_ns();
	struct frsp_lifetimes_context context;
	struct frsp_batch *batch;

	if (!fs)
		return;
	batch = &fs->batches[tid & 1];
	if (batch->tid != tid || !batch->extents)
		return;
	context = (struct frsp_lifetimes_context){
		.fs = fs, .batch = batch, .now = now_ns >> SLOT_SHIFT};
	bpf_loop(batch->n_slots, count_slot, &context, 0);
	bpf_spin_lock(&fs->lock);
	fs->busy.lifetime_ns += batch->extents * now_ns - batch->freed_ns;
	end_busy(&fs->busy, batch->extents, batch->blocks);
	batch->n_slots = 0;
	batch->extents = 0;
	batch->blocks = 0;
	batch->freed_ns = 0;
	bpf_spin_unlock(&fs->lock);
}

static __always_inline bool is_writeback(const struct super_block *sb)
{
	const struct ext4_sb_info___frsp *sbi = BPF_CORE_READ(sb, s_fs_info);

	return (BPF_CORE_READ(sbi, s_mount_opt) & EXT4_MOUNT_DATA_FLAGS) ==
	       EXT4_MOUNT_WRITEBACK_DATA;
}

static __always_inline void note_flags(const struct inode *inode, __u32 flags)
{
	__u32 *noted;

	if (!inode || !is_writeback(BPF_CORE_READ(inode, i_sb)))
		return;
	noted = bpf_task_storage_get(&frsp_busy_flag,
				     bpf_get_current_task_btf(), NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (noted)
		*noted = flags;
	else
		count_lost(FRSP_BUSY_LOST_TASK, 1);
}

/* With data=writeback, freed data blocks can be allocated again at once. All
 * other blocks are freed with this flag, but those that ext4 could not use
 * after an error.
 */
static __always_inline bool frees_metadata(void)
{
	__u32 *noted = bpf_task_storage_get(
		&frsp_busy_flag, bpf_get_current_task_btf(), NULL, 0);

	return noted && *noted & EXT4_FREE_BLOCKS_METADATA;
}

static __always_inline void begin_unless_writeback(const struct super_block *sb,
						   __u32 blocks)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct jbd2_journal_handle___frsp *handle =
		BPF_CORE_READ(task, journal_info);

	if (!sb || (unsigned long)handle < EXT4_NOJOURNAL_MAX_REF_COUNT)
		return;
	if (is_writeback(sb) && !frees_metadata())
		return;
	begin_ext4(BPF_CORE_READ(sb, s_dev),
		   BPF_CORE_READ(handle, h_transaction, t_tid), blocks);
}

#endif
