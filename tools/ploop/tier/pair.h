/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tier pair: an image on a fast disk above one on a slow disk. All is written
 * to the fast one. The engine counts how often each cluster is used, and the
 * policy of "frspctl plan" (move/policy.h) decides what goes up and down. Both
 * files stay images that others read as a chain: slow.hds <- fast.hds.
 */
#ifndef FRSP_PLOOP_PAIR_H
#define FRSP_PLOOP_PAIR_H

#include <stdbool.h>
#include <linux/types.h>

#include "ploop/image/problem.h"
#include "ploop/io/seats.h"

struct pair;

struct pair_settings {
	unsigned int n_seats;
	bool read_only;	    /* then nothing moves */
	__u64 fast_bytes;   /* the most that the fast file has; 0: no limit */
	const char *policy; /* file of settings, or NULL */
	double interval_s;  /* between two steps; 0: only by pair_step() */
};

struct pair_counts {
	__u64 steps, promoted, demoted, failed;
};

/* 0; -EBADMSG or another -errno, and problem says what is wrong. */
int pair_open(const char *fast, const char *slow,
	      const struct pair_settings *settings, struct pair **pair,
	      struct image_problem *problem);
/* No request runs. 0 or -errno: then the images stay marked as in use. */
int pair_close(struct pair *pair);

struct seats *pair_seats(struct pair *pair);

/* Counts, decides and moves once, on the caller's thread. */
void pair_step(struct pair *pair);
void pair_counts(struct pair *pair, struct pair_counts *counts);

#endif
