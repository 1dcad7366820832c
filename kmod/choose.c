// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses a goal for a request, by the first of these steps that finds one. In
 * brackets: the step in docs/allocator.md, which says more of each.
 *
 * 1. The target ranges of the file, if it has any (place.c) [3].
 *
 * 2. The tree of ext4's own goal: that goal, if it is free and continues
 * something, else the best fit near it [5]. Then the nearest other tree that
 * has an extent that fits [6]. This is tried with a fit of all that the file is
 * expected to need from here on, then with three quarters of that, and so on
 * [4].
 *
 * 3. The same with just the length of the request [5, 6]; between tries, as
 * many groups are read as the level allows, the nearest ones that promise much
 * first [7].
 *
 * 4. Steps 2 and 3 without reads, in the rooms of other growing files, too [8].
 *
 * 5. The longest extent that is known, if it is long enough to be useful [10].
 * Before that, jbd2 is asked for a commit if a busy extent would be long
 * enough; the request does not wait for the commit [9].
 *
 * For example, 1 MiB is appended to a file of 10 MiB. It is expected to need 65
 * MiB: this one, and 64 MiB later (request.c). The clusters at its goal are in
 * use. Step 2 looks for 65 MiB near the goal and then in the other trees, then
 * for 48 MiB, then for 36 MiB, and finds an extent of 40 MiB. The request gets
 * the first MiB, and the other 39 MiB become the file's room (pick.h).
 */
#include "choose.h"
#include "trace.h"

/*
 * From this level on, the thread may read bitmaps when it loads a tree for a
 * request.
 */
#define LEVEL_BACKGROUND_IO 1

/*
 * How much farther than the nearest place a better fit may be: so many times
 * what the request searches for first (first_fit()), but at least this far. The
 * growth that a file has not shown does not count: for a message of 1 MiB that
 * is written, fsynced and closed, the reach was 272 MiB with it, and is 128 MiB
 * without.
 *
 * Without a bound, files of a new filesystem of 2 GB, where a free extent is a
 * whole block group, took up to 1.24 times as long to read back as stock
 * ext4's, and up to 1.01 times with a bound (tests/bench/alloc-place). On an
 * aged filesystem (tests/bench/alloc-aging) files got 1.27 extents without a
 * bound, 1.28 with this one, and 1.30 with 32 MiB.
 */
#define REACH_FACTOR	16
#define REACH_MIN_BYTES (128U << 20)

/*
 * When so many reads in a row have found no room, the free counts of groups say
 * little here; below this level, only one request in so many then reads.
 */
#define LEVEL_PERSISTENT 2
#define FRUITLESS_READS	 16

/* How many groups a request passes over because their lock is held. */
#define BUSY_TRIES 3

/* The position of a tree's first cluster, in clusters from block 0. */
static u64 tree_first(struct frsp_fs *fs, struct frsp_tree *tree)
{
	return (fs->first_data_block >> fs->cluster_bits) +
	       ((u64)tree->index << fs->span_log2) * fs->group_clusters;
}

/*
 * Sets the fields of the request that depend on the tree. reserved: so many
 * clusters at the start of a flexible group are left to metadata.
 */
static void aim(struct frsp_search *search, struct frsp_tree *tree,
		bool goal_here, u32 reserved)
{
	struct frsp_request *request = &search->request;
	u64 first = tree_first(search->fs, tree);

	request->goal_here = goal_here;
	request->stripe = search->stripe;
	request->stripe_phase = search->stripe && !search->stripe_in_group
					? do_div(first, search->stripe)
					: 0;
	request->stripe_only = search->stripe_only;
	request->reserved = tree->index % search->fs->flex_trees ? 0 : reserved;
	if (goal_here)
		request->near = search->goal_near;
	else if (tree->index < search->goal_group >> search->fs->span_log2)
		request->near = tree->n_groups * tree->group_clusters - 1;
	else
		request->near = 0;
}

/* Clusters behind the choice that become the file's room. */
static u32 room_behind(const struct frsp_search *search,
		       const struct frsp_choice *choice)
{
	u32 room = min(search->want, choice->span);

	return search->keeps_room ? room - min(room, choice->len) : 0;
}

/* The group that contains a position of the tree. */
static u32 group_at(const struct frsp_fs *fs, const struct frsp_tree *tree,
		    u32 position)
{
	return (tree->index << fs->span_log2) + position / tree->group_clusters;
}

