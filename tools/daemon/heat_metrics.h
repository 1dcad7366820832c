/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_HEAT_METRICS_H
#define FRSP_DAEMON_HEAT_METRICS_H

#include "daemon/metrics.h"

struct hot_monitor;

/* Fills in what the programs have counted, and what they cost. Returns 0 or
 * -errno.
 */
int heat_metrics_read(struct hot_monitor *monitor, struct metrics *metrics);

#endif
