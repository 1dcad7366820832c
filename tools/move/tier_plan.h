/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: what the policy wants to move between the tiers of a filesystem, and
 * where that was on the disk when the plan was made. So who carries it out
 * later can see what has changed since. As a file it is text:
 *
 *   frsp plan 1
 *   uuid 1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d
 *   made 1796083200
 *   file 12 3735928559 /srv/db
 *   move fast 1048576 1048576 gain
 *   at 1048576 84934656 524288
 *   unwritten 1572864 94371840 524288
 *   end 1
 *
 * made: seconds since 1970. file: inode, generation and path; a backslash and
 * the bytes below 32 are \ooo in it. move: to which tier, offset and length in
 * the file, and the rule that decided it (move/policy.h). at: an extent of
 * that, with its offset in the file, its offset on the filesystem's device, and
 * its length; unwritten: the same, of a preallocated one. end: how many moves
 * there are.
 */
#ifndef FRSP_MOVE_TIER_PLAN_H
#define FRSP_MOVE_TIER_PLAN_H

#include <stdio.h>

#include "base/ini.h"
#include "fs/ext4_super.h"
#include "fs/fiemap.h"
#include "move/policy.h"

struct tier_plan_move {
	enum tier_class to;
	enum policy_rule rule;
	__u64 start, bytes;
	struct file_extents extents; /* cut at the ends of the move */
};

struct tier_plan_file {
	__u64 ino;
	__u32 generation;
	char *path;
	struct tier_plan_move *moves; /* by rising start; none overlaps */
	size_t n;
};

/* All 0 but for uuid and made_s: empty. */
struct tier_plan {
	char uuid[EXT4_UUID_TEXT_LEN];
	__u64 made_s;
	struct tier_plan_file *files;
	size_t n, n_moves;
};

/* Adds a file without moves. path is copied. 0 or -ENOMEM. */
int tier_plan_add_file(struct tier_plan *plan, __u64 ino, __u32 generation,
		       const char *path);
/* Adds a move to the last file. move->extents goes to the plan, also if that
 * fails. 0 or -ENOMEM.
 */
int tier_plan_add_move(struct tier_plan *plan,
		       const struct tier_plan_move *move);
void tier_plan_free(struct tier_plan *plan);

/* Errors are those of the stream. */
void tier_plan_write(FILE *out, const struct tier_plan *plan);

/* 0; -EINVAL: error says what is wrong; -EIO or -ENOMEM. The caller calls
 * tier_plan_free() in any case.
 */
int tier_plan_read(FILE *in, struct tier_plan *plan, struct ini_error *error);

#endif
