/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays recorded I/O to policies, and reports how much of it the fast tier
 * would have served, and what was moved for that. Beside the policies of the
 * settings play (simulate/player.h): never, which moves nothing; lru; 2013; and
 * perfect (simulate/perfect.h).
 *
 * All begin with the fast tier empty. The data are the ranges that see I/O. A
 * move is done at the end of the interval that decides it. The same input gives
 * the same report.
 */
#ifndef FRSP_SIMULATE_H
#define FRSP_SIMULATE_H

#include "move/policy_config.h"
#include "trace/trace.h"

/* Where the I/O comes from. It is read twice. */
struct sim_source {
	/* 1 and the next interval; 0: the end; or -errno */
	int (*next)(void *context, struct trace_frame *frame);
	/* 0 or -errno */
	int (*rewind)(void *context);
	/* The file's path, for pins; NULL: unknown. NULL: no paths. */
	const char *(*path)(void *context, __u32 file);
	/* Whether it is a file that can move. NULL: all are. */
	bool (*is_movable)(void *context, __u32 file);
	/* Whether the I/O of the file counts in the scores, and perfect cares
	 * for it. The other players see it in any case. NULL: that of all does.
	 */
	bool (*is_scored)(void *context, __u32 file);
	void *context;
};

/* A policy to play. */
struct sim_entry {
	const char *name;
	const struct policy_config *config;
};

/* What happened in a minute. Perfect has the share of the hour in each. */
struct sim_point {
	__u64 start_ns;
	__u64 ios;
	double fast_ios;
};

struct sim_score {
	const char *name;
	bool moves_free;  /* perfect: what it moves is not counted */
	__u64 fast_bytes; /* size of the fast tier */
	__u64 ios, fast_ios;
	__u64 late_ios, late_fast_ios; /* in the last quarter of the time */
	__u64 moves, moved_bytes;
	__u64 late_moved_bytes;
	__u32 moved_ranges, most_moves; /* of a range */
	/* written to the fast tier: by moves, and by the I/O */
	__u64 move_written_bytes, io_written_bytes;
	/* on average, without queues. A move counts as move_cost I/Os of the
	 * slow tier.
	 */
	double latency_s;
	struct sim_point *points;
	size_t n_points;
};

struct sim_report {
	__u64 begin_ns, end_ns;
	__u64 intervals;
	__u32 ranges;
	__u64 data_bytes;
	__u64 ios;
	struct sim_score *scores; /* the entries, then never, lru, 2013, perfect
				   */
	size_t n;
};

/*
 * The others have the fast tier of the first entry, and its latencies and cost.
 * 0; -ENODATA: there is no I/O; -ENOMEM; or what the source returned. On
 * success the caller calls sim_report_free().
 */
int simulate(const struct sim_source *source, const struct sim_entry *entries,
	     size_t n, struct sim_report *report);
void sim_report_free(struct sim_report *report);

#endif
