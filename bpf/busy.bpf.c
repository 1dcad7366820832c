// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long freed space stays busy: it is freed, but cannot be allocated yet.
 *
 * Example: a file is deleted on ext4, and its transaction is committed 3 s
 * later. The file's blocks were busy for 3 s.
 *
 * This file has the programs. busy_ext4.bpf.h and busy_xfs.bpf.h have what they
 * do, and busy_fs.bpf.h has the numbers of each filesystem.
 *
 * Programs attach in the order of this file. Those that end an extent come
 * before the one that begins it, so that no extent begins whose end is missed.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "busy_ext4.bpf.h"
#include "busy_xfs.bpf.h"
#include "cost.bpf.h"

COST_MAP(frsp_busy_cost, FRSP_BUSY_NR_PROGRAMS);

SEC("tp_btf/jbd2_end_commit")
int BPF_PROG(frsp_busy_commit, struct journal_s___frsp *journal,
	     struct transaction_s___frsp *transaction)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_COMMIT);

	if (journal && transaction)
		end_ext4(BPF_CORE_READ(journal, j_fs_dev, bd_dev),
			 BPF_CORE_READ(transaction, t_tid));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_COMMIT, began);
	return 0;
}

SEC("tp_btf/ext4_free_blocks")
int BPF_PROG(frsp_busy_flags, struct inode *inode, __u64 block,
	     unsigned long count, int flags)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_FLAGS);

	note_flags(inode, flags);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_FLAGS, began);
	return 0;
}

SEC("tp_btf/ext4_mballoc_free")
int BPF_PROG(frsp_busy_free, struct super_block *sb, struct inode *inode,
	     __u32 group, int start, int len)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_FREE);

	begin_unless_writeback(sb, len);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_FREE, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy_clear")
int frsp_busy_xfs_clear(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_CLEAR);

	end_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_CLEAR, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy_reuse")
int frsp_busy_xfs_reuse_part(__u64 *arguments)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_PART);

	cut_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_PART, began);
	return 0;
}

/* This program and the next one see all blocks that XFS reuses, where the
 * kernel has this tracepoint. 6.1 does not: see frsp_busy_xfs_reuse_block().
 */
SEC("tp_btf/xfs_btree_alloc_block")
int BPF_PROG(frsp_busy_xfs_reuse_btree, struct xfs_btree_cur___frsp *cur,
	     __u32 *pointer, int was_found)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_BTREE);

	if (was_found && cur && pointer)
		drop_btree_block(cur, pointer);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_BTREE, began);
	return 0;
}

SEC("tp_btf/xfs_alloc_small_freelist")
int BPF_PROG(frsp_busy_xfs_reuse_agfl, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_AGFL);

	if (alloc)
		drop_block(alloc);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_AGFL, began);
	return 0;
}

/* 6.1 only, in place of frsp_busy_xfs_reuse_btree(). The arguments are (mount,
 * perag, block, len, may_force).
 */
SEC("fexit/xfs_extent_busy_reuse")
int frsp_busy_xfs_reuse_block(__u64 *arguments)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_BLOCK);
	const struct xfs_perag___mount *perag = (void *)arguments[1];
	struct frsp_xfs_place place = {
		.dev = mount_dev((void *)arguments[0]),
		.group = BPF_CORE_READ(perag, pag_agno),
		.block = arguments[2],
	};

	drop_xfs(&place);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_REUSE_BLOCK, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy")
int frsp_busy_xfs_begin(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_BEGIN);

	begin_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_BEGIN, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy_trim")
int frsp_busy_xfs_trim(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_TRIM);
	struct frsp_watched_fs *fs = fs_of_group(arguments);

	if (fs)
		__sync_fetch_and_add(&fs->busy.trimmed, 1);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_TRIM, began);
	return 0;
}

/* XFS forces the log because a block from the reserve is busy. */
SEC("tp_btf/xfs_extent_busy_force")
int frsp_busy_xfs_force(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE);

	count_forced(fs_of_group(arguments));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE, began);
	return 0;
}

/* XFS forces the log because all suitable free extents near a place are busy.
 */
SEC("tp_btf/xfs_alloc_near_busy")
int BPF_PROG(frsp_busy_xfs_force_near, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE_NEAR);

	if (alloc)
		count_forced(fs_of(mount_dev(BPF_CORE_READ(alloc, mp))));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE_NEAR, began);
	return 0;
}

/* XFS forces the log because all suitable free extents anywhere are busy. */
SEC("tp_btf/xfs_alloc_size_busy")
int BPF_PROG(frsp_busy_xfs_force_size, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began =
		cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE_SIZE);

	if (alloc)
		count_forced(fs_of(mount_dev(BPF_CORE_READ(alloc, mp))));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFS_FORCE_SIZE, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
