/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What jobs have moved between the tiers lately, by the journal: the policy has
 * to know, for the budget of the hour and for the cooldown of each range.
 */
#ifndef FRSP_CTL_PLAN_PAST_H
#define FRSP_CTL_PLAN_PAST_H

#include "ctl/plan_make.h"

/* Tells the policy of the plan, which knows all ranges, and whose time is
 * plan->now_ns. Sets plan->moved_bytes. If it fails, it has printed why.
 */
enum exit_code plan_past_note(const struct ctl *ctl, struct made_plan *plan);

#endif
