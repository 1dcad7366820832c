// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows the busy extents of a filesystem. One begins at ext4's tracepoint
 * ext4_mballoc_free, where a transaction is about to free a range of clusters,
 * and ends when mb_free_blocks() makes the range allocatable. Where ext4 need
 * not wait for the commit (no journal, or file data with data=writeback), the
 * end follows the beginning at once.
 *
 * A free may fail between the two, and no event reports that; what failed frees
 * leave behind, once their transactions have committed, expires in the
 * background.
 */
#include "frsp.h"
#include "trace.h"

/* How many extents are visited under one hold of a tree's busy_lock. */
#define EXPIRE_EXTENTS 1024

static void raise_peak(atomic64_t *peak, s64 now)
{
	s64 old = atomic64_read(peak);

	while (now > old) {
		s64 seen = atomic64_cmpxchg(peak, old, now);

		if (seen == old)
			break;
		old = seen;
	}
}

struct busy_sums {
	u32 extents, clusters;
};

/* Locks the busy extents of a tree and returns their sums before a change. */
static struct busy_sums lock_busy(struct frsp_tree *tree)
{
	spin_lock(&tree->busy_lock);
	return (struct busy_sums){tree->busy.n_extents, tree->busy.n_clusters};
}

/*
 * Adds what has changed since lock_busy() to the filesystem's sums, and
 * unlocks.
 */
static void unlock_busy(struct frsp_fs *fs, struct frsp_tree *tree,
			struct busy_sums before)
{
	const struct frsp_busy *busy = &tree->busy;

	raise_peak(&fs->busy_extents_peak,
		   atomic64_add_return((s64)busy->n_extents - before.extents,
				       &fs->busy_extents));
	raise_peak(&fs->busy_clusters_peak,
		   atomic64_add_return((s64)busy->n_clusters - before.clusters,
				       &fs->busy_clusters));
	spin_unlock(&tree->busy_lock);
}

/* The transaction of the current task; false: it has none. */
static bool current_tid(struct frsp_fs *fs, u32 *tid)
{
	handle_t *handle = current->journal_info;

	if (!frsp_sbi_journal(frsp_sbi(fs->sb)) || !handle ||
	    !handle->h_transaction)
		return false;
	*tid = handle->h_transaction->t_tid;
	return true;
}

/*
 * What kmalloc() uses for one: it has sizes of 32 and 64 bytes, and none
 * between.
 */
#define BUSY_EXTENT_BYTES 64
static_assert(sizeof(struct frsp_busy_extent) > BUSY_EXTENT_BYTES / 2 &&
	      sizeof(struct frsp_busy_extent) <= BUSY_EXTENT_BYTES);

static bool has_memory(struct frsp_fs *fs)
{
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);

	return !max_bytes ||
	       atomic64_read(&fs->busy_extents) * BUSY_EXTENT_BYTES <
		       max(max_bytes / FRSP_BUSY_PART, (u64)PAGE_SIZE);
}

void frsp_busy_freed(struct super_block *sb, u32 group, s32 start, s32 len)
{
	struct frsp_tree *tree;
	struct frsp_fs *fs;
	struct busy_sums before;
	u32 in_tree, tid;

	rcu_read_lock();
	fs = frsp_fs_find(sb);
	tree = fs ? frsp_trees_of_group(fs, group, &in_tree) : NULL;
	if (!tree || len <= 0 || !current_tid(fs, &tid))
		goto out;
	before = lock_busy(tree);
	if (!has_memory(fs) ||
	    frsp_busy_add(&tree->busy, in_tree * fs->group_clusters + start,
			  len, tid, GFP_ATOMIC | __GFP_NOWARN))
		frsp_count(fs, busy_lost);
	unlock_busy(fs, tree, before);
	if ((u32)len > READ_ONCE(fs->busy_longest[tid & 1]))
		WRITE_ONCE(fs->busy_longest[tid & 1], len);
out:
	rcu_read_unlock();
}

void frsp_busy_reusable(struct frsp_fs *fs, struct frsp_tree *tree, u32 start,
			u32 len)
{
	struct busy_sums before;

	if (!READ_ONCE(tree->busy.n_extents))
		return;
	before = lock_busy(tree);
	frsp_busy_remove(&tree->busy, start, len, GFP_ATOMIC | __GFP_NOWARN);
	unlock_busy(fs, tree, before);
}

void frsp_busy_committed(struct super_block *sb, u32 tid)
{
	struct frsp_fs *fs;

	rcu_read_lock();
	fs = frsp_fs_find(sb);
	if (fs) {
		WRITE_ONCE(fs->busy_longest[tid & 1], 0);
		WRITE_ONCE(fs->committed_tid, tid);
		WRITE_ONCE(fs->commit_asked, false);
		if (atomic64_read(&fs->busy_extents))
			frsp_loader_kick(fs);
	}
	rcu_read_unlock();
}

void frsp_busy_request_commit(struct frsp_fs *fs, u32 len)
{
	if (max(READ_ONCE(fs->busy_longest[0]),
		READ_ONCE(fs->busy_longest[1])) < len)
		return;
	if (xchg(&fs->commit_asked, true))
		return;
	frsp_count(fs, commits_requested);
	trace_frsp_commits_requested(fs->sb->s_dev, len);
	/*
	 * The caller is in a transaction and holds ext4's locks; a work item is
	 * not, and does not.
	 */
	schedule_work(&fs->commit_work);
}

void frsp_busy_commit_work(struct work_struct *work)
{
	struct frsp_fs *fs = container_of(work, struct frsp_fs, commit_work);
	journal_t *journal = frsp_sbi_journal(frsp_sbi(fs->sb));

	if (journal)
		jbd2_journal_start_commit(journal, NULL);
}

static void expire(struct frsp_fs *fs, struct frsp_tree *tree, u32 tid)
{
	bool more = READ_ONCE(tree->busy.n_extents);
	u32 position = 0;

	while (more) {
		struct busy_sums before = lock_busy(tree);

		more = frsp_busy_expire(&tree->busy, tid, &position,
					EXPIRE_EXTENTS);
		unlock_busy(fs, tree, before);
		cond_resched();
	}
}

void frsp_busy_expire_all(struct frsp_fs *fs)
{
	/* The transaction that committed last may be freeing its extents now. */
	u32 tid = READ_ONCE(fs->committed_tid) - 1, i;
	struct frsp_tree *tree;

	for (i = 0; (tree = frsp_trees_at(fs, i)); i++) {
		expire(fs, tree, tid);
		cond_resched();
	}
}
