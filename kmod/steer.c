// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request's way: which goal ext4 is offered.
 *
 * In this order, and every step may end it:
 *   1. a file with target ranges (place.c) gets those;
 *   2. the tree of ext4's own goal: that goal, if it is free and continues
 *      something, else the best fit near it, else in the nearest other tree
 *      that has room: for all that the file is thought to need from here on,
 *      or three quarters of that, and so on down to the length of the request;
 *   3. as many groups are read as the level allows, the nearest that promise
 *      much first, until one has room;
 *   4. the same in the room behind other files that grow;
 *   5. if a busy extent would do, a commit is asked for;
 *   6. the longest extent that is known, if it is long enough to be of use;
 *   7. stand aside: ext4 looks for itself.
 *
 * What is offered is a hint, which ext4 checks against its bitmap under its
 * lock. Only regular files' data of inodes with extents is steered: for
 * block-mapped files ext4's goal search has no check against 2^32 blocks.
 */
#include "frsp.h"
#include "trace.h"

/* How many groups a request may have read, by frsp_cache_aggression. */
static const u32 reads_of_level[] = {1, 1, 16, 64};

/* From this level on the thread reads what it loads for requests. */
#define LEVEL_BACKGROUND_IO 1

/*
 * A file that is being written is thought to grow by so many times its size, up
 * to a bound. On an aged filesystem with 8 writers (tests/bench/alloc-aging)
 * files got 1.28 extents with 8 times, 1.26 with 16, and 1.52 with as much
 * again.
 */
#define GROWTH_FACTOR	 16
#define GROWTH_MAX_BYTES (64U << 20)

/*
 * Below this level, when so many reads in a row have found no room, free counts
 * tell nothing here, and only one request in so many reads.
 */
#define LEVEL_PERSISTENT 2
#define FRUITLESS_READS	 16

/* Where nothing fits, a piece of this length will do. */
#define SHORT_CLUSTERS 64

/* Groups that may turn out to be bad in one request. */
#define READY_TRIES 4

struct steer {
	struct frsp_fs *fs;
	struct frsp_request request;
	u32 level;
	u32 need;	 /* clusters that the file will need from here on */
	u32 want;	 /* and with what it may grow by */
	bool appends;	 /* it has grown before */
	bool keeps_room; /* somebody takes it away when the file is closed */
	u32 goal_group;
	u32 goal_near;		     /* the goal's position in its tree */
	struct frsp_tree *goal_tree; /* NULL: the group is new */
	u32 stripe;		     /* clusters; 0: any start */
	bool stripe_only;	     /* the goal, too, must begin one */
	bool stripe_in_group; /* counted from the group's start, not the disk's */
	u32 reserved; /* clusters at a flexible group's start, for metadata */
	u32 reads;    /* groups that may still be read */
};

static bool is_steered(struct frsp_fs *fs, struct ext4_allocation_context *ac)
{
	struct inode *inode = frsp_ac_inode(ac);
	u32 flags = *frsp_ac_flags(ac);

	return READ_ONCE(fs->steer) && !READ_ONCE(fs->gave_up) &&
	       S_ISREG(inode->i_mode) && (flags & EXT4_MB_HINT_DATA) &&
	       !(flags & EXT4_MB_HINT_GOAL_ONLY) &&
	       frsp_inode_has_extents(inode);
}

static void stand_aside(struct frsp_fs *fs, struct ext4_allocation_context *ac)
{
	frsp_count(fs, stood_aside);
	trace_frsp_stood_aside(fs->sb->s_dev, frsp_ac_inode(ac)->i_ino,
			       frsp_ex_len(frsp_ac_goal(ac)));
}

/*
 * Where the filesystem has a stripe, requests begin where ext4's own search
 * would have them begin (ext4_mb_regular_allocator() in fs/ext4/mballoc.c,
 * in 6.1 to 7.3): those of a multiple of the stripe at a stripe
 * (ext4_mb_scan_aligned()), those of a power of two at a multiple of it in
 * their group, as buddies do (ext4_mb_simple_scan_group()).
 *
 * Of exactly the stripe's length ext4_mb_find_by_goal() takes a goal only where
 * it begins a stripe. 6.1 compares with the stripe in blocks, later kernels in
 * clusters; both are blocks on the disk in the end. False: no cluster begins a
 * stripe.
 */
