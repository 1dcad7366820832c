// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns a request of ext4's into a search for choose.c: how many clusters ext4
 * wants near which goal, where they may begin, and how many more the file will
 * need.
 *
 * For example, ext4 wants 256 clusters of 4 KiB for the end of a file of 10
 * MiB, whose size is 11 MiB already by delayed allocation. The file needs 1 MiB
 * now (need), and may grow by 16 times its size, but at most by 64 MiB: want is
 * 65 MiB.
 */
#include "choose.h"

/* How many groups a request may read, by frsp_cache_aggression. */
static const u32 reads_of_level[] = {2, 2, 16, 64};

/*
 * A file that is open for writing is expected to grow by so many times its
 * size, up to a bound. When the factor was chosen, files of a filesystem with 8
 * writers (tests/bench/alloc-aging) got 1.28 extents with 8, 1.26 with 16, and
 * 1.52 with 1.
 *
 * A file that was appended to and is closed may be opened again, as a log by a
 * program that closes it after each line: the bound is what a few such appends
 * need.
 */
#define GROWTH_FACTOR		16
#define GROWTH_MAX_BYTES	(64U << 20)
#define CLOSED_GROWTH_MAX_BYTES (256U << 10)

/* Where nothing fits, a piece of this length is enough. */
#define SHORT_CLUSTERS 64

/*
 * Sets where a request may begin if the filesystem has a stripe. That is where
 * ext4's own search would begin it (ext4_mb_regular_allocator() in
 * fs/ext4/mballoc.c, in 6.1 to 7.3): a request of a multiple of the stripe
 * begins at a stripe (ext4_mb_scan_aligned()), a request of a power of two at a
 * multiple of its length in its group, like a buddy
 * (ext4_mb_simple_scan_group()).
 *
 * For a request of exactly the stripe's length, ext4_mb_find_by_goal() takes a
 * goal only where a stripe begins. 6.1 compares the length with the stripe in
 * blocks, later kernels in clusters; all of them check the start in blocks on
 * the disk. False: no cluster begins a stripe.
 */
static bool set_stripe(struct frsp_fs *fs, struct frsp_search *search)
{
	u64 stripe = frsp_sbi_stripe(frsp_sbi(fs->sb));
	u32 in_clusters = stripe >> fs->cluster_bits;
	u32 len = search->request.len;

	search->stripe = 0;
	if (stripe <= 1)
		return true;
	search->stripe_only = len == stripe || len == in_clusters;
	if ((u64)in_clusters << fs->cluster_bits != stripe)
		return !search->stripe_only;
	if (search->stripe_only || len % in_clusters == 0) {
		search->stripe = in_clusters;
	} else if (is_power_of_2(len) && fs->group_clusters % len == 0) {
		search->stripe = len;
		search->stripe_in_group = true;
	}
	return true;
}

/*
 * Whether the kernel's flusher asks, which is a work of a workqueue (wb_workfn()
 * in fs/fs-writeback.c, in 6.1 and 6.12): the file was not written back by the
 * task that wrote it, as with fsync and direct I/O, but later. A worker of
 * another kind, as a loop device has for its image, is taken for the flusher.
 */
static bool is_flusher(void)
{
	return current->flags & PF_WQ_WORKER;
}

/*
 * Sets how much the file will need from the request's first block on.
 *
 * need: the part that is written already; with delayed allocation, the file's
 * size tells. want: also what the file may grow by. The growth is in proportion
 * to the file's size, without a minimum: a room much larger than the file would
 * separate files that are written at the same time. Files that are closed and
 * were written once get no growth: of files that are written one after the
 * other, each should begin where the last one ends.
 *
 * A file that is still open when it has more blocks to get, or when the flusher
 * comes, stays open for long and grows: it gets a room. A file that a task
 * fsyncs for the first time will most likely be closed now, as mail is. A room
 * goes with the file's close, so a file that is closed already gets none.
 */
static void foresee(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		    struct frsp_search *search)
{
	struct inode *inode = frsp_ac_inode(ac);
	u64 size = DIV_ROUND_UP_ULL(i_size_read(inode),
				    fs->sb->s_blocksize << fs->cluster_bits);
	u64 first = frsp_ex_logical(frsp_ac_goal(ac)) >> fs->cluster_bits;
	u64 ahead = size > first ? size - first : 0;
	u32 cluster_bits = fs->sb->s_blocksize_bits + fs->cluster_bits;
	bool is_open = inode_is_open_for_write(inode);
	u32 max_bytes = 0;
	u64 growth;

	if (is_open)
		max_bytes = GROWTH_MAX_BYTES;
	else if (search->appends)
		max_bytes = CLOSED_GROWTH_MAX_BYTES;
	growth = min_t(u64, GROWTH_FACTOR * size, max_bytes >> cluster_bits);
	search->need = min_t(u64, ahead, fs->group_clusters);
	search->want = min_t(u64, ahead + growth, fs->group_clusters);
	search->grows = is_open && (search->appends || is_flusher());
	search->keeps_room =
		is_open && search->want > (u32)frsp_ex_len(frsp_ac_goal(ac)) &&
		frsp_closes_watch_rooms();
}

bool frsp_search_init(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		      struct frsp_search *search)
{
	struct ext4_free_extent *goal = frsp_ac_goal(ac);
	s32 start = frsp_ex_start(goal), len = frsp_ex_len(goal);
	s32 asked = frsp_ex_len(frsp_ac_asked(ac));
	u32 group = frsp_ex_group(goal), flags = *frsp_ac_flags(ac), in_tree;

	if (len <= 0 || (u32)len > fs->group_clusters || asked <= 0 ||
	    group >= frsp_sbi_groups(frsp_sbi(fs->sb)))
		return false;
	/*
	 * When a stream's goal was not free, ext4_mb_regular_allocator() has
	 * left another goal: since 6.17 one without a start.
	 */
	if (start < 0 || (u32)start >= fs->group_clusters)
		start = 0;
	search->fs = fs;
	search->appends = frsp_ex_logical(frsp_ac_asked(ac)) &&
			  !(flags & EXT4_MB_HINT_GROUP_ALLOC);
	search->level = min_t(u32, READ_ONCE(fs->aggression),
			      ARRAY_SIZE(reads_of_level) - 1);
	search->reads = reads_of_level[search->level];
	search->goal_group = group;
	search->request.len = len;
	search->request.fit = len;
	search->request.min_len = min3(asked, len, SHORT_CLUSTERS);
	search->goal_tree = frsp_trees_of_group(fs, group, &in_tree);
	search->goal_near = in_tree * fs->group_clusters + start;
	search->request.owner = frsp_ac_inode(ac)->i_ino;
	search->request.goal_exact = flags & EXT4_MB_HINT_TRY_GOAL;
	if (!set_stripe(fs, search))
		return false;
	/* A stripe is taken whole or not at all. */
	search->request.goal_short = search->appends && !search->stripe_only;
	search->need = len;
	search->want = len;
	if (!search->stripe_only && !(flags & EXT4_MB_HINT_GROUP_ALLOC))
		foresee(fs, ac, search);
	return true;
}
