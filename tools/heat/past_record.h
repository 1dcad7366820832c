/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what the table of heat knows of the past as a recording: one interval
 * for each slice of heat/past.h, up to now. So who has recorded nothing yet, as
 * it has just begun, still has a past.
 */
#ifndef FRSP_HEAT_PAST_RECORD_H
#define FRSP_HEAT_PAST_RECORD_H

#include "heat/monitor.h"

/* fd: an empty file. Only what files of mounted filesystems have. 0 or -errno. */
int heat_past_record(struct hot_monitor *monitor, int fd);

#endif