static bool set_stripe(struct frsp_fs *fs, struct steer *steer)
{
	u64 stripe = frsp_sbi_stripe(frsp_sbi(fs->sb));
	u32 in_clusters = stripe >> fs->cluster_bits;
	u32 len = steer->request.len;

	steer->stripe = 0;
	if (stripe <= 1)
		return true;
	steer->stripe_only = len == stripe || len == in_clusters;
	if ((u64)in_clusters << fs->cluster_bits != stripe)
		return !steer->stripe_only;
	if (steer->stripe_only || len % in_clusters == 0) {
		steer->stripe = in_clusters;
	} else if (is_power_of_2(len) && fs->group_clusters % len == 0) {
		steer->stripe = len;
		steer->stripe_in_group = true;
	}
	return true;
}

/* Where a tree's first cluster is, in clusters from block 0. */
static u64 tree_first(struct frsp_fs *fs, struct frsp_tree *tree)
{
	return (fs->first_data_block >> fs->cluster_bits) +
	       ((u64)tree->index << fs->span_log2) * fs->group_clusters;
}

/* The request as this tree sees it. */
static void aim(struct steer *steer, struct frsp_tree *tree, bool goal_here)
{
	struct frsp_request *request = &steer->request;
	u64 first = tree_first(steer->fs, tree);

	request->goal_here = goal_here;
	request->stripe = steer->stripe;
	request->stripe_phase = steer->stripe && !steer->stripe_in_group
					? do_div(first, steer->stripe)
					: 0;
	request->stripe_only = steer->stripe_only;
	request->reserved =
		tree->index % steer->fs->flex_trees ? 0 : steer->reserved;
	if (goal_here)
		request->near = steer->goal_near;
	else if (tree->index < steer->goal_group >> steer->fs->span_log2)
		request->near = tree->n_groups * tree->group_clusters - 1;
	else
		request->near = 0;
}

/* Clusters behind the choice that are to be the file's. */
static u32 room_behind(const struct steer *steer,
		       const struct frsp_choice *choice)
{
	u32 room = min(steer->want, choice->span);

	return steer->keeps_room ? room - min(room, choice->len) : 0;
}

/* Picks in a tree and, if there is a choice, announces it to others. */
static bool pick(struct steer *steer, struct frsp_tree *tree, bool allow_short,
		 struct frsp_steering *out)
{
	struct frsp_choice choice;

	spin_lock(&tree->lock);
	choice = frsp_pick(tree, &steer->request, allow_short);
	if (choice.kind != FRSP_PICK_NONE) {
		out->tree = tree;
		out->kind = choice.kind;
		out->offer = (struct frsp_offer){
			.task = current,
			.start = choice.start,
			.len = choice.len,
			.room = room_behind(steer, &choice),
			.owner = steer->request.owner,
		};
		list_add(&out->offer.list, &tree->offers);
	}
	spin_unlock(&tree->lock);
	frsp_memory_used(steer->fs, tree);
	return choice.kind != FRSP_PICK_NONE;
}

/*
 * Whether the goal's group could hold the request, by what is known without
 * reading it: then its extents are worth having, and ext4 would read its
 * bitmap, too.
 */
static bool goal_is_worth_loading(struct steer *steer, struct frsp_tree *tree,
				  u32 in_tree)
{
	const struct frsp_group *group = &tree->groups[in_tree];
	bool worth = false;

	spin_lock(&tree->lock);
	if (group->state == FRSP_GROUP_UNKNOWN)
		worth = group->free >= steer->request.len;
	else if (group->state == FRSP_GROUP_SUMMARY)
		worth = group->longest_len >= steer->request.len;
	spin_unlock(&tree->lock);
	return worth;
}

/* Gets to know the goal's surroundings, as far as this request may wait for
 * that. */
static void learn_goal(struct steer *steer)
{
	struct frsp_tree *tree;
	u32 in_tree;

	tree = frsp_fs_tree(steer->fs, steer->goal_group, &in_tree);
	steer->goal_tree = tree;
	if (!tree)
		return;
	if (frsp_load_is_done(steer->fs, tree))
		return;
	if (goal_is_worth_loading(steer, tree, in_tree))
		frsp_load_group(steer->fs, steer->goal_group, true);
	frsp_loader_want(steer->fs, tree, steer->level >= LEVEL_BACKGROUND_IO);
}

