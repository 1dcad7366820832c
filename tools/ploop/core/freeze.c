// SPDX-License-Identifier: GPL-2.0-or-later
/* A disk that does not change for a while, and a new top for it.
 *
 *   read the new top ─▶ changes wait ─▶ grace ─▶ claims ─▶ close ─▶ frozen
 *   ─▶ (the caller writes its descriptor) ─▶ thaw ─▶ mark ─▶ changes go on
 *
 * Changes wait as they do before the first one: for the mark. After the grace,
 * and when nobody has a claim any more, all that began before is done. Then the
 * image is closed like any other: committed, cut and marked as closed, while
 * flushes are answered and reads go on. From then on the file holds what was
 * acknowledged before the freeze, and of what was under way some.
 *
 * A thaw leaves the top as it is, or puts the new one above it. Both begin with
 * an image that says that it is closed, so the first change marks it again. All
 * that can fail has been done before the freeze, so that a caller who has named
 * the new top in a descriptor gets it.
 *
 * A crash at any time finds either chain: with the old top alone, which is the
 * disk until the thaw, and with the new one, which is empty until then.
 */
#include <errno.h>

#include "ploop/core/request.h"

static struct ploop_image *image_of(struct ploop_request *own)
{
	return owner_of(own, struct ploop_image, freeze.own);
}

static void end(struct ploop_image *image, int error)
{
	struct freeze *freeze = &image->freeze;
	struct ploop_request *request = freeze->request;

	freeze->request = NULL;
	if (error)
		image->keeper.resizes = NULL;
	keeper_reply(request, error);
	keeper_go(image);
}

static void closed(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);
	struct slots *slots = &image->slots;
	__u32 used = image_used_end(image);

	if (!own->error) {
		/* the file was cut there */
		image_lock(image, &slots->lock);
		slots_forget(slots, used);
		slots->n = used;
		image_unlock(image, &slots->lock);
	}
	end(image, own->error);
}

static void wait_for_claims(struct ploop_request *own)
{
	struct ploop_image *image = image_of(own);

	if (own->error)
		end(image, own->error);
	else if (!cow_wait(image, 0, own, wait_for_claims))
		keeper_ask(own, WANT_CLOSE, closed);
}

static int prepare(struct ploop_image *image, unsigned int file)
{
	struct freeze *freeze = &image->freeze;
	const struct view *old = once_see(image->view);
	struct delta *top;
	int err;

	freeze->view = NULL;
	if (!file)
		return 0;
	if (image->lower.delta)
		return -EOPNOTSUPP;
	if (old->n_deltas == PLOOP_MAX_DELTAS)
		return -EMLINK;
	err = open_new_top(image, file, &top, &freeze->slots);
	if (!err)
		err = cow_init(image, old->n_deltas + 1);
	if (err)
		return err;
	freeze->view = image_allocate(image, sizeof(*freeze->view));
	if (!freeze->view)
		return -ENOMEM;
	*freeze->view = *old;
	freeze->view->deltas[freeze->view->n_deltas++] = top;
	return 0;
}

void freeze_start(struct ploop_image *image, unsigned int file)
{
	struct freeze *freeze = &image->freeze;
	int err = prepare(image, file);

	freeze->request = image->keeper.resizes;
	freeze->own.runner = &image->runners[0];
	freeze->own.error = 0;
	if (err) {
		end(image, err);
		return;
	}
	once_publish(image->state, IMAGE_FREEZING);
	keeper_ask(&freeze->own, WANT_GRACE, wait_for_claims);
}

/* Nobody takes slots, and no I/O of the keeper is under way. */
static void switch_top(struct ploop_image *image)
{
	struct slots *slots = &image->slots;

	image_lock(image, &slots->lock);
	image->freeze.slots.lock = slots->lock;
	*slots = image->freeze.slots;
	image_unlock(image, &slots->lock);
	image->keeper.extend_error = 0;
	once_publish(image->view, image->freeze.view);
}

void freeze_thaw(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	struct ploop_request *request = owner_of(
		keeper->waiting[WANT_THAW].first, struct ploop_request, work);
	bool to_new_top = request->offset;

	if (to_new_top && !image->freeze.view) {
		keeper_answer(&keeper->waiting[WANT_THAW], -EINVAL);
		return;
	}
	if (to_new_top)
		switch_top(image);
	keeper->resizes = NULL;
	once_publish(image->state, IMAGE_UNMARKED);
	keeper_answer(&keeper->waiting[WANT_THAW], 0);
	keeper_go(image);
}
