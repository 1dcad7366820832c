// SPDX-License-Identifier: GPL-2.0-or-later
/* The keeper does what concerns the image as a whole, on runner 0, so that it
 * needs no lock: it marks the image as in use, commits, and reclaims slots.
 *
 * Requests that need it wait in lists; keeper_go() looks what can be started
 * for them, whenever something came or ended. An example: three flushes come
 * while a commit runs. They wait; when the commit ends, keeper_go() starts
 * another one for all three, with one sync.
 */
#include <errno.h>

#include "ploop/core/image.h"

#define DEFAULT_WRITEBACK_MS 1000
#define DEFAULT_POOL_BYTES   (128ULL << 20)

static void resume(struct ploop_work *work)
{
	struct ploop_request *request =
		owner_of(work, struct ploop_request, work);

	request->resume(request);
}

void keeper_reply(struct ploop_request *request, int error)
{
	request->error = error;
	request->work.run = resume;
	runner_post(request->runner, &request->work);
}

void keeper_answer(struct waiting *waiting, int error)
{
	struct ploop_work *next, *work = waiting->first;

	waiting_init(waiting);
	for (; work; work = next) {
		struct ploop_request *request =
			owner_of(work, struct ploop_request, work);

		next = work->next;
		keeper_reply(request, error);
	}
}

static void keeper_listen(struct ploop_work *work)
{
	struct ploop_request *request =
		owner_of(work, struct ploop_request, work);
	struct ploop_image *image = request->runner->image;

	if (request->want == WANT_COMMIT)
		image_count(image, flushes);
	waiting_put(&image->keeper.waiting[request->want], work);
	keeper_go(image);
}

void keeper_ask(struct ploop_request *request, enum want want,
		void (*resume)(struct ploop_request *request))
{
	request->want = want;
	request->resume = resume;
	request->work.run = keeper_listen;
	runner_post(&request->runner->image->runners[0], &request->work);
}

void keeper_nudge(struct ploop_image *image, struct nudge *nudge)
{
	if (!__atomic_exchange_n(&nudge->is_said, true, __ATOMIC_ACQ_REL))
		runner_post(&image->runners[0], &nudge->work);
}

/* From now on it can be said again. Who says it before that is heard: what it
 * is about is seen by whatever the keeper does next. */
void keeper_take_up(struct nudge *nudge)
{
	if (!nudge->is_heard)
		return;
	nudge->is_heard = false;
	(void)__atomic_exchange_n(&nudge->is_said, false, __ATOMIC_ACQ_REL);
}

void keeper_submit(struct ploop_image *image, struct ploop_io *io,
		   void (*done)(struct ploop_io *io, int result))
{
	io->file = image_top(image)->file;
	io->runner = 0;
	io->done = done;
	image->ops->submit(image->context, io);
}

void keeper_break(struct ploop_image *image, int error)
{
	if (!image->keeper.error)
		image->keeper.error = error;
	once_publish(image->state, IMAGE_BROKEN);
}

static struct ploop_image *image_of_keeper(struct keeper *keeper)
{
	return owner_of(keeper, struct ploop_image, keeper);
}

static void hear_dirty(struct ploop_work *work)
{
	struct keeper *keeper = owner_of(work, struct keeper, dirty.work);
	struct ploop_image *image = image_of_keeper(keeper);

	keeper->dirty.is_heard = true;
	if (keeper->deadline_ns == ~0ULL)
		keeper->deadline_ns =
			image->ops->now_ns(image->context) + keeper->delay_ns;
}

static void hear_low(struct ploop_work *work)
{
	struct keeper *keeper = owner_of(work, struct keeper, low.work);

	keeper->low.is_heard = true;
	keeper_go(image_of_keeper(keeper));
}

/* Nobody's I/O is under way, that is not asked for by a request. A demotion for
 * relief that waits until the disk is frozen is none. */
static bool may_close(const struct ploop_image *image)
{
	return reclaim_is_idle(image) &&
	       (!image->relief.is_asked || image->state == IMAGE_FREEZING);
}

/* Nothing changes any more; what waits gets to know it. */
static void go_broken(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	keeper->deadline_ns = ~0ULL;
	grow_go(image);
	compact_go(image);
	merge_go(image);
	for (int want = 0; want < WANTS; want++)
		if (want != WANT_CLOSE ||
		    (!keeper->is_committing && may_close(image)))
			keeper_answer(&keeper->waiting[want], -EIO);
}

/* Nothing has changed yet, so all is stable, and there is nothing to close. */
static void go_unmarked(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	keeper_answer(&keeper->waiting[WANT_COMMIT], 0);
	keeper_answer(&keeper->waiting[WANT_THAW], -EINVAL);
	if (keeper->is_marking)
		return;
	if (image->state == IMAGE_READ_ONLY)
		keeper_answer(&keeper->waiting[WANT_RESIZE], -EROFS);
	if (keeper->waiting[WANT_MARK].first ||
	    keeper->waiting[WANT_RESIZE].first)
		mark_start(image);
	else
		keeper_answer(&keeper->waiting[WANT_CLOSE], 0);
}