static bool pick_near_goal(struct steer *steer, struct frsp_steering *out)
{
	if (!steer->goal_tree)
		return false;
	aim(steer, steer->goal_tree, true);
	return pick(steer, steer->goal_tree, false, out);
}

/* As the meta-tree numbers trees. */
static u32 goal_index(const struct steer *steer)
{
	return steer->goal_group >> steer->fs->span_log2;
}

static bool pick_by_meta(struct steer *steer, struct frsp_steering *out)
{
	struct frsp_fs *fs = steer->fs;
	u32 len = steer->request.room;
	struct frsp_tree *tree;
	int index;

	/* The run in which a stripe surely begins. */
	if (steer->stripe)
		len += steer->stripe - 1;
	/* It leaves out the goal's own tree, which has been asked. */
	index = frsp_meta_fit(&fs->meta, len, goal_index(steer));
	tree = index < 0 ? NULL : frsp_fs_tree_at(fs, index);
	if (!tree)
		return false;
	aim(steer, tree, false);
	return pick(steer, tree, false, out);
}

/* Counts are not exact where requests race: one read more or less. */
static bool may_read(struct steer *steer)
{
	struct frsp_fs *fs = steer->fs;
	u32 tries;

	if (!steer->reads)
		return false;
	if (steer->level >= LEVEL_PERSISTENT ||
	    READ_ONCE(fs->fruitless_reads) < FRUITLESS_READS)
		return true;
	tries = READ_ONCE(fs->reads_spared) + 1;
	WRITE_ONCE(fs->reads_spared, tries);
	return tries % FRUITLESS_READS == 0;
}

static void note_read(struct steer *steer, struct frsp_tree *tree)
{
	struct frsp_fs *fs = steer->fs;
	u32 longest, start;

	steer->reads--;
	spin_lock(&tree->lock);
	longest = frsp_tree_longest(tree, &start);
	spin_unlock(&tree->lock);
	WRITE_ONCE(fs->fruitless_reads,
		   longest >= steer->request.len
			   ? 0
			   : READ_ONCE(fs->fruitless_reads) + 1);
}

/* Reads the most promising group; false: there is none, or no read is left. */
static bool read_promising(struct steer *steer)
{
	struct frsp_fs *fs = steer->fs;
	struct frsp_tree *tree;
	int index, group;
	u32 free;

	if (!may_read(steer))
		return false;
	index = frsp_meta_promise(&fs->meta, steer->request.len,
				  goal_index(steer));
	tree = index < 0 ? NULL : frsp_fs_tree_at(fs, index);
	if (!tree)
		return false;
	spin_lock(&tree->lock);
	group = frsp_tree_promising(tree, &free);
	spin_unlock(&tree->lock);
	if (group < 0)
		return false;
	frsp_load_summary(fs, (tree->index << fs->span_log2) + group);
	note_read(steer, tree);
	return true;
}

/* The longest extent that is known anywhere, in the goal's tree if half will
 * do. */
static bool pick_short(struct steer *steer, struct frsp_steering *out)
{
	struct frsp_fs *fs = steer->fs;
	struct frsp_tree *tree, *near = steer->goal_tree;
	u32 longest, near_len, start;
	int index;

	index = frsp_meta_longest(&fs->meta, &longest, goal_index(steer));
	tree = index < 0 ? NULL : frsp_fs_tree_at(fs, index);
	if (!tree || longest < steer->request.min_len)
		return false;
	if (near && near != tree) {
		spin_lock(&near->lock);
		near_len = frsp_tree_longest(near, &start);
		spin_unlock(&near->lock);
		if (near_len >= steer->request.min_len &&
		    near_len >= longest / 2)
			tree = near;
	}
	aim(steer, tree, tree == near);
	return pick(steer, tree, true, out);
}

/* Outside what is reserved for metadata, else there, too. */
static bool pick_known(struct steer *steer, struct frsp_steering *out)
{
	bool found;

	steer->reserved = steer->fs->reserved_clusters;
	found = pick_near_goal(steer, out) || pick_by_meta(steer, out);
	if (!found && steer->reserved) {
		steer->reserved = 0;
		found = pick_near_goal(steer, out) || pick_by_meta(steer, out);
	}
	return found;
}

