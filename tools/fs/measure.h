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

/* Reads from each tier of a device: at most the reads above, and for little
 * longer than MEASURE_MAX_S. The tiers take turns, so that what disturbs one
 * disturbs all. fd: the device, open for reading with O_DIRECT. 0; -ENODATA: a
 * tier has less than 4 KiB; or another -errno.
 */
int measure_tiers(int fd, const struct tiers *tiers, struct measure *measures);

/* Proposes a class for each tier. A tier is fast if a short and a long read
 * together take less than twice as long as on the best tier.
 */
void measure_classes(const struct measure *measures, unsigned int n,
		     enum tier_class *classes);

#endif