/* The same group, as a bit of request.avoid. */
static u32 group_bit(const struct frsp_tree *tree, u32 position)
{
	return 1U << position / tree->group_clusters;
}

static bool is_busy(struct frsp_fs *fs, const struct frsp_tree *tree,
		    u32 position)
{
	u32 group = group_at(fs, tree, position);

	return spin_is_locked(frsp_group_lock(frsp_sbi(fs->sb), group));
}

/*
 * The best choice; if another task holds the lock of its group, perhaps the
 * best one in another group: otherwise many writers would wait for each other
 * there. ext4's own search goes on to another group, too, where it finds a lock
 * held (ext4_mb_scan_group() in fs/ext4/mballoc.c, in 6.12 to 7.3). A choice
 * that continues the file is kept in any case.
 */
static struct frsp_choice choose_idle(struct frsp_search *search,
				      const struct frsp_tree *tree,
				      bool allow_short)
{
	struct frsp_request *request = &search->request;
	struct frsp_choice best = frsp_pick(tree, request, allow_short);
	struct frsp_choice choice = best;
	u32 tries;

	for (tries = 0; choice.kind == FRSP_PICK_FIT; tries++) {
		if (!is_busy(search->fs, tree, choice.start)) {
			best = choice;
			break;
		}
		if (tries == BUSY_TRIES)
			break;
		request->avoid |= group_bit(tree, choice.start);
		choice = frsp_pick(tree, request, false);
	}
	request->avoid = 0;
	return best;
}

/* Fills in out, and links its offer into the tree's; under tree->lock. */
static void make_offer(struct frsp_search *search, struct frsp_tree *tree,
		       const struct frsp_choice *choice,
		       struct frsp_steering *out)
{
	out->tree = tree;
	out->group = group_at(search->fs, tree, choice->start);
	out->kind = choice->kind;
	out->offer = (struct frsp_offer){
		.task = current,
		.start = choice->start,
		.len = choice->len,
		.room_behind = room_behind(search, choice),
		.owner = search->request.owner,
	};
	list_add(&out->offer.list, &tree->offers);
}

/* Picks in a tree and, if there is a choice, offers it. */
static bool try_tree(struct frsp_search *search, struct frsp_tree *tree,
		     bool allow_short, struct frsp_steering *out)
{
	struct frsp_choice choice;

	spin_lock(&tree->lock);
	choice = choose_idle(search, tree, allow_short);
	if (choice.kind != FRSP_PICK_NONE)
		make_offer(search, tree, &choice, out);
	spin_unlock(&tree->lock);
	frsp_memory_used(search->fs, tree);
	return choice.kind != FRSP_PICK_NONE;
}

/*
 * Whether the goal's group could have room for the request, by what is known
 * without a read. Then its extents are worth loading; ext4 would read its
 * bitmap, too.
 */
static bool goal_is_worth_loading(struct frsp_search *search)
{
	struct frsp_tree *tree = search->goal_tree;
	const struct frsp_group *group =
		&tree->groups[search->goal_near / tree->group_clusters];
	bool worth = false;

	spin_lock(&tree->lock);
	if (group->state == FRSP_GROUP_UNKNOWN)
		worth = group->free >= search->request.len;
	else if (group->state == FRSP_GROUP_SUMMARY)
		worth = group->longest_len >= search->request.len;
	spin_unlock(&tree->lock);
	return worth;
}

/*
 * Loads the goal's group if that is worth it, and has the thread load the rest
 * of its tree.
 */
static void learn_goal(struct frsp_search *search)
{
	struct frsp_tree *tree = search->goal_tree;

	if (!tree || frsp_loader_is_done(search->fs, tree))
		return;
	if (goal_is_worth_loading(search))
		frsp_load_group(search->fs, search->goal_group, true);
	frsp_loader_want(search->fs, tree,
			 search->level >= LEVEL_BACKGROUND_IO);
}

static bool try_near_goal(struct frsp_search *search, u32 reserved,
			  struct frsp_steering *out)
{
	if (!search->goal_tree)
		return false;
	aim(search, search->goal_tree, true, reserved);
	return try_tree(search, search->goal_tree, false, out);
}

/* The index of the goal's tree, as the meta-tree counts. */
static u32 goal_index(const struct frsp_search *search)
{
	return search->goal_group >> search->fs->span_log2;
}

static bool try_by_meta(struct frsp_search *search, u32 reserved,
			struct frsp_steering *out)
{
	struct frsp_fs *fs = search->fs;
	u32 len = search->request.fit;
	struct frsp_tree *tree;
	int index;