/*
 * With room for what comes next; some of that is better than none. A file that
 * has not grown yet looks for what it may grow by only near its goal (wish):
 * most files are written once, and belong beside their neighbours. The longest
 * extents are spared for files that need them: this asks for no more than it
 * may use. In steps of a quarter, so that nearly the longest is found without
 * a search around the rooms of others; halves cost 2 % more extents.
 */
static bool pick_roomy(struct steer *steer, struct frsp_steering *out)
{
	struct frsp_request *request = &steer->request;
	bool found = false;

	for (request->room = steer->appends ? steer->want : steer->need;
	     request->room > request->len && !found;
	     request->room -= request->room / 4 + 1)
		found = pick_known(steer, out);
	request->room = request->len;
	return found;
}

static bool choose(struct steer *steer, struct frsp_steering *out)
{
	u32 longest;

	learn_goal(steer);
	/* To ask for more than is known anywhere is in vain. */
	frsp_meta_longest(&steer->fs->meta, &longest, 0);
	steer->need = min(steer->need, longest);
	steer->want = min(steer->want, longest);
	steer->request.wish = steer->appends ? 0 : steer->want;
	if (pick_roomy(steer, out))
		return true;
	steer->reserved = steer->fs->reserved_clusters;
	do {
		if (pick_near_goal(steer, out) || pick_by_meta(steer, out))
			return true;
	} while (read_promising(steer));
	if (pick_known(steer, out))
		return true;
	steer->request.take_rooms = true;
	if (pick_roomy(steer, out) || pick_known(steer, out))
		return true;
	steer->reserved = 0;
	frsp_busy_request_commit(steer->fs, steer->request.len);
	/* A stripe is taken whole or not at all. */
	return !steer->stripe && pick_short(steer, out);
}

static bool choose_placed(struct steer *steer, struct inode *inode,
			  struct frsp_steering *out)
{
	struct frsp_fs *fs = steer->fs;
	u32 group, start, free, in_tree;
	struct frsp_tree *tree;

	if (list_empty(&fs->places) ||
	    !frsp_place_next(fs, inode, steer->request.len, &group, &start,
			     &free))
		return false;
	tree = frsp_fs_tree(fs, group, &in_tree);
	out->tree = tree;
	out->kind = free < steer->request.len ? FRSP_PICK_SHORT : FRSP_PICK_FIT;
	out->offer = (struct frsp_offer){
		.task = current,
		.start = in_tree * fs->group_clusters + start,
		.len = min(free, steer->request.len),
	};
	spin_lock(&tree->lock);
	list_add(&out->offer.list, &tree->offers);
	spin_unlock(&tree->lock);
	frsp_count(fs, placed_goals);
	trace_frsp_placed_goals(fs->sb->s_dev, inode->i_ino, group, start,
				out->offer.len);
	return true;
}

/*
 * How much the file will need from the request's first block on: what is
 * written already (by delayed allocation its size tells). And if it is open for
 * writing or appended to, what it may grow by. That is in proportion to its
 * size, without a floor: a room much larger than the file keeps files apart
 * that are written at the same time. And only while it is open: of files that
 * are written one after the other, each begins where the last one ends.
 */
static void foresee(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		    struct steer *steer)
{
	struct inode *inode = frsp_ac_inode(ac);
	u64 size = DIV_ROUND_UP_ULL(i_size_read(inode),
				    fs->sb->s_blocksize << fs->cluster_bits);
	u64 first = frsp_ex_logical(frsp_ac_goal(ac)) >> fs->cluster_bits;
	u64 ahead = size > first ? size - first : 0;
	u32 cluster_bits = fs->sb->s_blocksize_bits + fs->cluster_bits;
	u64 growth = 0;

	if (steer->appends || inode_is_open_for_write(inode))
		growth = min_t(u64, GROWTH_FACTOR * size,
			       GROWTH_MAX_BYTES >> cluster_bits);
	steer->need = min_t(u64, ahead, fs->group_clusters);
	steer->want = min_t(u64, ahead + growth, fs->group_clusters);
}

