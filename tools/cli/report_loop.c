// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/report_loop.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

#define TEND_PERIOD_S 1

bool report_wait(const struct report_loop *loop, double deadline_s)
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
		/* The terminal is gone. */
		if (input.revents & (POLLHUP | POLLERR))
			interrupted = 1;
		change = loop->keys(loop->program);
		if (change >= REPORT_RESAMPLE)
			return false;
		if (change == REPORT_REDRAW)
			loop->redraw(loop->program);
	}
	return false;
}

int report_print_all(const struct report_loop *loop)
{
	__u64 left = loop->how->count;
	bool is_last;
	int err;

	do {
		report_wait(loop, clock_monotonic_s() + loop->how->interval_s);
		/* sample() waits for filesystems. A signal that arrives
		 * meanwhile is followed by one more report, which has the I/O
		 * that was done before the signal.
		 */
		is_last = interrupted;
		err = loop->sample(loop->program);
		if (!err)
			err = loop->print(loop->program);
	} while (!err && !is_last && (!loop->how->count || --left));
	return err;
}
