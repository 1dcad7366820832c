/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiers that a file names, because the devices do not show them. Example:
 *
 *   # the array behind it has 10 GiB of flash
 *   [UUID=1f3c6a0e-54a8-4a4e-9a0c-0c7e6a1f2b3d]
 *   fast = 0-10G
 *   slow = 10G-
 *
 *   [/dev/vg/data]
 *   fast = 0-1T, 3T-4T
 *   slow = 1T-3T
 *
 * A section is for one filesystem: its UUID, or its device. A line gives a
 * class ranges of the filesystem's device: from its first byte up to, but not
 * including, its second; without a second one up to the end. What is in no
 * range is in no tier.
 */
#ifndef FRSP_TIER_CONFIG_H
#define FRSP_TIER_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/ini.h"
#include "fs/tier.h"

#define TIER_CONFIG_FILE "/etc/frsp/tiers.conf"

/* A filesystem, for which the section is looked for. */
struct tier_config_fs {
	/* Whether the section of this name is for the filesystem. */
	bool (*is_meant)(void *context, const char *section);
	void *context;
	__u64 bytes; /* its size */
	/* for the tiers that are found */
	__u32 dev;
	const char *name, *shown;
};

/*
 * Reads the tiers of the filesystem. All of the file is checked, also other
 * sections, but for the size of their filesystems. 0: .n is 0 if there is no
 * section for the filesystem; -EINVAL: error says what is wrong; -EIO or
 * -ENOMEM. On success the caller calls tiers_free().
 */
int tier_config_read(FILE *in, const struct tier_config_fs *fs,
		     struct tiers *tiers, struct ini_error *error);

/* "fast", "slow" or "unknown" */
const char *tier_class_word(enum tier_class class);

/*
 * The tiers that spec means, as bits: a class, the index of a tier, or the name
 * of its device, with or without "/dev/". 0: none.
 */
__u64 tiers_by_spec(const struct tiers *tiers, const char *spec);

#endif
