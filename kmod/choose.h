/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request's search for a goal: what the file asks for (request.c), and what
 * of the free space that is known it gets (choose.c).
 */
#ifndef FRSP_CHOOSE_H
#define FRSP_CHOOSE_H

#include "frsp.h"

struct frsp_search {
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

/*
 * request.c. Fills search in, which is all zeros. False: ext4 asks for
 * something that does not look like a request, or that no cluster could begin.
 */
bool frsp_request_read(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		       struct frsp_search *search);

/*
 * choose.c. True: out has a choice, which is among its tree's offers. May
 * sleep, and read as many groups as search->reads says.
 */
bool frsp_choose(struct frsp_search *search, struct inode *inode,
		 struct frsp_steering *out);

#endif
