/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Busy space of XFS. XFS makes the extents of a transaction available one by
 * one, and before that it may reuse blocks of them for metadata. So each extent
 * has an entry here.
 *
 * Example: a transaction frees blocks 100 to 109 of a group, so an entry of 10
 * blocks begins at block 100. Then XFS reuses block 100: the entry moves to
 * block 101 and has 9 blocks. Then it reuses block 109: no entry begins there,
 * so nothing changes but the number of reused blocks. Then XFS clears blocks
 * 101 to 108: the entry at block 101 ends, and its 9 blocks are not busy any
 * more.
 *
 * An extent that finds no room in the table is lost, which is counted. It is
 * part of freed_extents, but never of extents.
 */
#ifndef FRSP_BUSY_XFS_BPF_H
#define FRSP_BUSY_XFS_BPF_H

#include "busy_fs.bpf.h"
#include "xfs.h"

/* Set before load. True: the first argument of XFS's tracepoints is an
 * xfs_group, which contains the group's number. False, on older kernels: the
 * first two arguments are the xfs_mount and the number.
 */
const volatile bool has_xfs_groups = false;

struct frsp_xfs_place {
	__u32 dev;
	__u32 group_type;
	__u32 group;
	__u32 block;
};

struct frsp_busy_extent {
	__u64 freed_ns;
	__u64 blocks; /* with those that XFS reused from the extent's end */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_BUSY_MAX_XFS_EXTENTS);
	__type(key, struct frsp_xfs_place);
	__type(value, struct frsp_busy_extent);
} frsp_busy_xfs SEC(".maps");

static __always_inline __u32 mount_dev(const struct xfs_mount___frsp *mount)
{
	return mount ? BPF_CORE_READ(mount, m_super, s_dev) : 0;
}

static __always_inline __u32 group_dev(const struct xfs_group___frsp *group)
{
	return group ? mount_dev(BPF_CORE_READ(group, xg_mount)) : 0;
}

/* Reads argument n, at a constant offset. In plain C, the compiler may merge
 * two reads into one at a computed offset, which the verifier forbids.
 */
#define ARGUMENT(arguments, n)                                                 \
	({                                                                     \
		__u64 value;                                                   \
		asm volatile("%[value] = *(u64 *)(%[from] + %[offset])"        \
			     : [value] "=r"(value)                             \
			     : [from] "r"(arguments), [offset] "i"((n) * 8));  \
		value;                                                         \
	})

static __always_inline void place_in(const struct xfs_group___frsp *group,
				     __u32 block, struct frsp_xfs_place *place)
{
	if (!group)
		return;
	*place = (struct frsp_xfs_place){
		.dev = group_dev(group),
		.group_type = BPF_CORE_READ(group, xg_type),
		.group = BPF_CORE_READ(group, xg_gno),
		.block = block,
	};
}

/* Fills in the place from a tracepoint's arguments: (group, block, len) or
 * (mount, number, block, len). Returns the length.
 */
static __always_inline __u32 place_of(const __u64 *arguments,
				      struct frsp_xfs_place *place)
{
	*place = (struct frsp_xfs_place){};
	if (has_xfs_groups) {
		place_in((void *)ARGUMENT(arguments, 0), ARGUMENT(arguments, 1),
			 place);
		return ARGUMENT(arguments, 2);
	}
	*place = (struct frsp_xfs_place){
		.dev = mount_dev((void *)ARGUMENT(arguments, 0)),
		.group = ARGUMENT(arguments, 1),
		.block = ARGUMENT(arguments, 2),
	};
	return ARGUMENT(arguments, 3);
}

static __always_inline struct frsp_watched_fs *
fs_of_group(const __u64 *arguments)
{
	return fs_of(has_xfs_groups
			     ? group_dev((void *)ARGUMENT(arguments, 0))
			     : mount_dev((void *)ARGUMENT(arguments, 0)));
}

static __always_inline void end_xfs(const __u64 *arguments)
{
	struct frsp_busy_extent *found, extent;
	struct frsp_watched_fs *fs;
	struct frsp_xfs_place place;
	__u64 lived_ns;
	__u32 bucket;

	place_of(arguments, &place);
	found = bpf_map_lookup_elem(&frsp_busy_xfs, &place);
	if (!found)
		return;
	extent = *found;
	bpf_map_delete_elem(&frsp_busy_xfs, &place);
	fs = known_fs(place.dev);
	if (!fs)
		return;
	lived_ns = bpf_ktime_get_ns() - extent.freed_ns;
	bucket = log2_bucket(lived_ns, LOG2_NS_BUCKETS);
	bpf_spin_lock(&fs->lock);
	fs->busy.lifetime_ns += lived_ns;
	fs->busy.lifetimes[bucket]++;
	end_busy(&fs->busy, 1, extent.blocks);
	bpf_spin_unlock(&fs->lock);
}

