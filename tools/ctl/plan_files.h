/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the files of a filesystem for a plan, and adds to the policy what it
 * must know: the ranges on the fast tier, as they may have to leave; those that
 * saw I/O; and those that are pinned to the other tier. So a large file that
 * nobody uses costs nothing.
 *
 * A range is on the tier that has most of its bytes; what a move of it takes to
 * the other tier are these bytes.
 */
#ifndef FRSP_CTL_PLAN_FILES_H
#define FRSP_CTL_PLAN_FILES_H

#include "ctl/plan_heat.h"
#include "fs/tier.h"
#include "move/policy_config.h"
#include "move/refusal.h"

struct plan_file {
	char *path;
	__u64 ino;
	__u32 generation;
	struct policy_pinned pinned;
	enum move_refusal refusal; /* if it is one: nobody may move it */
	__u32 first, n;		   /* its ranges: numbers of the policy */
};

struct plan_file_range {
	__u32 file, range;
	__u32 bytes; /* on its tier */
};

struct plan_files {
	struct plan_file *files;
	__u32 n;
	struct plan_file_range *ranges; /* by number of the policy */
	__u32 n_ranges;
	__u32 n_unread; /* files that could not be opened or read */
};

struct plan_files_source {
	const char *directory; /* absolute, without symbolic links */
	const struct tiers *tiers;
	const struct policy_pins *pins;
	struct plan_heat *heat;
	struct policy *policy;
	__u64 whole_ino; /* add all ranges of this file; 0: of none */
};

/* 0 or -errno. The caller calls plan_files_free() in any case. */
int plan_files_walk(const struct plan_files_source *source,
		    struct plan_files *files);
void plan_files_free(struct plan_files *files);

/* The attribute of this path that pins it, to be freed; NULL: it has none. */
char *plan_files_pin(const char *path);

#endif
