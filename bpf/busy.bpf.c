// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long freed space stays busy: freed, and not yet to be had again.
 *
 * ext4 gives back all that one transaction freed when that transaction is on
 * disk, in jbd2's commit callback, which is over at jbd2_end_commit. So it
 * takes no entry per extent: what a transaction frees is a batch, of which two
 * are enough, as a journal has no more than two transactions at a time that
 * free or are being committed, with tids that follow each other. A batch knows
 * its extents, blocks and the sum of the moments at which they were freed,
 * which is all that the counts and the sum of lifetimes need. For their
 * histogram it has slots: so many extents, freed from that moment on. When they
 * are used up, neighbours are merged as long as a slot is no longer than a
 * quarter of the time that has passed since. So an extent may count as up to a
 * quarter older than it is, but none is ever lost, however many are freed.
 *
 * XFS takes extents out one by one, and before that may reuse blocks of them.
 * So there is an entry for each, and what finds no room is lost, which is
 * counted: it is part of freed_extents, never of extents.
 *
 * All numbers of a filesystem change under its lock, so that the peaks are
 * exact. The ends come first in this file: that is the order in which programs
 * are attached, and so no extent begins whose end cannot be seen.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "ext4.h"
#include "xfs.h"
#include "busy_life.h"
#include "cost.bpf.h"

/* The first argument of the tracepoints of XFS is an xfs_group, which knows its
 * number; before, they have the xfs_mount and the number. Set before load.
 */
const volatile bool has_xfs_groups = false;

#define N_SLOTS	   256 /* merged: 195, if it has lasted for 39 hours */
#define SLOT_SHIFT 16  /* ns to the unit of slots: 65 us */

struct frsp_slot {
	__u32 from;    /* when the first was freed, in units */
	__u32 extents; /* freed from then until the next slot */
};

struct frsp_batch {
	__u32 tid;
	__u32 n_slots;
	__u64 extents; /* 0: none is under way */
	__u64 blocks;
	__u64 freed_ns; /* sum of the moments */
	struct frsp_slot slots[N_SLOTS];
};

struct frsp_watched_fs {
	struct frsp_busy_fs busy; /* what is read from user space */
	struct bpf_spin_lock lock;
	struct frsp_batch batches[2]; /* by the lowest bit of tid */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_BUSY_MAX_FS);
	__type(key, __u32);
	__type(value, struct frsp_watched_fs);
} frsp_busy_fs SEC(".maps");

/* A struct frsp_watched_fs; as such, the kernel would look for locks in
 * .rodata. */
static const char nothing[sizeof(struct frsp_watched_fs)]
	__attribute__((aligned(8)));

struct frsp_xfs_place {
	__u32 dev;
	__u32 group_type;
	__u32 group;
	__u32 block;
};

struct frsp_busy_extent {
	__u64 freed_ns;
	__u64 blocks; /* what reuse took from the end is not known of here */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FRSP_BUSY_MAX_XFS_EXTENTS);
	__type(key, struct frsp_xfs_place);
	__type(value, struct frsp_busy_extent);
} frsp_busy_xfs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_BUSY_NR_LOST);
	__type(key, __u32);
	__type(value, __u64);
} frsp_busy_lost SEC(".maps");

/* Flags of the task's call of ext4_free_blocks(). */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} frsp_busy_flag SEC(".maps");

COST_MAP(frsp_busy_cost, FRSP_BUSY_NR_PROGRAMS);

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

/* The next two: lock held. */
static __always_inline void begin_busy(struct frsp_busy_fs *busy, __u64 blocks)
{
	busy->extents++;
	if (busy->peak_extents < busy->extents)
		busy->peak_extents = busy->extents;
	busy->blocks += blocks;
	if (busy->peak_blocks < busy->blocks)
		busy->peak_blocks = busy->blocks;
}

/* Not below 0: the filesystem may have been forgotten in between. */
static __always_inline void end_busy(struct frsp_busy_fs *busy, __u64 extents,
				     __u64 blocks)
{
	busy->extents -= extents < busy->extents ? extents : busy->extents;
	busy->blocks -= blocks < busy->blocks ? blocks : busy->blocks;
}

/* Lock held; all slots are used. The number of those that are kept is always
 * read from memory, so that the verifier need not tell its values apart.
 */
static __always_inline void merge_slots(struct frsp_batch *batch, __u32 now)
{
	volatile __u32 *n_kept = &batch->n_slots;

	*n_kept = 1;
	for (__u32 i = 1; i < N_SLOTS; i++) {
		struct frsp_slot *last = &batch->slots[(*n_kept - 1) % N_SLOTS];
		__u32 end = i + 1 < N_SLOTS ? batch->slots[i + 1].from : now;

		if (end - last->from <= (now - end) / 4) {
			last->extents += batch->slots[i].extents;
			continue;
		}
		batch->slots[*n_kept % N_SLOTS] = batch->slots[i];
		++*n_kept;
	}
}

