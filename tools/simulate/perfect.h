/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Perfect knowledge: who knows the I/O of the next hour, and has at its begin
 * moved those ranges to the fast tier that will see most of it, as many as fit,
 * for free. Nobody can have a larger share of I/Os in the fast tier who chooses
 * once per hour, and whole ranges. Not even who knows all probabilities reaches
 * it: it also knows what chance will bring.
 */
#ifndef FRSP_SIMULATE_PERFECT_H
#define FRSP_SIMULATE_PERFECT_H

#include "simulate/player.h"

#define SIM_PERFECT_S 3600

struct sim_perfect {
	const struct sim_world *world;
	__u32 *counts; /* I/Os of this hour, by range */
	__u32 *used;   /* the ranges that have any */
	__u32 n_used;
};

/* 0 or -ENOMEM. The world must last. */
int sim_perfect_begin(struct sim_perfect *perfect,
		      const struct sim_world *world);
void sim_perfect_end(struct sim_perfect *perfect);

void sim_perfect_add(struct sim_perfect *perfect,
		     const struct sim_interval *interval);

/* Ends the hour. Returns how many of its I/Os the fast tier serves. */
__u64 sim_perfect_hour(struct sim_perfect *perfect);

#endif
