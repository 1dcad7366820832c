/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command "hotmon heatmap": records, or takes a recording (-i), and shows
 * it as a map (hotmon/heatmap_grid.h), as text or as an image (-o).
 */
#ifndef FRSP_HOTMON_HEATMAP_H
#define FRSP_HOTMON_HEATMAP_H

#include <stdio.h>

#include "base/log.h"
#include "heat/monitor.h"
#include "hotmon/opts.h"

/* Opens the file of -o, first of all: so a mistake in its name is told at once.
 * Without -o, *out is NULL.
 */
enum exit_code heatmap_output(const struct hotmon_opts *opts, FILE **out);

/* Closes it, and removes it if it is empty. out: may be NULL. */
void heatmap_output_close(const struct hotmon_opts *opts, FILE *out);

/* Records what the monitor watches until COUNT intervals have passed or the
 * program is interrupted, and shows it. Closes out.
 */
enum exit_code heatmap_live(struct hot_monitor *monitor,
			    const struct hotmon_opts *opts, FILE *out);

/* Shows the recording of -i. Closes out. */
enum exit_code heatmap_play(const struct hotmon_opts *opts, FILE *out);

#endif
