/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the policy what it would move on a filesystem: lets it know the files,
 * count the heat and what jobs have moved lately, and make one step. The rate
 * does not bound a plan, but says how long it will take.
 */
#ifndef FRSP_CTL_PLAN_MAKE_H
#define FRSP_CTL_PLAN_MAKE_H

#include "ctl/ctl.h"
#include "ctl/fs_tiers.h"
#include "ctl/plan_files.h"
#include "ctl/plan_heat.h"
#include "move/policy_config.h"

struct made_plan {
	struct mount_table *mounts;
	const struct mount_entry *mount;
	char *directory; /* whose files these are */
	struct fs_tiers found;
	struct policy_config config;
	struct policy_room room, room_after; /* before and after the step */
	__u64 moved_bytes; /* between the tiers, in the hour before */
	struct policy *policy;
	struct plan_heat heat;
	struct plan_files files;
	__u64 now_ns; /* of the policy */
	/* what the step moves, by file and offset */
	struct policy_decision *decisions;
	__u32 n_decisions;
	bool has_failed; /* there was no memory for them */
};

/* spec: a directory, or a device. whole_ino: the policy knows all ranges of
 * this file; 0: of none. If it fails, it has printed why. The caller calls
 * made_plan_free() in any case; plan must be zero.
 */
enum exit_code plan_make(const struct ctl *ctl, const char *spec,
			 __u64 whole_ino, struct made_plan *plan);
void made_plan_free(struct made_plan *plan);

static inline const struct plan_file_range *
made_plan_range(const struct made_plan *plan,
		const struct policy_decision *decision)
{
	return &plan->files.ranges[decision->range];
}

/* What the step decided on the range; NULL: it stays. */
const struct policy_decision *made_plan_find(const struct made_plan *plan,
					     __u32 range);
/* The same; if it stays, why, as the next step would see it. */
struct policy_decision made_plan_decision(struct made_plan *plan, __u32 range);

/* The cost of this move alone, in I/Os. */
double made_plan_cost(const struct made_plan *plan,
		      const struct policy_decision *decision);

#endif
