// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request's way through the redirect of ext4's allocator: what it asks for
 * is read (request.c), a goal is chosen (choose.c) and offered to ext4, and
 * afterwards it is seen what became of that. Where there is nothing to offer
 * frsp stands aside: ext4 looks for itself.
 *
 * What is offered is a hint, which ext4 checks against its bitmap under its
 * lock. Only regular files' data of inodes with extents is steered: for
 * block-mapped files ext4's goal search has no check against 2^32 blocks.
 */
#include "choose.h"
#include "trace.h"

/* Groups that may turn out to be bad in one request. */
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
	struct frsp_search search = {};

	steering->tree = NULL;
	steering->failed = false;
	if (!is_steered(fs, ac))
		return;
	if (frsp_sbi_groups(frsp_sbi(fs->sb)) != READ_ONCE(fs->n_groups))
		frsp_loader_kick(fs);
	/* A second round of the same request may not take a shorter goal
	 * unasked. */
	*frsp_ac_flags(ac) &= ~EXT4_MB_HINT_MERGE;
	if (!frsp_request_read(fs, ac, &search) ||
	    !choose_ready(&search, ac, steering)) {
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
	/* It may also be the error of a group that ext4 met in its search. */
	if (err != -ENOMEM && !frsp_load_is_in_memory(fs, steering->group))
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
