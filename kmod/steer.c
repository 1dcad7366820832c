// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request's way through the redirect of ext4's allocator: turn the request
 * into a search (request.c), choose a goal (choose.c), offer it to ext4, and
 * afterwards see what became of it. Where there is nothing to offer, frsp
 * stands aside: ext4 searches by itself.
 *
 * For example, ext4's goal is group 3, start 100. frsp chooses group 5, start
 * 4096: frsp_steer() puts that into the request, ext4 finds it free and takes
 * it, frsp_track_used() marks the offer as taken, and frsp_steer_end() counts
 * that.
 *
 * The offer is a hint, which ext4 checks against its bitmap under its lock.
 * frsp steers only the data of regular files with extents: for block-mapped
 * files, ext4's goal search does not check that the block number is below 2^32.
 */
#include "choose.h"
#include "trace.h"

/*
 * How many choices a request may make, as the group of each may turn out to be
 * bad.
 */
#define READY_TRIES 4

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
 * Hands the choice to ext4. The start is inside the group, whatever the tree
 * says.
 *
 * ext4_mb_find_by_goal() looks at a goal only with EXT4_MB_HINT_TRY_GOAL, which
 * ext4 sets where the goal continues the file. If fewer clusters are free there
 * than ext4 wants, the function takes them only with EXT4_MB_HINT_MERGE, which
 * ext4 itself never sets (in 6.12). So each choice needs the first flag, and a
 * choice that is shorter than the request also the second one.
 */
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

/*
 * Takes back an offer that ext4 did not take. True: by the tree, it is still
 * free.
 */
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
 * Has ext4 read the bitmap of the chosen group, if this mount has not
 * initialised it yet. 0 or -errno; after an error the offer is taken back.
 *
 * Otherwise ext4 would read it when it looks at the goal, and if that failed,
 * ext4_mb_find_by_goal() would fail the request, unless the group itself is
 * corrupt. That happens if memory is short, or, with blocks below 4 KiB, if the
 * bitmap of another group in the same page cannot be read (ext4_mb_init_cache()
 * in fs/ext4/mballoc.c, in 6.1 to 7.3). ext4's own search would skip the group.
 * So does frsp: a group whose bitmap cannot be read is bad from then on.
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

/* Chooses a goal whose group ext4 has initialised. False: none was found. */
static bool choose_ready(struct frsp_search *search,
			 struct ext4_allocation_context *ac,
			 struct frsp_steering *steering)
{
	struct frsp_fs *fs = search->fs;
	struct frsp_request request = search->request;
	u32 tries;
	int err;

	for (tries = 0; tries < READY_TRIES; tries++) {
		search->request = request;
		if (!frsp_choose(search, frsp_ac_inode(ac), steering))
			return false;
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
	struct frsp_search search = {};

	steering->tree = NULL;
	steering->failed = false;
	if (!is_steered(fs, ac))
		return;
	if (frsp_sbi_groups(frsp_sbi(fs->sb)) != READ_ONCE(fs->n_groups))
		frsp_loader_kick(fs);
	/*
	 * ext4_mb_new_blocks() may repeat a request, with the flags that the
	 * first round has left: after a short choice, EXT4_MB_HINT_MERGE. With
	 * it, ext4 would take a part of the next goal, too, where that goal is
	 * for the full length, and another task has taken the rest of it.
	 */
	*frsp_ac_flags(ac) &= ~EXT4_MB_HINT_MERGE;
	if (!frsp_search_init(fs, ac, &search) ||
	    !choose_ready(&search, ac, steering)) {
		stand_aside(fs, ac);
		return;
	}
	offer(fs, ac, steering);
}

/*
 * A goal of ours can still make a request fail in one way: the page of a group
 * that was ready is gone, and cannot be read again. ext4_mb_regular_allocator()
 * then returns before it searches, and may be called again, as
 * ext4_mb_new_blocks() does itself. Once it has searched, it must not be called
 * again: from 6.12 on, the second search would take the result of the first one
 * for its own (BUG_ON in ext4_mb_use_best_found()), or search with a length
 * that the first one has reduced.
 */
bool frsp_steer_retry(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		      struct frsp_steering *steering, int err)
{
	struct ext4_free_extent *goal = frsp_ac_goal(ac);

	if (!steering->tree || steering->offer.taken ||
	    frsp_ex_len(frsp_ac_best(ac)) ||
	    frsp_ex_len(goal) != steering->own_len)
		return false;
	steering->failed = true;
	/* The error may also come from a group that ext4 met in its search. */
	if (err != -ENOMEM && !frsp_load_is_in_memory(fs, steering->group))
		frsp_track_corrupted(fs->sb, steering->group);
	frsp_ex_set(goal, steering->own_group, steering->own_start);
	*frsp_ac_flags(ac) = steering->own_flags;
	frsp_count(fs, goals_failed);
	trace_frsp_goals_failed(fs->sb->s_dev, frsp_ac_inode(ac)->i_ino,
				steering->group, err);
	pr_warn_once(
		"%s: ext4 could not use group %u (%d), and now looks for itself\n",
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
		if (offer->room_behind)
			frsp_rooms_keep(fs, tree, offer);
		frsp_count(fs, goals_taken);
		trace_frsp_goals_taken(fs->sb->s_dev, ino, steering->group,
				       offer->start % fs->group_clusters,
				       offer->len);
	} else {
		/*
		 * Most often another task was faster. The tree has followed
		 * that; only if the tree still says that the offer is free, it
		 * is stale.
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
