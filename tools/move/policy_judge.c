// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example, with the default settings: a half-life of 6 h, a horizon of 24 h. A
 * range of 1 MiB had 30 random reads in the last minutes, so its worth is 30.
 * That would be the worth of a range that has 3.5 reads per hour all the time,
 * so it can expect 83 in the horizon. To move it costs 4 for the disturbance
 * and 1 for wear: if there is room, it moves.
 *
 * If there is no room, the coldest fast range has to leave. Its worth be 18: 50
 * reads in the horizon. 30 is more than 25 % above 18. The swap saves 83 - 50 =
 * 33 and costs 5 + 4. But if both are read at random, equally often, one of
 * them has 12 more reads than the other by chance alone rather often: the
 * standard deviation of the difference is sqrt((30 + 18) / 2) = 4.9. It is not
 * even three of them, and five are wanted. So it waits until the difference is
 * certain.
 *
 * Five are many, as the coldest of thousands of ranges is one of those that
 * were unlucky lately, by three or four deviations.
 *
 * (The variance of a decayed sum of random events is half the sum, as the
 * squares of the weights decay twice as fast.)
 */
#include "move/policy_judge.h"

#include <math.h>

/* This part of the I/O of a whole range, or more, is a pass over it. Beyond
 * 125 % it was read twice.
 */
#define PASS_LEAST (POLICY_RANGE_BYTES / 4 * 3)
#define PASS_MOST  (POLICY_RANGE_BYTES / 4 * 5)

bool policy_io_is_pass(const struct policy_io *io)
{
	return (io->read_bytes >= PASS_LEAST && io->read_bytes <= PASS_MOST) ||
	       (io->write_bytes >= PASS_LEAST && io->write_bytes <= PASS_MOST);
}

/* Sequential I/Os count as few, long ones: 256 of 4 KiB, of a run, as 16 of 64
 * KiB, and each of these as sequential_weight of one.
 */
static double sum(const struct policy_settings *settings, __u32 n, __u64 bytes,
		  bool in_run)
{
	double n_long;

	if (!settings->sequential_bytes)
		return n;
	n_long = bytes / settings->sequential_bytes;
	if (n_long >= n)
		return n * settings->sequential_weight;
	return in_run ? n_long * settings->sequential_weight : n;
}

double policy_io_reads(const struct policy_settings *settings,
		       const struct policy_io *io)
{
	return sum(settings, io->reads, io->read_bytes, io->in_run);
}

double policy_io_writes(const struct policy_settings *settings,
			const struct policy_io *io)
{
	return sum(settings, io->writes, io->write_bytes, io->in_run);
}

double policy_io_worth(const struct policy_settings *settings,
		       const struct policy_io *io)
{
	double writes =
		settings->write_weight * policy_io_writes(settings, io) -
		settings->wear_cost * io->write_bytes / POLICY_RANGE_BYTES;

	return settings->read_weight * policy_io_reads(settings, io) +
	       fmax(writes, 0);
}

double policy_gain(const struct policy_settings *settings, double worth)
{
	return worth * M_LN2 / settings->half_life_s * settings->horizon_s;
}

double policy_cost(const struct policy_settings *settings, double mib,
		   enum tier_class to)
{
	return settings->move_cost +
	       (to == TIER_FAST ? settings->wear_cost * mib : 0);
}

enum policy_rule policy_judge(const struct policy_settings *settings,
			      const struct policy_view *one,
			      const struct policy_view *other)
{
	double cost = policy_cost(settings, one->mib, TIER_FAST);
	double gain = policy_gain(settings, one->worth), loss, deviation;

	if (gain <= 0 || gain < cost)
		return POLICY_COSTLY;
	if (!other)
		return POLICY_GAIN;
	/* what as much as one takes of the other's kind is worth */
	loss = other->worth / other->mib * one->mib;
	if (one->worth <= loss * (1 + settings->hysteresis_pct / 100))
		return POLICY_NOT_HOTTER;
	deviation = sqrt((one->worth + loss) / 2);
	if (one->worth - loss < settings->certainty * deviation)
		return POLICY_CHANCE;
	cost += policy_cost(settings, other->mib, TIER_SLOW);
	return gain - policy_gain(settings, loss) < cost ? POLICY_COSTLY
							 : POLICY_SWAP;
}
