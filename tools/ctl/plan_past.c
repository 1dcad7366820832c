// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A piece of the journal says where a part of a file was, and where it went.
 * What is on another tier by that has moved, whoever wanted it: a plan,
 * "frspctl move" or "undo". What was only defragmented has not. Example, with a
 * cooldown of 4 h: a piece of 1.5 MiB went to the fast tier 5 min ago. So two
 * ranges stay for another 3 h 55 min, and 1.5 MiB of this hour's budget are
 * used.
 *
 * Times are those of the clock, also if the heat is from a recording.
 */
#include "ctl/plan_past.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/journal.h"
#include "fs/tier_part.h"

#define HOUR_S 3600.0

/* A range that was moved. */
struct moved {
	__u64 ino;
	__u32 generation, range;
	__u32 number; /* in the policy; PLAN_NO_NUMBER: it does not know it */
	double ago_s;
};

struct past {
	struct made_plan *plan;
	struct journal *journal;
	__u64 now_ns; /* since the epoch */
	struct moved *moved;
	size_t n;
};

static int add_moved(struct past *past, const struct moved *moved)
{
	size_t n = past->n;

	if (!(n & (n - 1))) {
		struct moved *more =
			reallocarray(past->moved, n ? 2 * n : 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		past->moved = more;
	}
	past->moved[past->n++] = *moved;
	return 0;
}

static __u64 difference(__u64 a, __u64 b)
{
	return a > b ? a - b : b - a;
}

/* Bytes of the range that went to another tier. */
static __u64 moved_bytes(const struct tiers *tiers,
			 const struct journal_piece *piece, __u64 start)
{
	size_t before = 0, after = 0;
	__u64 end = start + POLICY_RANGE_BYTES;
	struct tier_part was =
		tier_part_in(tiers, &piece->before, &before, start, end);
	struct tier_part is =
		tier_part_in(tiers, &piece->after, &after, start, end);
	__u64 fast = difference(was.fast, is.fast);
	__u64 slow = difference(was.slow, is.slow);

	return fast > slow ? fast : slow;
}

static int take_piece(struct past *past, const struct journal_piece *piece)
{
	struct made_plan *plan = past->plan;
	__u64 first = piece->start / POLICY_RANGE_BYTES;
	__u64 end = piece->start + piece->bytes;
	struct moved moved = {
		.ino = piece->file.ino,
		.generation = piece->file.generation,
		.number = PLAN_NO_NUMBER,
	};
	int err = 0;

	/* the clock may have been set back */
	if (past->now_ns > piece->done_ns)
		moved.ago_s = (past->now_ns - piece->done_ns) / 1e9;
	for (__u64 i = first; i * POLICY_RANGE_BYTES < end && !err; i++) {
		__u64 bytes = moved_bytes(&plan->found.tiers, piece,
					  i * POLICY_RANGE_BYTES);

		if (!bytes)
			continue;
		policy_note_used(plan->policy, bytes, plan->now_ns,
				 moved.ago_s);
		moved.range = i;
		err = add_moved(past, &moved);
	}
	return err;
}

static int read_pieces(struct past *past)
{
	struct made_plan *plan = past->plan;
	double seconds = plan->config.settings.cooldown_s > HOUR_S
				 ? plan->config.settings.cooldown_s
				 : HOUR_S;
	__u64 since_ns = past->now_ns - (__u64)((seconds + 60) * 1e9);
	char uuid[EXT4_UUID_TEXT_LEN];
	struct journal_piece piece;
	__s64 *ids;
	size_t n;
	int err;

	ext4_super_uuid(&plan->found.super, uuid);
	err = journal_moved_since(past->journal, uuid, since_ns, &ids, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = journal_read_piece(past->journal, ids[i], &piece);
		if (err == -ENOENT) { /* its job was dropped meanwhile */
			err = 0;
			continue;
		}
		if (err)
			break;
		err = take_piece(past, &piece);
		journal_free_piece(&piece);
	}
	free(ids);
	return err;
}

/* By range, and of each the latest first. */
static int compare_ranges(const void *a, const void *b)
{
	const struct moved *one = a, *other = b;

	if (one->ino != other->ino)
		return one->ino < other->ino ? -1 : 1;
	if (one->generation != other->generation)
		return one->generation < other->generation ? -1 : 1;
	if (one->range != other->range)
		return one->range < other->range ? -1 : 1;
	return (one->ago_s > other->ago_s) - (one->ago_s < other->ago_s);
}

static int compare_ages(const void *a, const void *b)
{
	const struct moved *one = a, *other = b;

	return (one->ago_s < other->ago_s) - (one->ago_s > other->ago_s);
}

/* The first, and so the latest, of this range. NULL: it has not moved. */
static struct moved *find(struct past *past, const struct moved *wanted)
{
	size_t low = 0, high = past->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_ranges(&past->moved[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == past->n || past->moved[low].ino != wanted->ino ||
	    past->moved[low].generation != wanted->generation ||
	    past->moved[low].range != wanted->range)
		return NULL;
	return &past->moved[low];
}

static void find_numbers(struct past *past)
{
	const struct plan_files *files = &past->plan->files;

	for (__u32 i = 0; i < files->n_ranges; i++) {
		const struct plan_file_range *range = &files->ranges[i];
		const struct plan_file *file = &files->files[range->file];
		struct moved *moved = find(
			past, &(struct moved){.ino = file->ino,
					      .generation = file->generation,
					      .range = range->range});

		if (moved)
			moved->number = i;
	}
}

/* The oldest first, as the policy wants it. */
static void note_ranges(struct past *past)
{
	struct made_plan *plan = past->plan;

	if (!past->n)
		return;
	qsort(past->moved, past->n, sizeof(*past->moved), compare_ranges);
	find_numbers(past);
	qsort(past->moved, past->n, sizeof(*past->moved), compare_ages);
	for (size_t i = 0; i < past->n; i++) {
		const struct moved *moved = &past->moved[i];

		if (moved->number != PLAN_NO_NUMBER)
			policy_note_moved(plan->policy, moved->number,
					  plan->now_ns, moved->ago_s);
	}
}

enum exit_code plan_past_note(const struct ctl *ctl, struct made_plan *plan)
{
	struct past past = {.plan = plan, .now_ns = clock_ns(CLOCK_REALTIME)};
	enum exit_code code = ctl_journal_open(ctl, &past.journal);
	int err;

	if (code != EXIT_OK || !past.journal)
		return code;
	err = read_pieces(&past);
	if (!err)
		note_ranges(&past);
	journal_close(past.journal);
	free(past.moved);
	if (err)
		return ctl_journal_failed(ctl, err);
	plan->moved_bytes = policy_moved(plan->policy);
	return EXIT_OK;
}
