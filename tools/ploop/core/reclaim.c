// SPDX-License-Identifier: GPL-2.0-or-later
/* Slots on their way to the pool: slots.h shows the way.
 *
 * The pool is filled when half of it is used: with slots that were free when
 * the image was opened, else by a longer file. Requests that find it empty wait
 * until a commit has brought some. If the file cannot grow, they wait as long
 * as there are slots under way, and get -ENOSPC when there are none.
 */
#include <errno.h>

#include "ploop/core/image.h"

__u32 reclaim_take(struct ploop_image *image)
{
	struct slots *slots = &image->slots;
	__u32 slot, left;

	image_lock(image, &slots->lock);
	do
		slot = slot_list_take(slots, &slots->pool);
	while (slot < slots->reserved ||
	       (slot != PLOOP_NO_SLOT && slot >= slots->limit));
	left = slots->pool.n;
	image_unlock(image, &slots->lock);
	if (left <= image->keeper.pool_clusters / 2)
		keeper_nudge(image, &image->keeper.low);
	return slot;
}

void reclaim_free(struct ploop_image *image, __u32 slot)
{
	struct slots *slots = &image->slots;

	image_lock(image, &slots->lock);
	slot_list_put(slots, &slots->freed, slot);
	image_unlock(image, &slots->lock);
	image_count(image, frees);
}

static bool is_frozen(const struct ploop_image *image)
{
	return (image->state != IMAGE_OPEN && image->state != IMAGE_FREEZING) ||
	       image->keeper.is_closing;
}

static void punch_done(struct ploop_io *io, int result)
{
	struct ploop_image *image = io->owner;
	struct keeper *keeper = &image->keeper;
	const struct delta *top = image_top(image);
	__u64 cluster_bytes = ploop_cluster_bytes(&top->header);
	__u32 n = io->bytes / cluster_bytes;
	__u32 slot =
		(io->offset - ploop_data_bytes(&top->header)) / cluster_bytes;

	for (__u32 i = 0; i < n; i++) {
		if (result)
			image_count(image, lost);
		else
			slot_list_put(&image->slots, &image->slots.zeroed,
				      slot + i);
	}
	io->next = keeper->idle_punches;
	keeper->idle_punches = io;
	keeper->n_punching--;
	keeper_go(image);
}

/* Punches the first quiet slot and those that follow it in the file. */
static void punch(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	struct slots *slots = &image->slots;
	const struct ploop_header *header = &image_top(image)->header;
	__u32 n = 1, slot = slot_list_take(slots, &slots->quiet);
	struct ploop_io *io = keeper->idle_punches;

	/* what will be the table is not to be touched any more */
	if (slot < slots->reserved)
		return;
	while (slots->quiet.n && slots->quiet.first == slot + n) {
		slot_list_take(slots, &slots->quiet);
		n++;
	}
	keeper->idle_punches = io->next;
	keeper->n_punching++;
	io->kind = PLOOP_IO_ZERO;
	io->offset = ploop_slot_byte(header, slot);
	io->bytes = n * ploop_cluster_bytes(header);
	io->owner = image;
	image_count(image, punches);
	keeper_submit(image, io, punch_done);
}

/* The slots that rest are quiet when all runners have a new phase. */
static void start_grace(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	slot_list_move(&image->slots, &image->slots.grace,
		       &image->slots.resting);
	waiting_take(&keeper->grace_batch, &keeper->waiting[WANT_GRACE]);
	keeper->grace_left = image->n_runners;
	for (unsigned int i = 0; i < image->n_runners; i++) {
		image->runners[i].grace.run = runner_grace;
		runner_post(&image->runners[i], &image->runners[i].grace);
	}
}

void reclaim_grace_end(struct ploop_work *work)
{
	struct ploop_image *image =
		owner_of(work, struct ploop_runner, grace)->image;

	if (--image->keeper.grace_left)
		return;
	slot_list_move(&image->slots, &image->slots.quiet, &image->slots.grace);
	keeper_answer(&image->keeper.grace_batch, 0);
	keeper_go(image);
}

static void extend_done(struct ploop_io *io, int result)
{
	struct ploop_image *image =
		owner_of(io, struct ploop_image, keeper.extend_io);
	struct keeper *keeper = &image->keeper;
	struct slots *slots = &image->slots;
	const struct ploop_header *header = &image_top(image)->header;

	keeper->is_extending = false;
	keeper->extend_error = result;
	if (!result) {
		__u32 n = io->bytes / ploop_cluster_bytes(header);

		for (; n; n--)
			slot_list_put(slots, &slots->zeroed, slots->n++);
	}
	keeper_go(image);
}