/* Lock held. */
static __always_inline void fill_slot(struct frsp_batch *batch, __u32 now)
{
	struct frsp_slot *last = &batch->slots[(batch->n_slots - 1) % N_SLOTS];

	/* below 0: another CPU came first, and got the lock later */
	if (batch->n_slots && (__s32)(now - last->from) <= 0) {
		last->extents++;
		return;
	}
	if (batch->n_slots >= N_SLOTS)
		merge_slots(batch, now);
	batch->slots[batch->n_slots % N_SLOTS] =
		(struct frsp_slot){.from = now, .extents = 1};
	batch->n_slots++;
}

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

	/* half a unit: both ends are cut off */
	lived = (lived << SLOT_SHIFT) + (1 << SLOT_SHIFT) / 2;
	bucket = log2_bucket(lived, LOG2_NS_BUCKETS);
	__sync_fetch_and_add(&context->fs->busy.lifetimes[bucket],
			     slot->extents);
	return 0;
}

/* Nothing is added to the batch any more: its transaction has been committed. */
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

/* In data=writeback data can be had again at once. Of what is not data, ext4
 * frees all with this flag but what it could not use, after an error.
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

static __always_inline __u32 mount_dev(const struct xfs_mount___frsp *mount)
{
	return mount ? BPF_CORE_READ(mount, m_super, s_dev) : 0;
}

static __always_inline __u32 group_dev(const struct xfs_group___frsp *group)
{
	return group ? mount_dev(BPF_CORE_READ(group, xg_mount)) : 0;
}

/* An argument at a fixed place: the compiler would make one access with a
 * computed place out of two, which the verifier forbids.
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

/* Of a tracepoint: (group, block, len) or (mount, number, block, len). Returns
 * the length.
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

/* Some of an extent was reused. If it was its start, it has another place now;
 * its end counts as busy until the rest ends.
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

/* A block was allocated that may be busy. What is reused whole leaves without a
 * tracepoint of its own, and still has an entry. It was one block: all callers
 * of xfs_extent_busy_reuse() ask for one.
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

	/* the blocks of other trees are never taken while they are busy */
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
int frsp_busy_xclear(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XCLEAR);

	end_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XCLEAR, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy_reuse")
int frsp_busy_xpart(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XPART);

	cut_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XPART, began);
	return 0;
}

/* Where it is, this and the next see all blocks that are reused ... */
SEC("tp_btf/xfs_btree_alloc_block")
int BPF_PROG(frsp_busy_xbtree, struct xfs_btree_cur___frsp *cur, __u32 *pointer,
	     int was_found)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XBTREE);

	if (was_found && cur && pointer)
		drop_btree_block(cur, pointer);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XBTREE, began);
	return 0;
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

SEC("tp_btf/xfs_alloc_small_freelist")
int BPF_PROG(frsp_busy_xsmall, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XSMALL);

	if (alloc)
		drop_block(alloc);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XSMALL, began);
	return 0;
}

/* ... and in 6.1, this: (mount, perag, block, len, may_force). */
SEC("fexit/xfs_extent_busy_reuse")
int frsp_busy_xdrop(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XDROP);
	const struct xfs_perag___mount *perag = (void *)arguments[1];
	struct frsp_xfs_place place = {
		.dev = mount_dev((void *)arguments[0]),
		.group = BPF_CORE_READ(perag, pag_agno),
		.block = arguments[2],
	};

	drop_xfs(&place);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XDROP, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy")
int frsp_busy_xbegin(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XBEGIN);

	begin_xfs(arguments);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XBEGIN, began);
	return 0;
}

SEC("tp_btf/xfs_extent_busy_trim")
int frsp_busy_xtrim(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XTRIM);
	struct frsp_watched_fs *fs = fs_of_group(arguments);

	if (fs)
		__sync_fetch_and_add(&fs->busy.trimmed, 1);
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XTRIM, began);
	return 0;
}

static __always_inline void count_forced(struct frsp_watched_fs *fs)
{
	if (fs)
		__sync_fetch_and_add(&fs->busy.forced, 1);
}

/* The log is forced as a block from the reserve is busy, ... */
SEC("tp_btf/xfs_extent_busy_force")
int frsp_busy_xforce(__u64 *arguments)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFORCE);

	count_forced(fs_of_group(arguments));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XFORCE, began);
	return 0;
}

/* ... or as all free extents that would do are: near a place, ... */
SEC("tp_btf/xfs_alloc_near_busy")
int BPF_PROG(frsp_busy_xnear, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XNEAR);

	if (alloc)
		count_forced(fs_of(mount_dev(BPF_CORE_READ(alloc, mp))));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XNEAR, began);
	return 0;
}

/* ... or anywhere. */
SEC("tp_btf/xfs_alloc_size_busy")
int BPF_PROG(frsp_busy_xsize, struct xfs_alloc_arg___frsp *alloc)
{
	__u64 began = cost_begin(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XSIZE);

	if (alloc)
		count_forced(fs_of(mount_dev(BPF_CORE_READ(alloc, mp))));
	cost_end(&frsp_busy_cost, FRSP_BUSY_PROGRAM_XSIZE, began);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
