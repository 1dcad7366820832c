/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that can be repeated: a test shows its seed N, and FRSP_SEED=N
 * runs it with the same numbers. */
#ifndef FRSP_TEST_RANDOM_H
#define FRSP_TEST_RANDOM_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void random_seed(void)
{
	const char *wanted = getenv("FRSP_SEED");
	unsigned int seed = wanted ? (unsigned int)strtoul(wanted, NULL, 0)
				   : (unsigned int)time(NULL);

	printf("# FRSP_SEED=%u\n", seed);
	fflush(stdout);
	srandom(seed);
}

static inline unsigned int random_below(unsigned int limit)
{
	return random() % limit;
}

#endif
