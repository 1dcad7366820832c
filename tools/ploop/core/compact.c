// SPDX-License-Identifier: GPL-2.0-or-later
/* Compaction, while the disk is used: clusters at the end of the file move to
 * free slots in front, and the file gets shorter.
 *
 *   clean what is free ─▶ move, from the end on ─▶ commit ─▶ limit ─▶ grace
 *   ─▶ commit ─▶ cut the file
 *
 * An example: slots 0 to 9, of which 2 and 5 are free. 9 moves to 2 and 8 to 5;
 * then no entry names a slot from 8 on, and the file is cut there.
 *
 * The cut must not take a slot from somebody who is about to use it. So first
 * slots from the limit on are taken from nobody's hand any more; after the
 * grace all that were taken before are in entries, or given back, and the file
 * is cut behind the last entry. A cluster that is written all the time, or is
 * new, may stay: the next compaction finds it.
 */
#include <errno.h>

#include "ploop/core/move.h"

#define NO_CLUSTER (~0u)

static struct ploop_image *image_of(struct ploop_request *own)
{
	return owner_of(own, struct ploop_image, compact.own);
}

static void end(struct ploop_image *image, int error)
{
	struct compact *compact = &image->compact;

	image_lock(image, &image->slots.lock);
	image->slots.holds_punches = false;
	once_publish(image->slots.limit, PLOOP_NO_SLOT);
	image_unlock(image, &image->slots.lock);
	if (compact->owners)
		image_release(image, compact->owners);
	compact->owners = NULL;
	compact->stage = NULL;
	keeper_resized(image, error);
}

static void ask(struct ploop_image *image, enum want want,
		void (*step)(struct ploop_request *own))
{
	image->compact.own.error = 0;
	keeper_ask(&image->compact.own, want, step);
}

static void cut_done(struct ploop_io *io, int result)
{
	struct ploop_image *image =
		owner_of(io, struct ploop_image, compact.own.io);

	image->keeper.is_extending = false;
	end(image, result);
}

/* Nothing is under way behind the end, and nobody has a slot there. */
static void cut(struct ploop_image *image)
{
	struct slots *slots = &image->slots;
	struct ploop_io *io = &image->compact.own.io;
	__u32 used = image->compact.end;

	image->compact.stage = NULL;
	image_lock(image, &slots->lock);
	slots_forget(slots, used);
	slots->n = used;
	image_unlock(image, &slots->lock);
	/* a longer file has to wait for the cut */
	image->keeper.is_extending = true;
	io->kind = PLOOP_IO_TRUNCATE;
	io->offset = ploop_slot_byte(&image_top(image)->header, used);
	io->bytes = 0;
	keeper_submit(image, io, cut_done);
}

static void wait_for_punches(struct ploop_image *image)
{
	if (!image->keeper.n_punching && !image->keeper.is_extending)
		cut(image);
}

static void end_is_stable(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (own->error) {
		end(image, own->error);
		return;
	}
	image->slots.holds_punches = true;
	image->compact.stage = wait_for_punches;
	keeper_go(image);
}

static void limited(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	__u32 used = image_used_end(image);

	if (own->error) {
		end(image, own->error);
		return;
	}
	image->compact.end =
		used > image->slots.limit ? used : image->slots.limit;
	ask(image, WANT_COMMIT, end_is_stable);
}

static void moves_committed(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (own->error) {
		end(image, own->error);
		return;
	}
	image_lock(image, &image->slots.lock);
	once_publish(image->slots.limit, image_used_end(image));
	image_unlock(image, &image->slots.lock);
	ask(image, WANT_GRACE, limited);
}

/* The lowest free slot, if it is below this one. */
static __u32 take_below(struct ploop_image *image, __u32 slot)
{
	struct slots *slots = &image->slots;
	__u32 free;

	image_lock(image, &slots->lock);
	free = slots->pool.n && slots->pool.first < slot
		       ? slot_list_take(slots, &slots->pool)
		       : PLOOP_NO_SLOT;
	image_unlock(image, &slots->lock);
	return free;
}

static void move_next(struct ploop_image *image, int result)
{
	struct compact *compact = &image->compact;
	const struct delta *top = image_top(image);

	if (result) {
		end(image, result);
		return;
	}
	while (compact->cursor > image->slots.reserved) {
		__u32 slot = --compact->cursor;
		__u32 cluster = compact->owners[slot], free;

		if (cluster == NO_CLUSTER ||
		    table_entry(&top->table, cluster) !=
			    ploop_slot_entry(&top->header, slot))
			continue;
		free = take_below(image, slot);
		if (free == PLOOP_NO_SLOT || free < image->slots.reserved)
			break;
		move_start(image, cluster, free, move_next);
		return;
	}
	ask(image, WANT_COMMIT, moves_committed);
}

/* What was free is in the pool: the lowest come first from now on. */
static void cleaned(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	struct compact *compact = &image->compact;
	const struct delta *top = image_top(image);

	if (own->error) {
		end(image, own->error);
		return;
	}
	for (__u32 slot = 0; slot < compact->n; slot++)
		compact->owners[slot] = NO_CLUSTER;
	for (__u32 i = 0; i < top->table.n_entries; i++) {
		__u32 entry = table_entry(&top->table, i), slot;

		if (!entry)
			continue;
		slot = ploop_entry_slot(&top->header, entry);
		if (slot < compact->n)
			compact->owners[slot] = i;
	}
	image_lock(image, &image->slots.lock);
	slot_list_sort(&image->slots, &image->slots.pool);
	image_unlock(image, &image->slots.lock);
	compact->cursor = compact->n;
	move_next(image, 0);
}

static void wait_until_clean(struct ploop_image *image)
{
	if (image->slots.quiet.n || image->keeper.n_punching)
		return;
	image->compact.stage = NULL;
	ask(image, WANT_COMMIT, cleaned);
}

void compact_go(struct ploop_image *image)
{
	if (image->compact.stage && image->state == IMAGE_BROKEN)
		end(image, -EIO);
	else if (image->compact.stage)
		image->compact.stage(image);
}

void compact_start(struct ploop_image *image)
{
	struct compact *compact = &image->compact;
	struct slots *slots = &image->slots;

	compact->own.runner = &image->runners[0];
	compact->n = slots->n;
	compact->owners = image_allocate(
		image, compact->n * sizeof(*compact->owners) + 1);
	if (!compact->owners) {
		end(image, -ENOMEM);
		return;
	}
	slot_list_move(slots, &slots->quiet, &slots->unknown);
	compact->stage = wait_until_clean;
	keeper_go(image);
}
