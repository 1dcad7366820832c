/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measures how fast parts of a device are, by reading a little of them. */
#ifndef FRSP_MEASURE_H
#define FRSP_MEASURE_H

#include <stdbool.h>

#include "fs/tier.h"

struct measure {
	double read_s;	    /* median of a read of 4 KiB somewhere */
	double bytes_per_s; /* of reads of 1 MiB; 0: the tier is too small */
};

/* Limits for each tier. */
#define MEASURE_MAX_S	   2.0
#define MEASURE_READS	   64
#define MEASURE_LONG_READS 8

/* Reads from the tier of a device: at most the reads above, and for little
 * longer than MEASURE_MAX_S. fd: the device, open for reading with O_DIRECT. 0;
 * -ENODATA: the tier is too small; or another -errno.
 */
int measure_tier(int fd, const struct tiers *tiers, unsigned int tier,
		 struct measure *measure);

/* Proposes a class for each tier. A tier is fast if it needs less than twice
 * the time of the best one, for short and for long reads. All are fast: they
 * do not differ.
 */
void measure_classes(const struct measure *measures, unsigned int n,
		     enum tier_class *classes);

#endif
