// SPDX-License-Identifier: GPL-2.0-or-later
/* Merging the top into its lower delta while the disk is used: all clusters are
 * demoted, and then the lower delta is the top.
 *
 *   demote all, some times ─▶ hold ─▶ grace ─▶ demote what is left ─▶ commit
 *   ─▶ the keeper is idle ─▶ switch ─▶ grace ─▶ let go
 *
 * Whoever writes to a cluster that only the lower delta has brings it to the
 * top again, so passes alone may never end. After some of them such writes are
 * held: they wait, while reads and writes of what the top still has go on.
 * After the grace nobody is about to give the top a cluster any more, but for
 * copies that have begun, which have claims. When the top has no entry and
 * nobody a claim, a commit makes that stable: the lower delta alone has all
 * that was acknowledged, and it is the same disk with the empty top and without
 * it.
 *
 * Then the view without the top is published. Its slots are those that no entry
 * of the new top names. Runners that still have the old view find its top
 * empty, and writers are held until a last grace: nobody allocates in the old
 * file.
 */
#include <errno.h>

#include "ploop/core/request.h"

#define PASSES 3 /* before writers are held */

static struct ploop_image *image_of(struct ploop_request *own)
{
	return owner_of(own, struct ploop_image, merge.own);
}

static void end(struct ploop_image *image, int result)
{
	struct merge *merge = &image->merge;

	once_publish(merge->holds, false);
	merge->waits_idle = false;
	image->slots.holds_punches = false;
	keeper_answer(&image->keeper.waiting[WANT_TOP], 0);
	keeper_resized(image, result);
}

static void ask(struct ploop_image *image, enum want want,
		void (*step)(struct ploop_request *own))
{
	image->merge.own.error = 0;
	keeper_ask(&image->merge.own, want, step);
}

bool merge_holds(struct ploop_request *request)
{
	if (!once_see(request_image(request)->merge.holds))
		return false;
	keeper_ask(request, WANT_TOP, request_resume);
	return true;
}

static void let_go(struct ploop_request *own)
{
	end(image_of(own), own->error);
}

/* The lists of the old top go with it: nobody has any of its slots. */
static void take_slots(struct ploop_image *image)
{
	struct slots *slots = &image->slots;
	struct lower *lower = &image->lower;

	image_lock(image, &slots->lock);
	slots_forget(slots, 0);
	slots->next = lower->words;
	slots->capacity = lower->capacity;
	slots->n = lower->n;
	slots->reserved = 0;
	slots->limit = PLOOP_NO_SLOT;
	for (__u32 slot = 0; slot < lower->n; slot++)
		if (lower->words[slot] == SLOT_FREE)
			slot_list_put(slots, &slots->unknown, slot);
	image_unlock(image, &slots->lock);
}

static void switch_top(struct ploop_image *image)
{
	struct merge *merge = &image->merge;
	struct lower *lower = &image->lower;
	const struct view *old = once_see(image->view);

	merge->waits_idle = false;
	*merge->view = *old;
	merge->view->n_deltas--;
	take_slots(image);
	image->keeper.extend_error = 0;
	lower->delta = NULL;
	lower->is_marked = lower->was_in_use = false;
	once_publish(image->view, merge->view);
	ask(image, WANT_GRACE, let_go);
}

void merge_go(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	if (!image->merge.waits_idle)
		return;
	if (image->state == IMAGE_BROKEN)
		end(image, -EIO);
	else if (!keeper->is_committing && reclaim_is_idle(image))
		switch_top(image);
}

/* All that the lower delta has got is stable, and the top is empty for good. */
static void committed(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (own->error) {
		end(image, own->error);
		return;
	}
	image->slots.holds_punches = true;
	image->merge.waits_idle = true;
	keeper_go(image);
}

static bool is_empty(struct ploop_image *image)
{
	const struct table *table = &image_top(image)->table;
	bool is_claimed;

	/* who gives his claim back has set the entry before */
	image_lock(image, &image->cow.lock);
	is_claimed = cow_is_claimed(&image->cow);
	image_unlock(image, &image->cow.lock);
	return !is_claimed && table_is_empty(table);
}

static void next(struct ploop_image *image, int result);

static void begin_pass(struct ploop_request *own)
{
	image_of(own)->merge.cursor = 0;
	next(image_of(own), own->error);
}

static void pass_done(struct ploop_image *image)
{
	struct merge *merge = &image->merge;

	if (image->keeper.resizes->op == PLOOP_DEMOTE) {
		end(image, 0);
	} else if (merge->holds && is_empty(image)) {
		ask(image, WANT_COMMIT, committed);
	} else {
		if (++merge->passes >= PASSES ||
		    table_is_empty(&image_top(image)->table))
			once_publish(merge->holds, true);
		ask(image, WANT_GRACE, begin_pass);
	}
}

/* Demotes the next cluster that the top has. */
static void next(struct ploop_image *image, int result)
{
	struct merge *merge = &image->merge;
	const struct table *table = &image_top(image)->table;

	if (result) {
		end(image, result);
		return;
	}
	while (merge->cursor < merge->end)
		if (table_entry(table, merge->cursor++)) {
			demote_start(image, merge->cursor - 1, next);
			return;
		}
	pass_done(image);
}

static void marked(struct ploop_image *image, int result)
{
	next(image, result);
}

static int check(struct ploop_image *image, const struct ploop_request *request)
{
	const struct view *view = once_see(image->view);
	const struct delta *lower = image->lower.delta;
	__u64 last = request->bytes ? request->bytes - 1 : 0;

	if (!lower)
		return -EOPNOTSUPP;
	if (request->op == PLOOP_MERGE)
		return lower->header.n_sectors ==
				       image_top(image)->header.n_sectors
			       ? 0
			       : -EOPNOTSUPP;
	return request->offset < view->disk_bytes &&
			       last < view->disk_bytes - request->offset
		       ? 0
		       : -EINVAL;
}

/* The lower delta has entries for all clusters of the disk. */
void merge_start(struct ploop_image *image)
{
	const struct ploop_request *request = image->keeper.resizes;
	struct merge *merge = &image->merge;
	__u64 cluster_bytes = ploop_cluster_bytes(&image_top(image)->header);
	__u64 last = request->bytes ? request->bytes - 1 : 0;
	int err = check(image, request);

	merge->own.runner = &image->runners[0];
	merge->passes = 0;
	merge->cursor = request->offset / cluster_bytes;
	merge->end = (request->offset + last) / cluster_bytes + 1;
	if (!err && request->op == PLOOP_MERGE) {
		merge->cursor = 0;
		merge->end = image_top(image)->table.n_entries;
		merge->view = image_allocate(image, sizeof(*merge->view));
		err = merge->view ? 0 : -ENOMEM;
	}
	if (err)
		end(image, err);
	else
		lower_mark(image, marked);
}
