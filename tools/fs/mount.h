/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mount table of our mount namespace, and which of its filesystems a device
 * or an option such as --fs means.
 *
 * Device numbers are the kernel's own dev_t (12 bits major, 20 bits minor), as
 * in bpf/hot.h. Those of stat() and similar calls have another layout: convert.
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

/* dev: a dev_t of user space (st_dev, st_rdev). */
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
	/* The directory or file of the filesystem that is at target; "": not
	 * known.
	 */
	const char *root;
	const char *options; /* of the filesystem */
	__u32 dev;	     /* kernel dev_t: s_dev of the superblock */
	__u32 extra_devs[FRSP_HOT_EXTRA_DEVS]; /* other devices; 0: none */
	int id;				       /* as in mountinfo and statx() */
	int parent_id;
	/* For aside(): the mount that may hang when this one is asked. All
	 * mounts below the same network or FUSE mount share it.
	 */
	int hang_id;
};

struct mount_table;

/* Entries are valid until the table is freed or refreshed. */
int mount_table_read(struct mount_table **out);
void mount_table_free(struct mount_table *table);

/* A table of these entries, which never changes. Their texts must live longer.
 * Returns 0 or -ENOMEM.
 */
int mount_table_of(const struct mount_entry *entries, size_t n,
		   struct mount_table **out);

/* Reads the table again if something was mounted or unmounted since the last
 * read. On error the table stays as it was.
 */
int mount_table_refresh(struct mount_table *table);

/* The next of all mounts. The mounts of one filesystem are next to each other.
 * after: the entry that was returned before, NULL to begin.
 */
const struct mount_entry *mount_table_next(const struct mount_table *table,
					   const struct mount_entry *after);

/* The next mount of a filesystem. Mounts that show more of the filesystem come
 * first. after: as above. Another mount may hide the target: see
 * mount_entry_is_reachable().
 */
const struct mount_entry *
mount_table_next_by_dev(const struct mount_table *table, __u32 dev,
			const struct mount_entry *after);

/* The mount that shows most of a filesystem and is not hidden, or NULL. */
const struct mount_entry *mount_table_by_dev(const struct mount_table *table,
					     __u32 dev);

/* Whether it is a filesystem on a block device, and not in memory or in the
 * network.
 */
bool mount_entry_is_on_disk(const struct mount_entry *entry);

/* False: another mount hides the target. */
bool mount_entry_is_reachable(const struct mount_table *table,
			      const struct mount_entry *entry);

/* The mount that a path is on, or NULL. path: absolute, without symbolic links.
 */
const struct mount_entry *mount_table_at(const struct mount_table *table,
					 const char *path);

/* The mount with this id, or NULL. */
const struct mount_entry *mount_table_by_id(const struct mount_table *table,
					    int id);

/* When mount_table_refresh() last saw that something was mounted or unmounted,
 * on CLOCK_MONOTONIC; 0: not since the table was read first.
 */
double mount_table_changed_s(const struct mount_table *table);

/* True if something was mounted or unmounted within the last ten seconds. */
bool mount_table_is_changing(const struct mount_table *table);

/* Opens the target. Returns a file descriptor; -ESTALE: another mount is at the
 * target now; -ENOTDIR: the target is neither a directory nor a regular file;
 * -ETIMEDOUT: its filesystem, or one above it, does not answer; or another
 * -errno. The filesystem cannot be unmounted until the caller closes the
 * descriptor, so close it soon.
 */
int mount_entry_open(const struct mount_entry *entry);

/* The same with O_PATH, which opens a target of any type. */
int mount_entry_open_path(const struct mount_entry *entry);

struct mount_space {
	__u64 bytes, free_bytes;
};

/* Fills in what statfs() says. 0, or -errno as above. */
int mount_entry_space(const struct mount_entry *entry,
		      struct mount_space *space);

/* Finds the mounted filesystem that spec means: a path inside it, the node of
 * its block device, or the device's MAJOR:MINOR. Returns 0; -ENOENT: no such
 * path; -ENODEV: spec is not a mounted filesystem that has a block device, and
 * not in one; -ETIMEDOUT: the filesystem of the path does not answer; or
 * another -errno.
 */
int mount_table_by_spec(const struct mount_table *table, const char *spec,
			const struct mount_entry **out);

/* The meaning of such an error, for a message that names the spec. */
const char *mount_spec_error(int err);

/* The mounted filesystem that uses this block device, perhaps only for its log,
 * or whose superblock has this device number; NULL: none.
 */
const struct mount_entry *mount_table_backed_by(const struct mount_table *table,
						__u32 dev);

/* Parses "8:1" or "259:1048575". False: text is something else. */
bool mount_parse_dev(const char *text, __u32 *dev);

#endif
