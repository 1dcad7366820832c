// SPDX-License-Identifier: GPL-2.0-or-later
/* A move, and the writers that come in between.
 *
 *   claim, page->n_moving ─▶ grace ─▶ read ─▶ write ─▶ not overtaken? ─▶ entry
 *                              ▲                            │
 *                              └────────── again ◀──────────┘
 *
 * Writers of mapped clusters take no lock, so a move tells them by a word of
 * the table's page that they must look first. After the grace, who did not see
 * that word has ended its I/O; everybody else looks under the claims' lock,
 * marks the move as overtaken, and writes to the old slot. The entry is set
 * under the same lock, if nobody did. A cluster that is written all the time is
 * overtaken again and again, so the last try lets writers wait.
 *
 * Readers use the old slot or the new one; the old one is freed, and the grace
 * of freed slots waits for them.
 */
#include <errno.h>

#include "ploop/core/move.h"

#define TRIES 4

static struct move *move_of(struct ploop_request *request)
{
	return owner_of(request, struct move, request);
}

bool move_look(struct ploop_request *request, const struct part *part,
	       __u32 *entry)
{
	struct ploop_image *image = request_image(request);
	struct cow *cow = &image->cow;
	struct claim *claim;
	bool must_wait;

	*entry = table_entry(&part->top->table, part->cluster);
	if (!once_see(
		    table_page_of(&part->top->table, part->cluster)->n_moving))
		return true;
	image_lock(image, &cow->lock);
	claim = cow_find(cow, part->cluster);
	must_wait = claim && claim->is_blocking;
	if (must_wait) {
		request->resume = request_resume;
		waiting_put(&claim->waiting, &request->work);
	} else if (claim) {
		claim->is_overtaken = true;
	}
	*entry = table_entry(&part->top->table, part->cluster);
	image_unlock(image, &cow->lock);
	return !must_wait;
}

static void finish(struct move *move, int result)
{
	struct ploop_image *image = request_image(&move->request);

	if (move->to != PLOOP_NO_SLOT)
		reclaim_free(image, move->to);
	__atomic_fetch_sub(&move->page->n_moving, 1, __ATOMIC_ACQ_REL);
	cow_release(image, move->request.claim);
	move->done(image, result);
}

static void begin(struct ploop_request *request);

/* Sets the entry, if what was read is still what the cluster has. */
static void publish(struct move *move)
{
	struct ploop_image *image = request_image(&move->request);
	struct claim *claim = move->request.claim;
	const struct delta *top = image_top(image);
	bool is_ours;

	image_lock(image, &image->cow.lock);
	image_lock(image, &move->page->lock);
	is_ours = !claim->is_overtaken &&
		  table_entry(&top->table, move->cluster) ==
			  ploop_slot_entry(&top->header, move->from);
	if (is_ours) {
		table_set(move->page, move->cluster,
			  ploop_slot_entry(&top->header, move->to), true);
		reclaim_free(image, move->from);
		move->to = PLOOP_NO_SLOT;
	}
	image_unlock(image, &move->page->lock);
	image_unlock(image, &image->cow.lock);
	if (!is_ours) {
		begin(&move->request);
		return;
	}
	image_count(image, moves);
	keeper_nudge(image, &image->keeper.dirty);
	finish(move, 0);
}

static void copy_written(struct ploop_io *io, int result)
{
	struct ploop_request *request = owner_of(io, struct ploop_request, io);

	runner_io_end(request);
	if (!result && request_image(request)->state == IMAGE_BROKEN)
		result = -EIO;
	if (result)
		finish(move_of(request), result);
	else
		publish(move_of(request));
}

static void copy_read(struct ploop_io *io, int result)
{
	struct ploop_request *request = owner_of(io, struct ploop_request, io);
	struct move *move = move_of(request);

	runner_io_end(request);
	if (result) {
		finish(move, result);
		return;
	}
	io->kind = PLOOP_IO_WRITE;
	io->offset = ploop_slot_byte(&image_top(request_image(request))->header,
				     move->to);
	runner_io(request, copy_written);
}

/* After the grace. */
static void copy(struct ploop_request *request)
{
	struct ploop_image *image = request_image(request);
	const struct delta *top = image_top(image);
	struct move *move = move_of(request);

	if (!request->error && move->to == PLOOP_NO_SLOT) {
		move->to = reclaim_take(image);
		if (move->to == PLOOP_NO_SLOT) {
			keeper_ask(request, WANT_SLOTS, copy);
			return;
		}
	}
	if (request->error) {
		finish(move, request->error);
		return;
	}
	request->io.kind = PLOOP_IO_READ;
	request->io.file = top->file;
	request->io.offset = ploop_slot_byte(&top->header, move->from);
	request->io.bytes = ploop_cluster_bytes(&top->header);
	request->io.buffer = request->claim->buffer;
	runner_io(request, copy_read);
}

/* A try: what was written until the grace is over is copied with the rest. */
static void begin(struct ploop_request *request)
{
	struct ploop_image *image = request_image(request);
	const struct delta *top = image_top(image);
	struct move *move = move_of(request);
	__u32 entry;

	image_lock(image, &image->cow.lock);
	request->claim->is_overtaken = false;
	request->claim->is_blocking = ++move->tries >= TRIES;
	entry = table_entry(&top->table, move->cluster);
	image_unlock(image, &image->cow.lock);
	if (!entry) {
		finish(move, 0);
		return;
	}
	move->from = ploop_entry_slot(&top->header, entry);
	request->error = 0;
	keeper_ask(request, WANT_GRACE, copy);
}

static void claim(struct ploop_request *request)
{
	struct ploop_image *image = request_image(request);
	struct move *move = move_of(request);

	request->claim = cow_claim(image, move->cluster, request, claim);
	if (!request->claim)
		return;
	move->page = table_page_of(&image_top(image)->table, move->cluster);
	__atomic_fetch_add(&move->page->n_moving, 1, __ATOMIC_ACQ_REL);
	begin(request);
}

void move_start(struct ploop_image *image, __u32 cluster, __u32 slot,
		void (*done)(struct ploop_image *image, int result))
{
	struct move *move = &image->move;

	move->request.runner = &image->runners[0];
	move->request.error = 0;
	move->cluster = cluster;
	move->to = slot;
	move->tries = 0;
	move->done = done;
	claim(&move->request);
}
