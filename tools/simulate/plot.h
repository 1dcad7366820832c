/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a report as an SVG image: the share of I/Os in the fast tier over time,
 * a line for each policy.
 */
#ifndef FRSP_SIMULATE_PLOT_H
#define FRSP_SIMULATE_PLOT_H

#include <stdio.h>

#include "simulate/simulate.h"

/* title: a line above it. Errors are in ferror(out). */
void sim_plot(FILE *out, const struct sim_report *report, const char *title);

#endif
