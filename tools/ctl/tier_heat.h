/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heat of each tier of filesystems, as recorded by the pinned programs of
 * "frsp-top --pin". Nothing is loaded into the kernel.
 */
#ifndef FRSP_CTL_TIER_HEAT_H
#define FRSP_CTL_TIER_HEAT_H

#include "fs/mount.h"
#include "fs/tier.h"

struct tier_heat_source;

/* Always gives a source; if nothing is recorded, one that says so. NULL: no
 * memory.
 */
struct tier_heat_source *tier_heat_open(void);
void tier_heat_close(struct tier_heat_source *source);

/* The ranges that are recorded, of all filesystems, the hottest first; they
 * stay valid until the source is closed. NULL: *missing says why, and *remedy
 * what to do.
 */
struct hot_rows;
const struct hot_rows *tier_heat_ranges(const struct tier_heat_source *source,
					const char **missing,
					const char **remedy);

struct tier_heat {
	/* Why it is not known, and what to do; NULL: it is known. */
	const char *missing, *remedy;
	double total;		/* temperatures of all ranges of files */
	double placed;		/* those whose place on the disk is known */
	double tiers[TIER_MAX]; /* of .placed, by tier */
};

/* mount: it shows the filesystem. Returns 0 or -ENOMEM. */
int tier_heat_read(const struct tier_heat_source *source,
		   const struct mount_entry *mount, const struct tiers *tiers,
		   struct tier_heat *heat);

/* The tier's percentage of .placed; < 0: it is not known. */
double tier_heat_percent(const struct tier_heat *heat, unsigned int tier);

#endif
