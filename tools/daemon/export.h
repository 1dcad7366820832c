/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the metrics to the file of the configuration, for node_exporter. A
 * child writes it, because the file's filesystem may hang.
 */
#ifndef FRSP_DAEMON_EXPORT_H
#define FRSP_DAEMON_EXPORT_H

#include "config/config.h"
#include "daemon/filesystems.h"

struct hot_monitor;

/* All 0: nothing was written yet. */
struct export
{
	char path[PATH_MAX]; /* that was written last; "": none */
	pid_t writer;	     /* 0: none runs */
	int told_err;	     /* what was said last */
	double next_s;	     /* on CLOCK_MONOTONIC */
};

/* Writes the file if it is time to. Says once why it cannot be written; a
 * directory that does not exist is no error.
 */
void export_tick(struct export *export, const struct config *config,
		 const struct filesystems *filesystems,
		 struct hot_monitor *monitor);

/* Makes the text of the file: for who asks for it elsewhere, too. The caller
 * frees it, also on error. Returns 0 or -errno.
 */
int export_text(const struct filesystems *filesystems,
		struct hot_monitor *monitor, char **text, size_t *len);

/* Removes the file, so that nobody takes old numbers for new ones. */
void export_end(struct export *export);

#endif
