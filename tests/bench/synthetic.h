/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Heat that is made up, as a source of I/O for the simulator. Operations of 4
 * KiB go to ranges at random; how popular a range is follows from its rank:
 *
 *   Zipf's law      the rank r (1, 2, ...) gets a share in proportion to
 * r^-power a hot set       hot_share of the operations go to the first ranks,
 * hot_part of all, evenly; the rest goes to the others, evenly
 *
 * Each shift_s, other ranges get the first ranks. Beside that, a scan may read
 * ranges that nothing else uses, one after the other, and begin again at their
 * end. What happens depends on the scenario and the seed alone.
 */
#ifndef FRSP_BENCH_SYNTHETIC_H
#define FRSP_BENCH_SYNTHETIC_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "random64.h"
#include "simulate/simulate.h"

#define SYNTHETIC_FILE_RANGES 8192     /* files of 8 GiB */
#define SYNTHETIC_SCANNED     1000000U /* files from here on are scanned */

struct scenario {
	const char *name;
	double zipf;	  /* the power; 0: a hot set */
	double hot_part;  /* of the ranges */
	double hot_share; /* of the operations */
	double shift_s;	  /* 0: never */
	unsigned int write_percent;
	double scan_part;     /* of the ranges: those that the scan reads */
	double scan_s;	      /* until it begins again */
	unsigned int scan_io; /* bytes of each of its reads */
};

struct synthetic {
	const struct scenario *scenario;
	uint32_t n_ranges, n_used; /* all, and those that are not scanned */
	double ops_per_s, interval_s, hours;
	uint64_t seed;
	/* by rank: Walker's alias method */
	double *stays;
	uint32_t *alias;
	uint32_t *ranges; /* by rank */
	/* the present interval */
	uint64_t interval;
	uint32_t *reads, *writes; /* by range */
	uint64_t *touched;	  /* a bit for each range */
	struct trace_access *accesses;
	double scanned; /* ranges so far */
};

static inline void *synthetic_alloc(size_t n, size_t size)
{
	void *memory = calloc(n + 1, size);

	if (!memory)
		abort();
	return memory;
}

static inline double synthetic_weight(const struct synthetic *synthetic,
				      uint32_t rank)
{
	const struct scenario *scenario = synthetic->scenario;
	uint32_t n_hot = scenario->hot_part * synthetic->n_ranges;

	if (scenario->zipf > 0)
		return pow(rank + 1, -scenario->zipf);
	return rank < n_hot ? scenario->hot_share / n_hot
			    : (1 - scenario->hot_share) /
				      (synthetic->n_used - n_hot);
}

static inline double synthetic_sum(const struct synthetic *synthetic,
				   uint32_t n)
{
	double sum = 0;

	for (uint32_t rank = 0; rank < n; rank++)
		sum += synthetic_weight(synthetic, rank);
	return sum;
}

/* The share of all I/O that the n most popular ranges get. */
static inline double synthetic_best(const struct synthetic *synthetic,
				    uint32_t n)
{
	const struct scenario *scenario = synthetic->scenario;
	double scan_ops = scenario->scan_io
				  ? (synthetic->n_ranges - synthetic->n_used) /
					    scenario->scan_s * 1048576 /
					    scenario->scan_io
				  : 0;

	return synthetic_sum(synthetic,
			     n < synthetic->n_used ? n : synthetic->n_used) /
	       synthetic_sum(synthetic, synthetic->n_used) *
	       synthetic->ops_per_s / (synthetic->ops_per_s + scan_ops);
}

static inline void synthetic_make_alias(struct synthetic *synthetic)
{
	uint32_t n = synthetic->n_used, n_small = 0, n_large = 0;
	double sum = synthetic_sum(synthetic, n);
	uint32_t *small = synthetic_alloc(n, sizeof(*small));
	uint32_t *large = synthetic_alloc(n, sizeof(*large));

	for (uint32_t i = 0; i < n; i++) {
		synthetic->stays[i] = synthetic_weight(synthetic, i) / sum * n;
		synthetic->alias[i] = i;
		if (synthetic->stays[i] < 1)
			small[n_small++] = i;
		else
			large[n_large++] = i;
	}
	while (n_small && n_large) {
		uint32_t less = small[--n_small], more = large[n_large - 1];

		synthetic->alias[less] = more;
		synthetic->stays[more] -= 1 - synthetic->stays[less];
		if (synthetic->stays[more] < 1) {
			n_large--;
			small[n_small++] = more;
		}
	}
	free(small);
	free(large);
}

static inline int synthetic_rewind(void *context)
{
	struct synthetic *synthetic = context;

	rng = synthetic->seed;
	synthetic->interval = 0;
	synthetic->scanned = 0;
	return 0;
}