	/* A run of this length has an aligned place in any case. */
	if (search->stripe)
		len += search->stripe - 1;
	/*
	 * The result is never the goal's own tree, which try_near_goal() has
	 * searched.
	 */
	index = frsp_meta_fit(&fs->meta, len, goal_index(search));
	tree = index < 0 ? NULL : frsp_trees_at(fs, index);
	if (!tree)
		return false;
	aim(search, tree, false, reserved);
	return try_tree(search, tree, false, out);
}

/*
 * Whether the request may read a group now. Where only one request in so many
 * reads, this counts one turn of them. The counters are not exact when requests
 * race: a request may read once more or less.
 */
static bool take_read_turn(struct frsp_search *search)
{
	struct frsp_fs *fs = search->fs;
	u32 tries;

	if (!search->reads)
		return false;
	if (search->level >= LEVEL_PERSISTENT ||
	    READ_ONCE(fs->fruitless_reads) < FRUITLESS_READS)
		return true;
	tries = READ_ONCE(fs->reads_spared) + 1;
	WRITE_ONCE(fs->reads_spared, tries);
	return tries % FRUITLESS_READS == 0;
}

/* A group of the tree was read. free: its free clusters. */
static void note_read(struct frsp_search *search, struct frsp_tree *tree,
		      u32 free)
{
	struct frsp_fs *fs = search->fs;
	u32 longest, start;
	bool is_fruitless;

	spin_lock(&tree->lock);
	longest = frsp_tree_longest(tree, &start);
	spin_unlock(&tree->lock);
	is_fruitless = longest < search->request.len;
	search->disappointed = is_fruitless ? free : 0;
	/* The second read of low levels is for those whose first was in vain. */
	if (is_fruitless || search->level >= LEVEL_PERSISTENT)
		search->reads--;
	else
		search->reads = 0;
	WRITE_ONCE(fs->fruitless_reads,
		   is_fruitless ? READ_ONCE(fs->fruitless_reads) + 1 : 0);
}

/*
 * The tree to read in. After a read in vain, it is one that promises at least a
 * quarter more: if 10000 free clusters were in small pieces, those of a group
 * with 10500 will be, too. If no tree does, low levels read no more, and the
 * others go on as before.
 */
static struct frsp_tree *tree_to_read(struct frsp_search *search)
{
	u32 len = search->request.len, near = goal_index(search);
	u32 more = search->disappointed + search->disappointed / 4;
	struct frsp_fs *fs = search->fs;
	int index;

	index = frsp_meta_promise(&fs->meta, max(len, more), near);
	if (index < 0 && search->disappointed &&
	    search->level >= LEVEL_PERSISTENT)
		index = frsp_meta_promise(&fs->meta, len, near);
	return index < 0 ? NULL : frsp_trees_at(fs, index);
}

/*
 * Reads the most promising group. False: there is none, or the request may not
 * read any more.
 */
static bool read_promising(struct frsp_search *search)
{
	struct frsp_fs *fs = search->fs;
	struct frsp_tree *tree;
	int group;
	u32 free;

	if (!take_read_turn(search))
		return false;
	tree = tree_to_read(search);
	if (!tree)
		return false;
	spin_lock(&tree->lock);
	group = frsp_tree_promising(tree, &free);
	spin_unlock(&tree->lock);
	if (group < 0)
		return false;
	frsp_load_summary(fs, (tree->index << fs->span_log2) + group);
	note_read(search, tree, free);
	return true;
}

/*
 * Picks the longest extent that is known, reserved or not; in the goal's tree,
 * if that has one at least half as long.
 */
static bool try_short(struct frsp_search *search, struct frsp_steering *out)
{
	struct frsp_fs *fs = search->fs;
	struct frsp_tree *tree, *near = search->goal_tree;
	u32 longest, near_len, start;
	int index;

	index = frsp_meta_longest(&fs->meta, &longest, goal_index(search));
	tree = index < 0 ? NULL : frsp_trees_at(fs, index);
	if (!tree || longest < search->request.min_len)
		return false;
	if (near && near != tree) {
		spin_lock(&near->lock);
		near_len = frsp_tree_longest(near, &start);
		spin_unlock(&near->lock);
		if (near_len >= search->request.min_len &&
		    near_len >= longest / 2)
			tree = near;
	}
	aim(search, tree, tree == near, 0);
	return try_tree(search, tree, true, out);
}

