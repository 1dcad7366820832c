// SPDX-License-Identifier: GPL-2.0-only
/*
 * Busy extents of a filesystem: from ext4's tracepoint ext4_mballoc_free, at
 * which a range of clusters is about to be freed in a transaction, until
 * mb_free_blocks() makes it allocatable. Where ext4 need not wait for the
 * commit (no journal, or file data with data=writeback) the second follows the
 * first at once.
 *
 * Between the two a free may fail, and then nobody tells; what is left of
 * transactions that have committed expires in the background.
 */
#include "frsp.h"
#include "trace.h"

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

/* The tree's part of the sums changed from what it was before. */
static void account(struct frsp_fs *fs, struct frsp_busy *busy, u32 extents,
		    u32 clusters)
{
	raise_peak(&fs->busy_extents_peak,
		   atomic64_add_return((s64)busy->n_extents - extents,
				       &fs->busy_extents));
	raise_peak(&fs->busy_clusters_peak,
		   atomic64_add_return((s64)busy->n_clusters - clusters,
				       &fs->busy_clusters));
}

/* The transaction that the current task works in; false: none. */
static bool current_tid(struct frsp_fs *fs, u32 *tid)
{
	handle_t *handle = current->journal_info;

	if (!frsp_sbi_journal(frsp_sbi(fs->sb)) || !handle ||
	    !handle->h_transaction)
		return false;
	*tid = handle->h_transaction->t_tid;
	return true;
}

void frsp_busy_freed(struct super_block *sb, u32 group, s32 start, s32 len)
{
	struct frsp_tree *tree;
	struct frsp_fs *fs;
	u32 in_tree, tid, extents, clusters;

	rcu_read_lock();
	fs = frsp_fs_find(sb);
	tree = fs ? frsp_fs_tree(fs, group, &in_tree) : NULL;
	if (!tree || len <= 0 || !current_tid(fs, &tid))
		goto out;
	spin_lock(&tree->lock);
	extents = tree->busy.n_extents;
	clusters = tree->busy.n_clusters;
	if (frsp_busy_add(&tree->busy, in_tree * fs->group_clusters + start,
			  len, tid, GFP_ATOMIC | __GFP_NOWARN))
		frsp_count(fs, busy_lost);
	account(fs, &tree->busy, extents, clusters);
	spin_unlock(&tree->lock);
	if ((u32)len > READ_ONCE(fs->busy_longest[tid & 1]))
		WRITE_ONCE(fs->busy_longest[tid & 1], len);
out:
	rcu_read_unlock();
}

void frsp_busy_reusable(struct frsp_fs *fs, struct frsp_tree *tree, u32 start,
			u32 len)
{
	u32 extents = tree->busy.n_extents, clusters = tree->busy.n_clusters;

	if (!extents)
		return;
	frsp_busy_remove(&tree->busy, start, len, GFP_ATOMIC | __GFP_NOWARN);
	account(fs, &tree->busy, extents, clusters);
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
	/* The caller is in a transaction and holds ext4's locks; the work does
	 * not. */
	schedule_work(&fs->commit_work);
}

void frsp_busy_commit_work(struct work_struct *work)
{
	struct frsp_fs *fs = container_of(work, struct frsp_fs, commit_work);
	journal_t *journal = frsp_sbi_journal(frsp_sbi(fs->sb));

	if (journal)
		jbd2_journal_start_commit(journal, NULL);
}

void frsp_busy_expire_all(struct frsp_fs *fs)
{
	/* The transaction that committed last may be freeing its extents now. */
	u32 tid = READ_ONCE(fs->committed_tid) - 1, extents, clusters, i;
	struct frsp_tree *tree;

	for (i = 0; (tree = frsp_fs_tree_at(fs, i)); i++) {
		cond_resched();
		if (!READ_ONCE(tree->busy.n_extents))
			continue;
		spin_lock(&tree->lock);
		extents = tree->busy.n_extents;
		clusters = tree->busy.n_clusters;
		frsp_busy_expire(&tree->busy, tid);
		account(fs, &tree->busy, extents, clusters);
		spin_unlock(&tree->lock);
	}
}
