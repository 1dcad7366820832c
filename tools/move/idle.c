// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/idle.h"

void idle_note(struct idle *idle, const struct idle_load *load, double began_s,
	       double ended_s)
{
	if (load->pressure > IDLE_PRESSURE_HIGH ||
	    load->queue > IDLE_QUEUE_HIGH)
		idle->is_idle = false;
	if (load->pressure > IDLE_PRESSURE_LOW ||
	    load->queue > IDLE_QUEUE_LOW) {
		idle->is_quiet = false;
		return;
	}
	if (!idle->is_quiet)
		idle->quiet_s = began_s;
	idle->is_quiet = true;
	if (ended_s - idle->quiet_s >= IDLE_AFTER_S)
		idle->is_idle = true;
}
