// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mends a fault of ext4: after an exchange of extents (EXT4_IOC_MOVE_EXT, which
 * e4defrag and frspctl use), fdatasync() can return before the exchange is on
 * the disk.
 *
 * ext4 notes in each inode the transaction that last changed it (i_sync_tid,
 * and i_datasync_tid for what fdatasync() needs), and fdatasync() commits that
 * one. ext4_swap_extents() in fs/ext4/extents.c changes the extents and does
 * not note it, in Linux 6.1 to 7.3. For example:
 *
 *   e4defrag   exchanges a block: from now on the file's block is the new one
 *   database   overwrites the block, and calls fdatasync(): the data go to the
 *              new block; the note in the inode is an old transaction, which
 *              has long been committed, so nothing is committed
 *   crash      recovery does not know the exchange: the file has its old block,
 *              with the old data. What fdatasync() promised is lost.
 *
 * So note it for ext4, as ext4_update_inode_fsync_trans() does: the same two
 * fields with the same value. This happens at the entry of
 * ext4_swap_extents(), where the handle of the transaction is already held, so
 * it is early and not late. If the exchange then fails, an fsync() commits once
 * more than it need. ext4 holds i_data_sem of both inodes for writing during
 * the call (it has a BUG_ON() for that), as it does when it writes these fields
 * itself in ext4_map_blocks().
 */
#include "frsp.h"

static void note(struct inode *inode, tid_t tid)
{
	struct ext4_inode_info *ei = frsp_ext4_inode(inode);

	WRITE_ONCE(FRSP_AT(ei, ext4_inode_info, i_sync_tid, tid_t), tid);
	WRITE_ONCE(FRSP_AT(ei, ext4_inode_info, i_datasync_tid, tid_t), tid);
}

/* Without a journal, a handle is a small number: ext4_handle_valid(). */
static bool has_transaction(handle_t *handle)
{
	return (unsigned long)handle >= EXT4_NOJOURNAL_MAX_REF_COUNT &&
	       !is_handle_aborted(handle);
}

void frsp_exchange_begins(handle_t *handle, struct inode *inode,
			  struct inode *donor)
{
	struct frsp_fs *fs;
	tid_t tid;

	if (!has_transaction(handle))
		return;
	tid = handle->h_transaction->t_tid;
	note(inode, tid);
	note(donor, tid);
	rcu_read_lock();
	fs = frsp_fs_find(inode->i_sb);
	if (fs)
		frsp_count(fs, exchanges);
	rcu_read_unlock();
}