static bool try_trees(struct frsp_search *search, u32 reserved,
		      struct frsp_steering *out)
{
	return try_near_goal(search, reserved, out) ||
	       try_by_meta(search, reserved, out);
}

/*
 * Picks outside the clusters that are reserved for metadata; if that fails, in
 * them, too.
 */
static bool try_known(struct frsp_search *search, struct frsp_steering *out)
{
	u32 reserved = search->fs->reserved_clusters;

	return try_trees(search, reserved, out) ||
	       (reserved && try_trees(search, 0, out));
}

/*
 * How much a request searches for first: a file that grows needs the room to
 * grow into, any other file only what is already written.
 */
static u32 first_fit(const struct frsp_search *search)
{
	return search->grows ? search->want : search->need;
}

/*
 * Picks with a fit of all that the file will need, then of less and less, as
 * long as that is more than the request's length.
 *
 * A file that has not shown that it grows looks for the room that it may grow
 * into only near its goal (request.wish): most files are written once, and
 * belong beside their neighbours. Long extents are spared for files that need
 * them: a request asks for no more than its file may use.
 *
 * Each try asks for three quarters of the one before. Such small steps find
 * nearly the longest extent, and need no search around the rooms of others;
 * with steps of one half files got 2 % more extents.
 */
static bool try_roomy(struct frsp_search *search, struct frsp_steering *out)
{
	struct frsp_request *request = &search->request;
	bool found = false;

	for (request->fit = first_fit(search);
	     request->fit > request->len && !found;
	     request->fit -= request->fit / 4 + 1)
		found = try_known(search, out);
	request->fit = request->len;
	return found;
}

static u32 reach_of(struct frsp_search *search)
{
	struct frsp_fs *fs = search->fs;
	u32 cluster_bits = fs->sb->s_blocksize_bits + fs->cluster_bits;

	return max(REACH_FACTOR * first_fit(search),
		   REACH_MIN_BYTES >> cluster_bits);
}

/*
 * Limits the lengths to search for to the longest extent that is known, as no
 * tree has more, and sets the request's wish and reach, which follow from them.
 */
static void set_lengths(struct frsp_search *search)
{
	u32 longest;

	frsp_meta_longest(&search->fs->meta, &longest, 0);
	search->need = min(search->need, longest);
	search->want = min(search->want, longest);
	search->request.wish = search->grows ? 0 : search->want;
	search->request.reach = reach_of(search);
}

/* Picks for the length of the request only, and reads groups between tries. */
static bool try_reading(struct frsp_search *search, struct frsp_steering *out)
{
	do {
		if (try_trees(search, search->fs->reserved_clusters, out))
			return true;
	} while (read_promising(search));
	return try_known(search, out);
}

static bool try_in_rooms(struct frsp_search *search, struct frsp_steering *out)
{
	search->request.take_rooms = true;
	return try_roomy(search, out) || try_known(search, out);
}

static bool choose(struct frsp_search *search, struct frsp_steering *out)
{
	learn_goal(search);
	set_lengths(search);
	if (try_roomy(search, out) || try_reading(search, out) ||
	    try_in_rooms(search, out))
		return true;
	frsp_busy_request_commit(search->fs, search->request.len);
	/* A stripe is taken whole or not at all. */
	return !search->stripe && try_short(search, out);
}

static bool try_placed(struct frsp_search *search, struct inode *inode,
		       struct frsp_steering *out)
{
	struct frsp_fs *fs = search->fs;
	u32 group, start, free, in_tree, len = search->request.len;
	struct frsp_choice choice;
	struct frsp_tree *tree;

	if (list_empty(&fs->places) ||
	    !frsp_place_next(fs, inode, len, &group, &start, &free))
		return false;
	tree = frsp_trees_of_group(fs, group, &in_tree);
	/* No span: the file gets no room behind its target. */
	choice = (struct frsp_choice){
		.kind = free < len ? FRSP_PICK_SHORT : FRSP_PICK_FIT,
		.start = in_tree * fs->group_clusters + start,
		.len = min(free, len),
	};
	spin_lock(&tree->lock);
	make_offer(search, tree, &choice, out);
	spin_unlock(&tree->lock);
	frsp_count(fs, placed_goals);
	trace_frsp_placed_goals(fs->sb->s_dev, inode->i_ino, group, start,
				out->offer.len);
	return true;
}

bool frsp_choose(struct frsp_search *search, struct inode *inode,
		 struct frsp_steering *out)
{
	return try_placed(search, inode, out) || choose(search, out);
}
