/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers and random file sizes, which depend on the seed, rng, alone. */
#ifndef FRSP_BENCH_RANDOM64_H
#define FRSP_BENCH_RANDOM64_H

#include <math.h>
#include <stdint.h>

/* percent of the files have such a size, log-uniform. The rows of a table have
 * 100 percent in all. */
struct size_class {
	unsigned int percent;
	uint64_t min_bytes;
	uint64_t max_bytes;
};

static uint64_t rng;

/* splitmix64 */
static inline uint64_t random64(void)
{
	uint64_t z = rng += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline double random_unit(void)
{
	return (random64() >> 11) * 0x1p-53;
}

static inline uint64_t random_size(const struct size_class *class)
{
	unsigned int percent = random64() % 100;

	while (percent >= class->percent)
		percent -= class ++->percent;
	return class->min_bytes *
	       pow((double)class->max_bytes / class->min_bytes, random_unit());
}

#endif
