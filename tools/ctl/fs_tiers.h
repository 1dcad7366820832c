/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tiers of a mounted filesystem: those that the configuration file names,
 * else the disks below it (fs/tier.h).
 */
#ifndef FRSP_CTL_FS_TIERS_H
#define FRSP_CTL_FS_TIERS_H

#include <stdbool.h>

#include "base/log.h"
#include "fs/ext4_super.h"
#include "fs/mount_name.h"
#include "fs/tier.h"

struct fs_tiers {
	__u32 dev;		    /* of the filesystem */
	char name[MOUNT_NAME_LEN];  /* of its device, in the kernel */
	char shown[MOUNT_NAME_LEN]; /* for people */
	struct ext4_super super;
	bool is_configured; /* they are from the file */
	struct tiers tiers;
};

/* dev: kernel dev_t of an ext4 filesystem. config: the file, which must have a
 * section for the filesystem; NULL: TIER_CONFIG_FILE, if that exists and has
 * one. If it fails, it has printed why. After EXIT_OK the caller calls
 * tiers_free().
 */
enum exit_code fs_tiers_find(__u32 dev, const char *config,
			     struct fs_tiers *found);

/* The same for one of all filesystems: *has_both says whether it has a fast and
 * a slow tier. config need not have a section for it, and what nobody can find
 * out has no tiers. Fails only if a configuration file is wrong.
 */
enum exit_code fs_tiers_check(__u32 dev, const char *config, bool *has_both);

/* The next mounted ext4: the first of its mounts that can be reached. after:
 * the mount that was returned before; NULL to begin.
 */
const struct mount_entry *fs_tiers_next(const struct mount_table *mounts,
					const struct mount_entry *after);

/* The mounted ext4 that spec means: a path in it, or its device. If it fails,
 * it has printed why.
 */
enum exit_code fs_tiers_mount(const struct mount_table *mounts,
			      const char *spec,
			      const struct mount_entry **mount);

/* What is free in each tier (fs/tier_space.h). If it fails, it has printed why.
 */
enum exit_code fs_tiers_free(const struct mount_entry *mount,
			     const struct fs_tiers *found,
			     __u64 free_bytes[TIER_MAX]);

#endif
