// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/idle.h"

#include <math.h>

const struct idle_bounds idle_usual = {
	.pressure_low = 0.01,
	.pressure_high = 0.05,
	.queue_low = 0.1,
	.queue_high = 0.5,
};

struct idle_bounds idle_below_pressure(double share)
{
	return (struct idle_bounds){
		.pressure_low = share / 2,
		.pressure_high = share,
		.queue_low = INFINITY,
		.queue_high = INFINITY,
	};
}

void idle_note(struct idle *idle, const struct idle_bounds *bounds,
	       const struct idle_load *load, double began_s, double ended_s)
{
	if (load->pressure > bounds->pressure_high ||
	    load->queue > bounds->queue_high)
		idle->is_idle = false;
	if (load->pressure > bounds->pressure_low ||
	    load->queue > bounds->queue_low) {
		idle->is_quiet = false;
		return;
	}
	if (!idle->is_quiet)
		idle->quiet_s = began_s;
	idle->is_quiet = true;
	if (ended_s - idle->quiet_s >= IDLE_AFTER_S)
		idle->is_idle = true;
}
