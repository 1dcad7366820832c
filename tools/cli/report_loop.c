// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/report_loop.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

#define TEND_PERIOD_S  1
#define MIN_INTERVAL_S 0.1
#define MAX_INTERVAL_S 3600.0

void report_slower(struct report_pace *pace)
{
	if (pace->interval_s * 2 <= MAX_INTERVAL_S)
		pace->interval_s *= 2;
}

void report_faster(struct report_pace *pace)
{
	if (pace->interval_s / 2 >= MIN_INTERVAL_S)
		pace->interval_s /= 2;
}

/* Waits until the monotonic time deadline_s and returns true. Returns false
 * earlier if the program was interrupted, or if a key asks for another frame or
 * the end.
 */
static bool wait_until(const struct report_loop *loop, double deadline_s)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	bool live = loop->how->output == OUTPUT_LIVE;

	while (!interrupted) {
		double left = deadline_s - clock_monotonic_s();
		enum report_change change;

		if (left <= 0)
			return true;
		interrupt_poll(&input, live ? 1 : 0,
			       left < TEND_PERIOD_S ? left : TEND_PERIOD_S);
		loop->tend(loop->program);
		if (!live)
			continue;
		/* the terminal was closed */
		if (input.revents & (POLLHUP | POLLERR))
			interrupted = 1;
		change = loop->keys(loop->program);
		if (change >= REPORT_RESAMPLE)
			return false;
		/* errors recur when the next frame is drawn */
		if (change == REPORT_REDRAW)
			loop->draw(loop->program);
	}
	return false;
}

int report_print_all(const struct report_loop *loop)
{
	__u64 left = loop->how->count;
	bool is_last;
	int err;

	do {
		wait_until(loop, clock_monotonic_s() + loop->how->interval_s);
		/* sample() may wait for filesystems. If a signal arrives during
		 * that, one more report follows, so that the I/O before the
		 * signal is in a report.
		 */
		is_last = interrupted;
		err = loop->sample(loop->program);
		if (!err)
			err = loop->print(loop->program);
	} while (!err && !is_last && (!loop->how->count || --left));
	return err == REPORT_NO_MORE ? 0 : err;
}

/* Takes and shows the next frame. passed: its time has come; false: a key asked
 * for it.
 */
static int next_frame(const struct report_loop *loop, bool passed)
{
	bool paused = loop->pace->paused;
	int err = 0;

	if (!paused || (!passed && !loop->freezes))
		err = loop->sample(loop->program);
	if (!err && (!paused || !passed))
		err = loop->draw(loop->program);
	return err;
}

static int show_frames(const struct report_loop *loop)
{
	const struct report_pace *pace = loop->pace;
	double next = clock_monotonic_s() + pace->interval_s;
	__u64 left = loop->how->count; /* 0: no end */
	int err = next_frame(loop, false);

	while (!err) {
		bool passed = wait_until(loop, next);

		if (interrupted || pace->quit || (passed && left && !--left))
			break;
		if (passed || !loop->keeps_beat)
			next = clock_monotonic_s() + pace->interval_s;
		err = next_frame(loop, passed);
	}
	return err;
}

int report_show_live(const struct report_loop *loop)
{
	int err;

	if (!loop->start(loop->program))
		return -ENOTTY;
	interrupt_catch(); /* again: ncurses has its own handlers */
	err = show_frames(loop);
	loop->stop();
	if (err || loop->pace->quit || !loop->reports_at_end)
		return err;
	err = loop->sample(loop->program);
	return err ?: loop->print(loop->program);
}
