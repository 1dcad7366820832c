/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands "hotmon record" and "hotmon import". */
#ifndef FRSP_HOTMON_RECORDING_H
#define FRSP_HOTMON_RECORDING_H

#include "base/log.h"
#include "heat/record.h"
#include "hotmon/opts.h"

/* Makes the file of -o, which must not exist, and sets *fd. */
enum exit_code recording_create(const char *path, int *fd);

/* Records what the monitor watches into fd, until COUNT intervals have passed
 * or the program is interrupted, and says when it begins. Returns 0 or -errno,
 * and sets *state if it recorded anything.
 */
int recording_take(struct hot_monitor *monitor, const struct hotmon_opts *opts,
		   int fd, struct hot_record_state *state);

/* The same, and says what the recording has. Closes fd. */
enum exit_code recording_run(struct hot_monitor *monitor,
			     const struct hotmon_opts *opts, int fd);

enum exit_code recording_import(const struct hotmon_opts *opts);

#endif
