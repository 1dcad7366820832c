/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of the simulator: each world has its own, so that a seed
 * repeats everything. */
#ifndef FRSP_SIM_CHANCE_H
#define FRSP_SIM_CHANCE_H

#include <stdbool.h>
#include <linux/types.h>

struct chance {
	__u64 state;
};

/* splitmix64 */
static inline __u64 chance_64(struct chance *chance)
{
	__u64 z = chance->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline __u32 chance_below(struct chance *chance, __u32 limit)
{
	return (chance_64(chance) >> 32) * limit >> 32;
}

static inline bool chance_percent(struct chance *chance, __u32 percent)
{
	return chance_below(chance, 100) < percent;
}

#endif
