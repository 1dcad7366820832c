/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request's search for a goal: request.c takes from ext4's request what the
 * search needs, and choose.c picks from the free space that is known.
 */
#ifndef FRSP_CHOOSE_H
#define FRSP_CHOOSE_H

#include "frsp.h"

struct frsp_search {
	struct frsp_fs *fs;
	struct frsp_request request;
	u32 level;
	u32 need; /* clusters that the file will need from here on */
	u32 want; /* need, and what the file may grow by */
	/*
	 * The request is not for the file's first block, nor for a CPU's
	 * locality group, which serves small files. In most cases the file
	 * grows, but a write into a hole counts, too.
	 */
	bool appends;
	bool grows;	 /* open for long: it looks for want in all trees */
	bool keeps_room; /* closes.c removes it when the file is closed */
	u32 goal_group;
	u32 goal_near;		     /* the goal's position in its tree */
	struct frsp_tree *goal_tree; /* NULL: the group is new */
	u32 stripe;		     /* clusters; 0: any start */
	bool stripe_only;	     /* the goal, too, must begin one */
	bool stripe_in_group; /* stripes count from the group's start, not the
				 disk's */
	u32 reads;	      /* groups that may still be read */
	u32 disappointed; /* free clusters of the group read last, if it has no
			     extent that is long enough; 0: it has, or none was
			     read */
};

/*
 * request.c. Fills in search, which is zeroed; no I/O. False: ext4's request
 * has values that frsp does not understand, or no cluster could begin it.
 */
bool frsp_search_init(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		      struct frsp_search *search);

/*
 * choose.c. True: out has the choice, and the offer is linked into its tree's
 * offers. May sleep. Each call may read bitmaps: 4 for target ranges (place.c),
 * that of the goal's group, and of promising groups as many as search->reads
 * still allows. After the call, steer.c has ext4 read the bitmap of the chosen
 * group, if this mount has not read it yet (make_ready()).
 */
bool frsp_choose(struct frsp_search *search, struct inode *inode,
		 struct frsp_steering *out);

#endif
