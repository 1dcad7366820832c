// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file has what moves, and what stays although it has heat, of each file by
 * rising offset. Where it is now is read from the disk once more: a range that
 * has vanished meanwhile is left out.
 */
#include "ctl/plan_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/output.h"
#include "ctl/plan_stays.h"
#include "fs/quiet_open.h"
#include "move/piece.h"

struct writing {
	struct made_plan *plan;
	struct plan_stays stays;
	__u32 next_move, next_stay;
	struct tier_plan out;
	/* the file of the last decision */
	__u32 file; /* index */
	int fd;	    /* -1: it cannot be opened, or was not needed so far */
	bool is_listed;
};

/* The next decision by number of the range, of those that move and those that
 * stay. False: there are no more.
 */
static bool next_decision(struct writing *writing,
			  struct policy_decision *decision)
{
	struct made_plan *plan = writing->plan;
	const struct plan_stays *stays = &writing->stays;
	bool has_move = writing->next_move < plan->n_decisions;

	if (writing->next_stay < stays->n &&
	    (!has_move || stays->ranges[writing->next_stay] <
				  plan->decisions[writing->next_move].range)) {
		*decision = made_plan_decision(
			plan, stays->ranges[writing->next_stay++]);
		decision->to = decision->from;
		return true;
	}
	if (has_move)
		*decision = plan->decisions[writing->next_move++];
	return has_move;
}

static void leave_file(struct writing *writing)
{
	if (writing->fd >= 0)
		close(writing->fd);
	writing->fd = -1;
	writing->is_listed = false;
}

static const struct plan_file *file_of(const struct writing *writing)
{
	return &writing->plan->files.files[writing->file];
}

static int list_file(struct writing *writing)
{
	const struct plan_file *file = file_of(writing);

	if (writing->is_listed)
		return 0;
	writing->is_listed = true;
	return tier_plan_add_file(&writing->out, file->ino, file->generation,
				  file->path);
}

/* Reads where the move's range is. False: nowhere, or nobody knows. */
static bool read_place(struct writing *writing, struct tier_plan_move *move)
{
	if (writing->fd < 0)
		writing->fd = quiet_open(AT_FDCWD, file_of(writing)->path,
					 O_NOFOLLOW | O_NONBLOCK, 0);
	if (writing->fd < 0 ||
	    piece_peek(writing->fd, move->start, move->bytes, &move->extents))
		return false;
	return move->extents.n;
}

static int set_other(const struct made_plan *plan, __u32 other,
		     struct tier_plan_move *move)
{
	const struct plan_file_range *range;

	if (other == PLAN_NO_NUMBER)
		return 0;
	range = &plan->files.ranges[other];
	move->other_path = strdup(plan->files.files[range->file].path);
	move->other_start = (__u64)range->range * POLICY_RANGE_BYTES;
	return move->other_path ? 0 : -ENOMEM;
}

static int add_decision(struct writing *writing,
			const struct policy_decision *decision)
{
	const struct plan_file_range *range =
		made_plan_range(writing->plan, decision);
	struct tier_plan_move move = {
		.from = decision->from,
		.to = decision->to,
		.rule = decision->rule,
		.start = (__u64)range->range * POLICY_RANGE_BYTES,
		.bytes = POLICY_RANGE_BYTES,
		.figures = decision->figures,
	};
	int err;

	if (range->file != writing->file)
		leave_file(writing);
	writing->file = range->file;
	if (tier_plan_moves(&move) && !read_place(writing, &move))
		return 0;
	err = set_other(writing->plan, decision->figures.other, &move)
		      ?: list_file(writing);
	if (!err)
		return tier_plan_add_move(&writing->out, &move);
	file_extents_free(&move.extents);
	free(move.other_path);
	return err;
}

static int add_sums(struct writing *writing)
{
	int err = 0;

	for (int tier = 0; tier < TIER_UNKNOWN; tier++)
		for (int rule = 0; rule < POLICY_NR_RULES && !err; rule++)
			if (writing->stays.sums[tier][rule].n)
				err = tier_plan_add_stays(
					&writing->out,
					&writing->stays.sums[tier][rule]);
	return err;
}

static int make(struct writing *writing)
{
	struct policy_decision decision;
	int err = plan_stays_find(writing->plan, &writing->stays);

	if (!err)
		err = add_sums(writing);
	while (!err && next_decision(writing, &decision))
		err = add_decision(writing, &decision);
	leave_file(writing);
	return err;
}

enum exit_code plan_write(struct made_plan *plan, const char *path)
{
	struct writing writing = {
		.plan = plan,
		.out = {.made_s = time(NULL),
			.room = plan->room,
			.moved_bytes = plan->moved_bytes,
			.settings = plan->config.settings},
		.fd = -1,
	};
	int err = make(&writing);
	FILE *file = err ? NULL : fopen(path, "we");

	if (!err && !file)
		err = -errno;
	if (file) {
		ext4_super_uuid(&plan->found.super, writing.out.uuid);
		tier_plan_write(file, &writing.out);
		err = output_flush(file);
		if (fclose(file) && !err)
			err = -errno;
	}
	plan_stays_free(&writing.stays);
	tier_plan_free(&writing.out);
	return err ? log_fail(EXIT_FAILED, "name another file with --output",
			      "%s: cannot write it: %s", path, strerror(-err))
		   : EXIT_OK;
}
