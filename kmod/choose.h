/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request's search for a goal: request.c reads what the file asks for, and
 * choose.c picks from the free space that is known.
 */
#ifndef FRSP_CHOOSE_H
#define FRSP_CHOOSE_H

#include "frsp.h"

struct frsp_search {
	struct frsp_fs *fs;
	struct frsp_request request;
	u32 level;
	u32 need;	 /* clusters that the file will need from here on */
	u32 want;	 /* need, and what the file may grow by */
	bool appends;	 /* the file has grown before */
	bool keeps_room; /* closes.c removes it when the file is closed */
	u32 goal_group;
	u32 goal_near;		     /* the goal's position in its tree */
	struct frsp_tree *goal_tree; /* NULL: the group is new */
	u32 stripe;		     /* clusters; 0: any start */
	bool stripe_only;	     /* the goal, too, must begin one */
	bool stripe_in_group; /* stripes count from the group's start, not the
				 disk's */
	u32 reads;	      /* groups that may still be read */
};

/*
 * request.c. Fills in search, which is zeroed. False: ext4's request is not one
 * that frsp knows how to read, or no cluster could begin it.
 */
bool frsp_request_read(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		       struct frsp_search *search);

/*
 * choose.c. True: out has a choice, which is linked into its tree's offers. May
 * sleep, and read as many groups as search->reads says.
 */
bool frsp_choose(struct frsp_search *search, struct inode *inode,
		 struct frsp_steering *out);

#endif
