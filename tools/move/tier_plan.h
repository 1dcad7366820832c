/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: what the policy wants to move between the tiers of a filesystem, and
 * where that was on the disk when the plan was made. So who carries it out
 * later can see what has changed since. It also has the figures of each
 * decision, and those of some ranges that stay, so that they can be explained
 * later. As a file it is text:
 *
 *   frsp plan 2
 *   uuid 1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d
 *   made 1796083200
 *   room 268435456 67108864 805306368 268435456
 *   moved 1048576
 *   set half_life 21600
 *   stays slow costly 9 8650752
 *   file 12 3735928559 /srv/db
 *   move fast 1048576 1048576 swap
 *   by 92.4 0 2218.1 9 12.5 0
 *   other 3145728 /srv/old
 *   at 1048576 84934656 524288
 *   unwritten 1572864 94371840 524288
 *   stay slow 2097152 1048576 costly
 *   by 0.1 0 2.8 5 0 0
 *   end 2
 *
 * made: seconds since 1970. room: size of the fast tier, what is free of it and
 * of the slow one, and the data on both, in bytes. moved: bytes that had moved
 * between the tiers in the hour before. set: a setting of the policy, as in its
 * file. stays: how many ranges stay in a tier by a rule (move/policy.h), and
 * their bytes.
 *
 * file: inode, generation and path; a backslash and the bytes below 32 are \ooo
 * in it. move: to which tier, offset and length in the file, and the rule that
 * decided it. by: its figures: reads and writes per hour, gain, cost, the gain
 * of the other range, and seconds of its cooldown that were left. other: the
 * range whose place it takes, or that takes its place, if there is one. at: an
 * extent of the move, with its offset in the file, its offset on the
 * filesystem's device, and its length; unwritten: the same, of a preallocated
 * one. stay: a range that stays in its tier, as a move without extents. end:
 * how many moves and stays there are.
 */
#ifndef FRSP_MOVE_TIER_PLAN_H
#define FRSP_MOVE_TIER_PLAN_H

#include <stdio.h>

#include "base/ini.h"
#include "fs/ext4_super.h"
#include "fs/fiemap.h"
#include "move/policy.h"

/* A decision: it moves, or .from and .to are the same. */
struct tier_plan_move {
	enum tier_class from, to;
	enum policy_rule rule;
	__u64 start, bytes;
	struct policy_figures figures; /* .other does not count */
	char *other_path;	       /* of the other range; NULL: none */
	__u64 other_start;
	struct file_extents extents; /* cut at the ends of the move */
};

static inline bool tier_plan_moves(const struct tier_plan_move *move)
{
	return move->from != move->to;
}

/* How many ranges stay in a tier by a rule. */
struct tier_plan_stays {
	enum tier_class tier;
	enum policy_rule rule;
	__u64 n, bytes;
};

struct tier_plan_file {
	__u64 ino;
	__u32 generation;
	char *path;
	struct tier_plan_move *moves; /* by rising start; none overlaps */
	size_t n;
};

/* Without files and stays: empty. */
struct tier_plan {
	char uuid[EXT4_UUID_TEXT_LEN];
	__u64 made_s;
	struct policy_room room;
	__u64 moved_bytes;
	struct policy_settings settings;
	struct tier_plan_stays *stays;
	size_t n_stays;
	struct tier_plan_file *files;
	size_t n, n_moves; /* with those that stay */
};

/* Adds a file without moves. path is copied. 0 or -ENOMEM. */
int tier_plan_add_file(struct tier_plan *plan, __u64 ino, __u32 generation,
		       const char *path);
/* Adds a move to the last file. move->extents and move->other_path go to the
 * plan, also if that fails. 0 or -ENOMEM.
 */
int tier_plan_add_move(struct tier_plan *plan,
		       const struct tier_plan_move *move);
/* Adds a sum of those that stay. 0 or -ENOMEM. */
int tier_plan_add_stays(struct tier_plan *plan,
			const struct tier_plan_stays *stays);
void tier_plan_free(struct tier_plan *plan);

/* Errors are those of the stream. */
void tier_plan_write(FILE *out, const struct tier_plan *plan);

/* 0; -EINVAL: error says what is wrong; -EIO or -ENOMEM. The caller calls
 * tier_plan_free() in any case.
 */
int tier_plan_read(FILE *in, struct tier_plan *plan, struct ini_error *error);

#endif