/* False: ext4 asks for something that does not look like a request. */
static bool read_request(struct frsp_fs *fs, struct ext4_allocation_context *ac,
			 struct steer *steer)
{
	struct ext4_free_extent *goal = frsp_ac_goal(ac);
	s32 start = frsp_ex_start(goal), len = frsp_ex_len(goal);
	s32 asked = frsp_ex_len(frsp_ac_asked(ac));
	u32 group = frsp_ex_group(goal), flags = *frsp_ac_flags(ac);

	if (len <= 0 || (u32)len > fs->group_clusters || asked <= 0 ||
	    group >= frsp_sbi_groups(frsp_sbi(fs->sb)))
		return false;
	/*
	 * After a stream's miss ext4_mb_regular_allocator() has left another
	 * goal: without a start since 6.17.
	 */
	if (start < 0 || (u32)start >= fs->group_clusters)
		start = 0;
	steer->fs = fs;
	steer->appends = frsp_ex_logical(frsp_ac_asked(ac)) &&
			 !(flags & EXT4_MB_HINT_GROUP_ALLOC);
	steer->level = min_t(u32, READ_ONCE(fs->aggression),
			     ARRAY_SIZE(reads_of_level) - 1);
	steer->reads = reads_of_level[steer->level];
	steer->goal_group = group;
	steer->request.len = len;
	steer->request.room = len;
	steer->request.min_len = min3(asked, len, SHORT_CLUSTERS);
	steer->goal_near =
		(group & ((1U << fs->span_log2) - 1)) * fs->group_clusters +
		start;
	steer->request.owner = frsp_ac_inode(ac)->i_ino;
	steer->request.goal_exact = flags & EXT4_MB_HINT_TRY_GOAL;
	if (!set_stripe(fs, steer))
		return false;
	/* A stripe is taken whole or not at all. */
	steer->request.goal_short = steer->appends && !steer->stripe_only;
	steer->need = len;
	steer->want = len;
	if (!steer->stripe_only && !(flags & EXT4_MB_HINT_GROUP_ALLOC))
		foresee(fs, ac, steer);
	steer->keeps_room = steer->want > (u32)len && frsp_closes_watch_rooms();
	return true;
}

/* Hands the choice to ext4; its start is inside the group whatever the tree
 * says. */
static void offer(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		  struct frsp_steering *out)
{
	struct ext4_free_extent *goal = frsp_ac_goal(ac);
	u32 in_group = out->offer.start % fs->group_clusters;
	u32 flags = EXT4_MB_HINT_TRY_GOAL;

	out->own_group = frsp_ex_group(goal);
	out->own_start = frsp_ex_start(goal);
	out->own_len = frsp_ex_len(goal);
	out->own_flags = *frsp_ac_flags(ac);
	frsp_count(fs, goals_offered);
	if (out->kind == FRSP_PICK_KEEP)
		frsp_count(fs, kept_goals);
	if (out->offer.len < (u32)frsp_ex_len(goal)) {
		frsp_count(fs, short_goals);
		flags |= EXT4_MB_HINT_MERGE;
	}
	trace_frsp_goals_offered(fs->sb->s_dev, frsp_ac_inode(ac)->i_ino,
				 frsp_ex_len(goal), out->group, in_group,
				 out->offer.len, out->kind);
	frsp_ex_set(goal, out->group, in_group);
	*frsp_ac_flags(ac) |= flags;
}

/* Of an offer that was not taken. True: the tree still says that it is free. */
static bool retract(struct frsp_steering *steering)
{
	struct frsp_tree *tree = steering->tree;
	bool is_free;

	spin_lock(&tree->lock);
	list_del(&steering->offer.list);
	is_free = frsp_offer_is_free(tree, &steering->offer);
	spin_unlock(&tree->lock);
	steering->tree = NULL;
	return is_free;
}

/*
 * Of a group that this mount has not initialised, ext4 reads the bitmap when it
 * looks at the goal. If that fails, ext4_mb_find_by_goal() fails the request,
 * unless the group itself is corrupt: so it does if memory is short, or with
 * blocks below 4 KiB, if the bitmap of a group cannot be read that shares the
 * page (ext4_mb_init_cache() in fs/ext4/mballoc.c, in 6.1 to 7.3). ext4's own
 * search would pass the group over. So does this: it has ext4 read the bitmap
 * now, and a group where that fails is bad from then on.
 */
