// SPDX-License-Identifier: GPL-2.0-or-later
/* Demotion: a cluster of the top becomes one of the lower delta.
 *
 *   claim, page->n_moving ─▶ grace ─▶ read ─▶ write below, sync
 *             ▲                                    │ not overtaken?
 *             │                                    ▼
 *             └── again ◀─ overtaken? ◀─ entry below, written, sync
 *                               │ no
 *                               ▼
 *                      clear the top's entry ─▶ its slot is freed
 *
 * Writers in between are treated as by a move (move.c): they go on in the top's
 * slot, and the copy begins again. As long as the top has the entry, nobody
 * reads what is below, whatever is written there: after the grace all reads of
 * it that began before the top had the cluster are over, too. So a cluster that
 * the lower delta has already is overwritten in place.
 *
 * The lower delta's data is stable before its entry, and that before the top's
 * is cleared in memory. So whatever of the top a crash leaves, the cluster is
 * there: with the top's entry, in the top, whose slot is freed as all others
 * are (slots.h); without, below.
 *
 * The lower delta's entry is set in the section that finds that nobody has
 * overtaken: a discard that found nothing below, and clears the top's entry,
 * must not uncover a copy.
 */
#include <errno.h>

#include "ploop/core/request.h"

#define TRIES 4

static struct demote *demote_of(struct ploop_request *own)
{
	return owner_of(own, struct demote, own);
}

static void finish(struct ploop_image *image, int result)
{
	struct demote *demote = &image->demote;

	if (demote->to != PLOOP_NO_SLOT && !demote->is_named)
		lower_give_back(&image->lower, demote->to);
	__atomic_fetch_sub(&demote->page->n_moving, 1, __ATOMIC_ACQ_REL);
	cow_release(image, demote->own.claim);
	demote->done(image, result);
}

static void begin(struct ploop_image *image);

/* With the lock of cow held. */
static bool is_overtaken(const struct ploop_image *image)
{
	const struct demote *demote = &image->demote;
	const struct delta *top = image_top(image);

	return demote->own.claim->is_overtaken ||
	       table_entry(&top->table, demote->cluster) !=
		       ploop_slot_entry(&top->header, demote->from);
}

/* Only the lower delta has it from now on, unless somebody wrote meanwhile. */
static void below_is_stable(struct ploop_image *image, int result)
{
	struct demote *demote = &image->demote;
	bool is_ours;

	if (!result && image->state == IMAGE_BROKEN)
		result = -EIO;
	if (result) {
		finish(image, result);
		return;
	}
	image_lock(image, &image->cow.lock);
	image_lock(image, &demote->page->lock);
	is_ours = !is_overtaken(image);
	if (is_ours) {
		table_set(demote->page, demote->cluster, 0, false);
		reclaim_free(image, demote->from);
	}
	image_unlock(image, &demote->page->lock);
	image_unlock(image, &image->cow.lock);
	if (!is_ours) {
		begin(image);
		return;
	}
	image_count(image, demotions);
	keeper_nudge(image, &image->keeper.dirty);
	finish(image, 0);
}

/* The copy is stable. */
static void copy_written(struct ploop_image *image, int result)
{
	struct demote *demote = &image->demote;
	const struct delta *lower = image->lower.delta;
	bool is_ours;

	if (result || demote->is_named) {
		below_is_stable(image, result);
		return;
	}
	image_lock(image, &image->cow.lock);
	is_ours = !is_overtaken(image);
	if (is_ours) {
		table_set(table_page_of(&lower->table, demote->cluster),
			  demote->cluster,
			  ploop_slot_entry(&lower->header, demote->to), false);
		demote->is_named = true;
	}
	image_unlock(image, &image->cow.lock);
	if (is_ours)
		lower_commit(image, demote->cluster, below_is_stable);
	else
		begin(image);
}

static void copy_read(struct ploop_io *io, int result)
{
	struct ploop_request *own = owner_of(io, struct ploop_request, io);
	struct ploop_image *image = request_image(own);

	runner_io_end(own);
	if (result)
		finish(image, result);
	else
		lower_write(image, image->demote.to, own->claim->buffer,
			    copy_written);
}

static void read_top(struct ploop_image *image)
{
	struct demote *demote = &image->demote;
	const struct delta *top = image_top(image);
	struct ploop_io *io = &demote->own.io;

	io->kind = PLOOP_IO_READ;
	io->file = top->file;
	io->offset = ploop_slot_byte(&top->header, demote->from);
	io->bytes = ploop_cluster_bytes(&top->header);
	io->buffer = demote->own.claim->buffer;
	runner_io(&demote->own, copy_read);
}

/* A try: what was written until the grace is over is copied with the rest. */
static void grace_over(struct ploop_request *own)
{
	struct ploop_image *image = request_image(own);

	if (own->error)
		finish(image, own->error);
	else
		read_top(image);
}

static void begin(struct ploop_image *image)
{
	struct demote *demote = &image->demote;
	const struct delta *top = image_top(image);
	__u32 entry;

	image_lock(image, &image->cow.lock);
	demote->own.claim->is_overtaken = false;
	demote->own.claim->is_blocking = ++demote->tries >= TRIES;
	entry = table_entry(&top->table, demote->cluster);
	image_unlock(image, &image->cow.lock);
	if (!entry) {
		finish(image, 0);
		return;
	}
	demote->from = ploop_entry_slot(&top->header, entry);
	demote->own.error = 0;
	keeper_ask(&demote->own, WANT_GRACE, grace_over);
}

static void take_slot(struct ploop_image *image, int result)
{
	struct demote *demote = &image->demote;

	if (result) {
		finish(image, result);
		return;
	}
	demote->to = lower_take(&image->lower);
	if (demote->to == PLOOP_NO_SLOT)
		lower_extend(image, take_slot);
	else
		begin(image);
}

static void claimed(struct ploop_image *image)
{
	struct demote *demote = &image->demote;
	const struct delta *lower = image->lower.delta;
	__u32 entry = table_entry(&lower->table, demote->cluster);

	demote->is_named = entry != 0;
	demote->to =
		entry ? ploop_entry_slot(&lower->header, entry) : PLOOP_NO_SLOT;
	if (entry)
		begin(image);
	else
		take_slot(image, 0);
}

static void claim(struct ploop_request *own)
{
	struct ploop_image *image = request_image(own);
	struct demote *demote = demote_of(own);

	own->claim = cow_claim(image, demote->cluster, own, claim);
	demote->waits = !own->claim;
	if (demote->waits)
		return;
	demote->page = table_page_of(&image_top(image)->table, demote->cluster);
	__atomic_fetch_add(&demote->page->n_moving, 1, __ATOMIC_ACQ_REL);
	claimed(image);
}

static void marked(struct ploop_image *image, int result)
{
	if (result)
		image->demote.done(image, result);
	else
		claim(&image->demote.own);
}

void demote_start(struct ploop_image *image, __u32 cluster,
		  void (*done)(struct ploop_image *image, int result))
{
	struct demote *demote = &image->demote;
	int err = lower_check(image, cluster);

	if (err) {
		done(image, err);
		return;
	}
	demote->own.runner = &image->runners[0];
	demote->own.error = 0;
	demote->cluster = cluster;
	demote->tries = 0;
	demote->done = done;
	lower_mark(image, marked);
}
