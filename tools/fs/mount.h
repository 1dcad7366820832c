/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filesystems that are mounted in our mount namespace, and which of them
 * a device or an option such as --fs means.
 *
 * Device numbers are the kernel's own dev_t (12 bits major, 20 bits minor), as
 * in bpf/hot.h. What stat() and the like give is another layout: convert.
 */
#ifndef FRSP_MOUNT_H
#define FRSP_MOUNT_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/sysmacros.h>
#include <sys/types.h>

#include "bpf/hot.h"

#define KDEV_MINOR_BITS 20

static inline unsigned int kdev_major(__u32 kdev)
{
	return kdev >> KDEV_MINOR_BITS;
}

static inline unsigned int kdev_minor(__u32 kdev)
{
	return kdev & ((1U << KDEV_MINOR_BITS) - 1);
}

/* A dev_t of user space (st_dev, st_rdev) to the kernel's. */
static inline __u32 kdev_from_user(dev_t dev)
{
	return major(dev) << KDEV_MINOR_BITS | minor(dev);
}

static inline dev_t kdev_to_user(__u32 kdev)
{
	return makedev(kdev_major(kdev), kdev_minor(kdev));
}

struct mount_entry {
	const char *target;
	const char *source;
	const char *fs_type;
	/* Which directory of the filesystem, or which file, is at target. "":
	 * not known.
	 */
	const char *root;
	const char *options; /* of the filesystem */
	__u32 dev;	     /* kernel dev_t: s_dev of the superblock */
	__u32 extra_devs[FRSP_HOT_EXTRA_DEVS]; /* that it has, too; 0: none */
	int id; /* of mountinfo, as statx gives it */
	int parent_id;
	/* For aside(): the mount that may hang when this one is asked. Of those
	 * below one network or FUSE mount it is the same.
	 */
	int hang_id;
};

struct mount_table;

/* Entries are valid until the table is freed or refreshed. */
int mount_table_read(struct mount_table **out);
void mount_table_free(struct mount_table *table);

/* Reads the table again if something was mounted or unmounted since. On error
 * the table is as before.
 */
int mount_table_refresh(struct mount_table *table);

/* All mounts, those of one filesystem side by side. after: as below. */
const struct mount_entry *mount_table_next(const struct mount_table *table,
					   const struct mount_entry *after);

/* The mounts of a filesystem, those that show more of it first. after: the
 * entry returned before, NULL to begin. The target may be hidden by another
 * mount: see mount_entry_is_reachable().
 */
const struct mount_entry *
mount_table_next_by_dev(const struct mount_table *table, __u32 dev,
			const struct mount_entry *after);

/* The one that shows most among those that are not hidden, or NULL. */
const struct mount_entry *mount_table_by_dev(const struct mount_table *table,
					     __u32 dev);

/* False: another mount hides it. */
bool mount_entry_is_reachable(const struct mount_table *table,
			      const struct mount_entry *entry);

/* The mount that a path is on, or NULL. path: absolute, without links. */
const struct mount_entry *mount_table_at(const struct mount_table *table,
					 const char *path);

/* The mount of this number, or NULL. */
const struct mount_entry *mount_table_by_id(const struct mount_table *table,
					    int id);

/* Something was mounted or unmounted within the last ten seconds. */
bool mount_table_is_changing(const struct mount_table *table);

/* Opens the target. Returns a file descriptor, -ESTALE if there is now
 * something else at the target, -ENOTDIR if it is neither a directory nor a
 * file, -ETIMEDOUT if a filesystem above does not answer, or another -errno. It
 * keeps the filesystem from being unmounted: do not hold it.
 */
int mount_entry_open(const struct mount_entry *entry);

/* The same, with O_PATH: whatever is at the target. */
int mount_entry_open_path(const struct mount_entry *entry);

struct mount_space {
	__u64 bytes, free_bytes;
};

/* What statfs says. 0 or -errno, as above. */
int mount_entry_space(const struct mount_entry *entry,
		      struct mount_space *space);

/* spec: a path inside a filesystem, a block device node, or MAJOR:MINOR.
 * Returns 0, -ENOENT (no such path), -ENODEV (is not, or is not on, a mounted
 * filesystem that has a block device), -ETIMEDOUT (its filesystem does not
 * answer), or another -errno.
 */
int mount_table_by_spec(const struct mount_table *table, const char *spec,
			const struct mount_entry **out);

/* What such an error means, for a message that names the spec. */
const char *mount_spec_error(int err);

/* The mounted filesystem that has this block device, perhaps only for its log,
 * or whose superblock has this device number; NULL: none.
 */
const struct mount_entry *mount_table_backed_by(const struct mount_table *table,
						__u32 dev);

/* "8:1", "259:1048575". False: it is something else. */
bool mount_parse_dev(const char *text, __u32 *dev);

#endif