void keeper_resized(struct ploop_image *image, int error)
{
	struct ploop_request *request = image->keeper.resizes;

	image->keeper.resizes = NULL;
	keeper_reply(request, error);
	keeper_go(image);
}

bool keeper_resizes(const struct ploop_image *image)
{
	const struct ploop_request *request = image->keeper.resizes;

	return request && request->op != PLOOP_DEMOTE &&
	       request->op != PLOOP_MERGE;
}

/* One at a time grows, shrinks, compacts, freezes, demotes or merges. */
static void resize_next(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;
	struct waiting *waiting = &keeper->waiting[WANT_RESIZE];
	struct ploop_work *work = waiting->first;

	if (!work || keeper->resizes)
		return;
	keeper->resizes = owner_of(work, struct ploop_request, work);
	waiting->first = work->next;
	if (!waiting->first)
		waiting_init(waiting);
	switch (keeper->resizes->op) {
	case PLOOP_GROW:
		grow_start(image, keeper->resizes->offset);
		break;
	case PLOOP_SHRINK:
		shrink_start(image, keeper->resizes->offset);
		break;
	case PLOOP_FREEZE:
		freeze_start(image, keeper->resizes->offset);
		break;
	case PLOOP_COMPACT:
		compact_start(image);
		break;
	default:
		merge_start(image);
	}
}

/* The lower delta first: no more is demoted. */
static void lower_closed(struct ploop_image *image, int result)
{
	if (!result) {
		mark_close(image);
		return;
	}
	keeper_break(image, result);
	keeper_go(image);
}

static void close_image(struct ploop_image *image)
{
	image->keeper.is_closing = true;
	lower_close(image, lower_closed);
}

static void go_open(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	if (image->state == IMAGE_OPEN)
		keeper_answer(&keeper->waiting[WANT_MARK], 0);
	keeper_answer(&keeper->waiting[WANT_THAW], -EINVAL);
	reclaim_go(image);
	resize_next(image);
	grow_go(image);
	compact_go(image);
	merge_go(image);
	if (keeper->is_committing || keeper->is_closing)
		return;
	if (keeper->waiting[WANT_COMMIT].first || keeper->needs_commit ||
	    (keeper->waiting[WANT_CLOSE].first &&
	     keeper->deadline_ns != ~0ULL) ||
	    image->ops->now_ns(image->context) >= keeper->deadline_ns)
		commit_start(image);
	else if (keeper->waiting[WANT_CLOSE].first && may_close(image))
		close_image(image);
}

static void go_frozen(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	keeper_answer(&keeper->waiting[WANT_COMMIT], 0);
	keeper_answer(&keeper->waiting[WANT_CLOSE], 0);
	if (keeper->waiting[WANT_THAW].first && !image->freeze.request)
		freeze_thaw(image);
}

void keeper_go(struct ploop_image *image)
{
	switch ((enum image_state)image->state) {
	case IMAGE_UNMARKED:
	case IMAGE_READ_ONLY:
		go_unmarked(image);
		break;
	case IMAGE_OPEN:
	case IMAGE_FREEZING:
		go_open(image);
		break;
	case IMAGE_FROZEN:
		go_frozen(image);
		break;
	case IMAGE_BROKEN:
		go_broken(image);
		break;
	}
}

void keeper_tick(struct ploop_image *image)
{
	struct keeper *keeper = &image->keeper;

	if (keeper->deadline_ns != ~0ULL && !keeper->is_committing &&
	    image->ops->now_ns(image->context) >= keeper->deadline_ns)
		keeper_go(image);
}

void keeper_init(struct ploop_image *image,
		 const struct ploop_settings *settings)
{
	struct keeper *keeper = &image->keeper;
	__u64 cluster_bytes = ploop_cluster_bytes(&image_top(image)->header);

	for (int want = 0; want < WANTS; want++)
		waiting_init(&keeper->waiting[want]);
	waiting_init(&keeper->batch);
	waiting_init(&keeper->grace_batch);
	keeper->dirty.work.run = hear_dirty;
	keeper->low.work.run = hear_low;
	keeper->deadline_ns = ~0ULL;
	keeper->delay_ns =
		NSEC_PER_MSEC * (settings->writeback_ms ? settings->writeback_ms
							: DEFAULT_WRITEBACK_MS);
	keeper->pool_clusters = settings->pool_clusters;
	if (!keeper->pool_clusters)
		keeper->pool_clusters = DEFAULT_POOL_BYTES / cluster_bytes;
	for (int i = 0; i < KEEPER_PUNCHES; i++) {
		keeper->punch_ios[i].next = keeper->idle_punches;
		keeper->idle_punches = &keeper->punch_ios[i];
	}
}
