// SPDX-License-Identifier: GPL-2.0-or-later
/* A runner works off its inbox and counts the I/O that it has begun.
 *
 * Looking up an entry and beginning the I/O that uses it are one piece: no
 * message is read in between. So a new phase that is asked for by a message
 * divides all I/O into that which may have seen the table as it was before, and
 * that which sees it as it is since.
 */
#include "ploop/core/image.h"

void runner_post(struct ploop_runner *runner, struct ploop_work *work)
{
	struct ploop_image *image = runner->image;

	if (inbox_put(&runner->inbox, work))
		image->ops->wake(image->context, runner->index);
}

unsigned int ploop_run(struct ploop_runner *runner, unsigned int most)
{
	unsigned int n = 0;

	while (n < most) {
		struct ploop_work *work;

		if (!runner->ready)
			runner->ready = inbox_take(&runner->inbox);
		work = runner->ready;
		if (!work)
			break;
		runner->ready = work->next;
		work->run(work);
		n++;
	}
	if (!runner->index)
		keeper_tick(runner->image);
	return n;
}

__u64 ploop_deadline_ns(struct ploop_runner *runner)
{
	if (runner->ready || !inbox_is_empty(&runner->inbox))
		return 0;
	return runner->index ? ~0ULL : runner->image->keeper.deadline_ns;
}

bool ploop_is_idle(struct ploop_runner *runner)
{
	/* a read that is a write: it comes after all that this thread wrote */
	return !__atomic_fetch_or((__UINTPTR_TYPE__ *)&runner->inbox.newest, 0,
				  __ATOMIC_SEQ_CST);
}

struct ploop_runner *ploop_runner(struct ploop_image *image, unsigned int index)
{
	return &image->runners[index];
}

void ploop_submit(struct ploop_runner *runner, struct ploop_request *request)
{
	request->runner = runner;
	request_start(&request->work);
}

void ploop_post(struct ploop_runner *runner, struct ploop_request *request)
{
	request->runner = runner;
	request->work.run = request_start;
	runner_post(runner, &request->work);
}

void runner_io(struct ploop_request *request,
	       void (*done)(struct ploop_io *io, int result))
{
	struct ploop_runner *runner = request->runner;
	struct ploop_image *image = runner->image;

	request->phase = runner->phase;
	runner->under_way[request->phase]++;
	request->io.runner = runner->index;
	request->io.done = done;
	image->ops->submit(image->context, &request->io);
}

static void grace_over(struct ploop_runner *runner)
{
	runner->grace_waits = false;
	runner->grace.run = reclaim_grace_end;
	runner_post(&runner->image->runners[0], &runner->grace);
}

void runner_io_end(struct ploop_request *request)
{
	struct ploop_runner *runner = request->runner;

	runner->under_way[request->phase]--;
	if (runner->grace_waits && !runner->under_way[!runner->phase])
		grace_over(runner);
}

void runner_grace(struct ploop_work *work)
{
	struct ploop_runner *runner =
		owner_of(work, struct ploop_runner, grace);

	runner->phase = !runner->phase;
	runner->grace_waits = true;
	if (!runner->under_way[!runner->phase])
		grace_over(runner);
}