static int make_ready(struct frsp_fs *fs, struct frsp_steering *steering)
{
	struct ext4_group_info *info = frsp_group_info(fs->sb, steering->group);
	int err = -ENOENT;

	if (info)
		err = frsp_load_init_group(fs, steering->group);
	if (err)
		retract(steering);
	return err;
}

/* A goal whose group is ready, in steering. False: none was found. */
static bool choose_ready(struct steer *steer,
			 struct ext4_allocation_context *ac,
			 struct frsp_steering *steering)
{
	struct frsp_fs *fs = steer->fs;
	struct frsp_request request = steer->request;
	u32 tries;
	int err;

	for (tries = 0; tries < READY_TRIES; tries++) {
		steer->request = request;
		if (!choose_placed(steer, frsp_ac_inode(ac), steering) &&
		    !choose(steer, steering))
			return false;
		steering->group = (steering->tree->index << fs->span_log2) +
				  steering->offer.start / fs->group_clusters;
		err = make_ready(fs, steering);
		if (!err)
			return true;
		if (err == -ENOMEM)
			break;
	}
	return false;
}

void frsp_steer(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		struct frsp_steering *steering)
{
	struct steer steer = {};

	steering->tree = NULL;
	steering->failed = false;
	if (!is_steered(fs, ac))
		return;
	if (frsp_sbi_groups(frsp_sbi(fs->sb)) != READ_ONCE(fs->n_groups))
		frsp_loader_kick(fs);
	/* A second round of the same request may not take a shorter goal
	 * unasked. */
	*frsp_ac_flags(ac) &= ~EXT4_MB_HINT_MERGE;
	if (!read_request(fs, ac, &steer) ||
	    !choose_ready(&steer, ac, steering)) {
		stand_aside(fs, ac);
		return;
	}
	offer(fs, ac, steering);
}

/*
 * What is left of the ways in which a goal of ours can make a request fail: the
 * page of a group that was ready is gone, and cannot be read again. Then
 * ext4_mb_regular_allocator() ends before it searches, and may be called again,
 * as ext4_mb_new_blocks() does itself. Once it has searched it may not:
 * from 6.12 on the second search would take what the first one found for its
 * own (BUG_ON in ext4_mb_use_best_found()), or with a length that the first one
 * cut.
 */
bool frsp_steer_undo(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		     struct frsp_steering *steering, int err)
{
	struct ext4_free_extent *goal = frsp_ac_goal(ac);

	if (!steering->tree || steering->offer.taken ||
	    frsp_ex_len(frsp_ac_best(ac)) ||
	    frsp_ex_len(goal) != steering->own_len)
		return false;
	steering->failed = true;
	if (err != -ENOMEM)
		frsp_track_corrupted(fs->sb, steering->group);
	frsp_ex_set(goal, steering->own_group, steering->own_start);
	*frsp_ac_flags(ac) = steering->own_flags;
	frsp_count(fs, goals_failed);
	trace_frsp_goals_failed(fs->sb->s_dev, frsp_ac_inode(ac)->i_ino,
				steering->group, err);
	pr_warn_once("%s: ext4 could not use group %u (%d), and now looks for "
		     "itself\n",
		     fs->sb->s_id, steering->group, err);
	return true;
}

void frsp_steer_end(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		    struct frsp_steering *steering)
{
	struct frsp_offer *offer = &steering->offer;
	struct frsp_tree *tree = steering->tree;
	unsigned long ino = frsp_ac_inode(ac)->i_ino;

	if (!tree)
		return;
	if (offer->taken) {
		if (offer->room)
			frsp_rooms_keep(fs, tree, offer);
		frsp_count(fs, goals_taken);
		trace_frsp_goals_taken(fs->sb->s_dev, ino, steering->group,
				       offer->start % fs->group_clusters,
				       offer->len);
	} else {
		/*
		 * Most often somebody was faster. Then the tree has followed
		 * that, and only what it still has is stale.
		 */
		if (retract(steering) && steering->kind != FRSP_PICK_KEEP &&
		    !steering->failed)
			frsp_load_summary(fs, steering->group);
		frsp_count(fs, goals_missed);
		trace_frsp_goals_missed(fs->sb->s_dev, ino, steering->group,
					offer->start % fs->group_clusters,
					offer->len);
	}
}
