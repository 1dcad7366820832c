/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the file of a plan (move/tier_plan.h). */
#ifndef FRSP_CTL_PLAN_WRITE_H
#define FRSP_CTL_PLAN_WRITE_H

#include "ctl/plan_make.h"

/* If it fails, it has printed why. */
enum exit_code plan_write(struct made_plan *plan, const char *path);

#endif