static void extend(struct ploop_image *image, __u32 n)
{
	struct keeper *keeper = &image->keeper;
	const struct ploop_header *header = &image_top(image)->header;
	struct slots *slots = &image->slots;

	if (n > slots->capacity - slots->n)
		n = slots->capacity - slots->n;
	if (!n) {
		keeper->extend_error = -ENOSPC;
		return;
	}
	image_count(image, extensions);
	keeper->is_extending = true;
	keeper->extend_io.kind = PLOOP_IO_EXTEND;
	keeper->extend_io.offset = ploop_slot_byte(header, slots->n);
	keeper->extend_io.bytes = n * ploop_cluster_bytes(header);
	keeper_submit(image, &keeper->extend_io, extend_done);
}

/* The file cannot grow: who waits gets what is under way, or the error. */
static void do_without(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	struct slots *slots = &image->slots;
	__u32 n_freed;

	image_lock(image, &slots->lock);
	n_freed = slots->freed.n;
	image_unlock(image, &slots->lock);
	if (!keeper->waiting[WANT_SLOTS].first)
		;
	else if (n_freed)
		keeper->needs_commit = true;
	else if (!slots_under_way(slots) && !keeper->n_punching &&
		 !relief_comes(image))
		keeper_answer(&keeper->waiting[WANT_SLOTS],
			      keeper->extend_error);
	keeper->extend_error = 0;
}

static void fill(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	struct slots *slots = &image->slots;
	__u32 n_coming = slots->quiet.n + slots->zeroed.n + slots->syncing.n +
			 keeper->n_punching;
	__u32 n_pool, slot;

	image_lock(image, &slots->lock);
	n_pool = slots->pool.n;
	image_unlock(image, &slots->lock);
	/* some came while the request was on its way here */
	if (n_pool)
		keeper_answer(&keeper->waiting[WANT_SLOTS], 0);
	if (n_pool > keeper->pool_clusters / 2) {
		keeper_take_up(&keeper->low);
		return;
	}
	if (slots->zeroed.n)
		keeper->needs_commit = true;
	/* what came to a file that is about to be cut would be cut off again */
	if (n_coming > keeper->pool_clusters / 2 || keeper->is_extending ||
	    slots->limit != PLOOP_NO_SLOT)
		return;
	while (slots->unknown.n && n_coming < keeper->pool_clusters) {
		slot = slot_list_take(slots, &slots->unknown);
		if (slot < slots->reserved)
			continue;
		slot_list_put(slots, &slots->quiet, slot);
		n_coming++;
	}
	if (!keeper->extend_error && n_coming < keeper->pool_clusters)
		extend(image, keeper->pool_clusters - n_coming);
	/* of this one, if it is as long as it may be, or of the last one */
	if (keeper->extend_error)
		do_without(image);
}

static void punch_quiet(struct ploop_image *image)
{
	struct slots *slots = &image->slots;

	while (slots->quiet.n && image->keeper.idle_punches &&
	       !slots->holds_punches)
		punch(image);
}

void reclaim_go(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	if (is_frozen(image))
		return;
	/* before fill() counts them: those that are reserved go nowhere */
	punch_quiet(image);
	if (keeper->low.is_heard || keeper->waiting[WANT_SLOTS].first)
		fill(image);
	if ((image->slots.resting.n || keeper->waiting[WANT_GRACE].first) &&
	    !keeper->grace_left)
		start_grace(image);
	punch_quiet(image);
}

void reclaim_commit_begins(struct ploop_image *image)
{
	struct slots *slots = &image->slots;

	image_lock(image, &slots->lock);
	slot_list_move(slots, &slots->committing, &slots->freed);
	image_unlock(image, &slots->lock);
	slot_list_move(slots, &slots->syncing, &slots->zeroed);
}

void reclaim_committed(struct ploop_image *image)
{
	struct slots *slots = &image->slots;
	__u32 n_pool;

	slot_list_move(slots, &slots->resting, &slots->committing);
	image_lock(image, &slots->lock);
	slot_list_move(slots, &slots->pool, &slots->syncing);
	n_pool = slots->pool.n;
	image_unlock(image, &slots->lock);
	if (n_pool)
		keeper_answer(&image->keeper.waiting[WANT_SLOTS], 0);
}

bool reclaim_is_idle(const struct ploop_image *image)
{
	const struct keeper *keeper = &image->keeper;

	return !keeper->n_punching && !keeper->grace_left &&
	       !keeper->is_extending;
}