/* XFS reused a part of an extent. If it was the start, the rest has another
 * place now. If it was the end, its blocks count as busy until the rest ends.
 */
static __always_inline void cut_xfs(const __u64 *arguments)
{
	struct frsp_busy_extent *found, rest;
	struct frsp_watched_fs *fs;
	struct frsp_xfs_place place;
	__u32 reused = place_of(arguments, &place), ended = 0;

	found = bpf_map_lookup_elem(&frsp_busy_xfs, &place);
	if (found && found->blocks > reused) {
		rest = *found;
		rest.blocks -= reused;
		ended = reused;
		bpf_map_delete_elem(&frsp_busy_xfs, &place);
		place.block += reused;
		bpf_map_update_elem(&frsp_busy_xfs, &place, &rest, BPF_ANY);
	}
	fs = fs_of(place.dev);
	if (!fs)
		return;
	bpf_spin_lock(&fs->lock);
	fs->busy.reused += reused;
	end_busy(&fs->busy, 0, ended);
	bpf_spin_unlock(&fs->lock);
}

/* XFS allocated a block that may be busy. If it reused a whole extent, no other
 * tracepoint shows that, and the extent still has an entry. The extent was one
 * block, as all callers of xfs_extent_busy_reuse() ask for one.
 */
static __always_inline void drop_xfs(const struct frsp_xfs_place *place)
{
	struct frsp_busy_extent *found;
	struct frsp_watched_fs *fs;
	__u64 blocks;

	found = bpf_map_lookup_elem(&frsp_busy_xfs, place);
	if (!found)
		return;
	blocks = found->blocks;
	bpf_map_delete_elem(&frsp_busy_xfs, place);
	fs = known_fs(place->dev);
	if (!fs)
		return;
	bpf_spin_lock(&fs->lock);
	fs->busy.reused++;
	end_busy(&fs->busy, 1, blocks);
	bpf_spin_unlock(&fs->lock);
}

static __always_inline void
drop_btree_block(const struct xfs_btree_cur___frsp *cur, const __u32 *pointer)
{
	const struct xfs_btree_cur___pag *old_cur = (void *)cur;
	const struct xfs_perag___mount *perag;
	struct frsp_xfs_place place;
	__u32 block = 0;

	/* XFS never takes busy blocks for other trees */
	if (BPF_CORE_READ(cur, bc_ops, type) != XFS_BTREE_TYPE_AG___frsp)
		return;
	bpf_probe_read_kernel(&block, sizeof(block), pointer);
	block = bpf_ntohl(block);
	if (has_xfs_groups) {
		place_in(BPF_CORE_READ(cur, bc_group), block, &place);
	} else {
		perag = BPF_CORE_READ(old_cur, bc_ag.pag);
		place = (struct frsp_xfs_place){
			.dev = mount_dev(BPF_CORE_READ(perag, pag_mount)),
			.group = BPF_CORE_READ(perag, pag_agno),
			.block = block,
		};
	}
	drop_xfs(&place);
}

static __always_inline void begin_xfs(const __u64 *arguments)
{
	struct frsp_busy_extent extent = {.freed_ns = bpf_ktime_get_ns()},
				*stale;
	struct frsp_watched_fs *fs;
	struct frsp_xfs_place place;
	__u64 stale_blocks = 0;
	bool known;

	extent.blocks = place_of(arguments, &place);
	fs = fs_of(place.dev);
	if (!fs)
		return;
	stale = bpf_map_lookup_elem(&frsp_busy_xfs, &place);
	if (stale) {
		stale_blocks = stale->blocks;
		bpf_map_delete_elem(&frsp_busy_xfs, &place);
	}
	known = !bpf_map_update_elem(&frsp_busy_xfs, &place, &extent, BPF_ANY);
	bpf_spin_lock(&fs->lock);
	if (stale)
		end_busy(&fs->busy, 1, stale_blocks);
	fs->busy.freed_extents++;
	fs->busy.freed_blocks += extent.blocks;
	if (known)
		begin_busy(&fs->busy, extent.blocks);
	bpf_spin_unlock(&fs->lock);
	if (stale)
		count_lost(FRSP_BUSY_LOST_END, 1);
	if (!known)
		count_lost(FRSP_BUSY_LOST_EXTENT, 1);
}

static __always_inline void drop_block(const struct xfs_alloc_arg___frsp *alloc)
{
	struct frsp_xfs_place place = {
		.dev = mount_dev(BPF_CORE_READ(alloc, mp)),
		.group = BPF_CORE_READ(alloc, agno),
		.block = BPF_CORE_READ(alloc, agbno),
	};

	drop_xfs(&place);
}

static __always_inline void count_forced(struct frsp_watched_fs *fs)
{
	if (fs)
		__sync_fetch_and_add(&fs->busy.forced, 1);
}

#endif