static inline void synthetic_begin(struct synthetic *synthetic)
{
	uint32_t n = synthetic->n_ranges;

	synthetic->n_used = n - n * synthetic->scenario->scan_part;
	synthetic->stays = synthetic_alloc(n, sizeof(*synthetic->stays));
	synthetic->alias = synthetic_alloc(n, sizeof(*synthetic->alias));
	synthetic->ranges = synthetic_alloc(n, sizeof(*synthetic->ranges));
	synthetic->reads = synthetic_alloc(n, sizeof(*synthetic->reads));
	synthetic->writes = synthetic_alloc(n, sizeof(*synthetic->writes));
	synthetic->touched =
		synthetic_alloc(n / 64 + 1, sizeof(*synthetic->touched));
	synthetic->accesses = synthetic_alloc(n, sizeof(*synthetic->accesses));
	synthetic_make_alias(synthetic);
	rng = synthetic->seed + 1;
	for (uint32_t i = 0; i < synthetic->n_used; i++)
		synthetic->ranges[i] = i;
	for (uint32_t i = synthetic->n_used - 1; i > 0; i--) {
		uint32_t other = random64() % (i + 1);
		uint32_t range = synthetic->ranges[i];

		synthetic->ranges[i] = synthetic->ranges[other];
		synthetic->ranges[other] = range;
	}
	synthetic_rewind(synthetic);
}

static inline void synthetic_end(struct synthetic *synthetic)
{
	free(synthetic->stays);
	free(synthetic->alias);
	free(synthetic->ranges);
	free(synthetic->reads);
	free(synthetic->writes);
	free(synthetic->touched);
	free(synthetic->accesses);
}

static inline void synthetic_touch(struct synthetic *synthetic, uint32_t range)
{
	synthetic->touched[range / 64] |= 1ULL << range % 64;
}

/* rank: 0 is the most popular; first: the rank of range 0 of the list */
static inline void synthetic_operate(struct synthetic *synthetic,
				     uint64_t first)
{
	uint64_t random = random64();
	uint32_t rank = (random >> 32) * synthetic->n_used >> 32;
	uint32_t range;

	if (random_unit() >= synthetic->stays[rank])
		rank = synthetic->alias[rank];
	range = synthetic->ranges[(rank + first) % synthetic->n_used];
	if ((uint32_t)random % 100 < synthetic->scenario->write_percent)
		synthetic->writes[range]++;
	else
		synthetic->reads[range]++;
	synthetic_touch(synthetic, range);
}

static inline void synthetic_scan(struct synthetic *synthetic)
{
	const struct scenario *scenario = synthetic->scenario;
	uint32_t n = synthetic->n_ranges - synthetic->n_used;
	/* at the end of the present interval */
	double until = n / scenario->scan_s * synthetic->interval_s *
		       (synthetic->interval + 1);

	for (; n && synthetic->scanned + 1 <= until; synthetic->scanned++) {
		uint32_t range =
			synthetic->n_used + (uint64_t)synthetic->scanned % n;

		synthetic->reads[range] += (1 << 20) / scenario->scan_io;
		synthetic_touch(synthetic, range);
	}
}

static inline void synthetic_emit(struct synthetic *synthetic, uint32_t range,
				  struct trace_access *access)
{
	uint32_t io =
		range < synthetic->n_used ? 4096 : synthetic->scenario->scan_io;

	uint32_t in_part =
		range < synthetic->n_used ? range : range - synthetic->n_used;

	*access = (struct trace_access){
		.file = in_part / SYNTHETIC_FILE_RANGES +
			(range < synthetic->n_used ? 0 : SYNTHETIC_SCANNED),
		.range = in_part % SYNTHETIC_FILE_RANGES,
		.reads = synthetic->reads[range],
		.writes = synthetic->writes[range],
		.read_bytes = (uint64_t)synthetic->reads[range] * io,
		.write_bytes = (uint64_t)synthetic->writes[range] * io,
	};
	synthetic->reads[range] = synthetic->writes[range] = 0;
}

/* The number of the range. */
static inline uint32_t synthetic_range(const struct synthetic *synthetic,
				       const struct trace_access *access)
{
	uint32_t file = access->file % SYNTHETIC_SCANNED;

	return file * SYNTHETIC_FILE_RANGES + access->range +
	       (access->file < SYNTHETIC_SCANNED ? 0 : synthetic->n_used);
}

static inline int synthetic_next(void *context, struct trace_frame *frame)
{
	struct synthetic *synthetic = context;
	double shift_s = synthetic->scenario->shift_s;
	double start_s = synthetic->interval * synthetic->interval_s;
	uint64_t ops = synthetic->ops_per_s * synthetic->interval_s;
	uint64_t ns = synthetic->interval_s * 1e9, first = 0;

	if (start_s >= synthetic->hours * 3600)
		return 0;
	if (shift_s) /* golden section: sets do not overlap for long */
		first = (uint64_t)(start_s / shift_s) * 0.618 *
			synthetic->n_used;
	for (uint64_t i = 0; i < ops; i++)
		synthetic_operate(synthetic, first);
	if (synthetic->scenario->scan_io)
		synthetic_scan(synthetic);
	*frame = (struct trace_frame){
		.start_ns = ns * synthetic->interval,
		.end_ns = ns * (synthetic->interval + 1),
		.accesses = synthetic->accesses,
	};
	for (uint32_t i = 0; i <= synthetic->n_ranges / 64; i++) {
		for (; synthetic->touched[i];
		     synthetic->touched[i] &= synthetic->touched[i] - 1)
			synthetic_emit(
				synthetic,
				i * 64 + __builtin_ctzll(synthetic->touched[i]),
				&synthetic->accesses[frame->n++]);
	}
	synthetic->interval++;
	return 1;
}

#endif
