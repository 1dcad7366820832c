/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which filesystem a file is on, in 32 bits that do not come back when it is
 * gone. A device number does: btrfs takes the next free one, and another disk
 * or another medium gets that of the one before. Copies of an image even have
 * the same inode numbers and generations.
 *
 * The identity is a hash over
 *
 *   the medium    gendisk.diskseq, of the disk that s_bdev is on. No two disks
 *                 have had the same, and it is a new one for each medium
 *                 (inc_diskseq() in block/genhd.c; disk_check_events() and
 *                 disk_force_media_change() in block/disk-events.c; a loop
 *                 device: loop_configure() in drivers/block/loop.c). Of a
 *                 filesystem whose s_dev is no disk, as that of btrfs,
 *                 backing_dev_info.id: a counter, too
 *                 (bdi_register_va() in mm/backing-dev.c), and there the bdi is
 *                 made with the superblock (super_setup_bdi() in fs/super.c).
 *   s_dev         the partition, or the logical volume
 *   s_uuid        what is made anew on the same medium
 *
 * So a filesystem that is unmounted and mounted again is the same one, as long
 * as its medium was there all the time; of btrfs it is another. Given up: an
 * image that is written over a copy of itself, while it is unmounted, on the
 * same medium; it counts as the same filesystem.
 *
 * Seen in BTF of 6.1, 6.12, 6.18 and 7.3.
 *
 * A disk has an identity, too, with a constant for the UUID, for I/O without a
 * file; and so has each subvolume of btrfs.
 *
 * Two identities out of thousands may be equal, by chance: 32 bits. Then files
 * get mixed up only if inode number and generation are equal, too.
 */
#ifndef FRSP_HOT_FS_H
#define FRSP_HOT_FS_H

#define FRSP_HOT_FS_TYPE_LEN 16
/* Of filesystems, subvolumes and disks that have slots: hotmon_fs. */
#define FRSP_HOT_MAX_FS 1024

/* In place of the UUID of a disk, as a filesystem may have none (0). */
#define HOT_FS_DISK 0x6469736b6469736bULL

/* In front of backing_dev_info.id, which counts apart from diskseq. */
#define HOT_FS_SEQ_OF_BDI (1ULL << 63)

/* What hotmon_fs has of an identity. */
struct frsp_hot_fs {
	__u32 fs;     /* of the filesystem, without the subvolume */
	__u32 fs_dev; /* s_dev, as mountinfo shows it; of a disk: its own */
	__u32 dev;    /* as stat() shows it: of btrfs that of the subvolume */
	__u32 unused;
	__u64 subvol;			    /* btrfs root id, else 0 */
	char fs_type[FRSP_HOT_FS_TYPE_LEN]; /* "": a disk */
};

/* Where a filesystem is mounted: bits of frsp_hot_fs_query.where. */
#define FRSP_HOT_FS_HERE   1 /* in the mount namespace of who asks */
#define FRSP_HOT_FS_THERE  2 /* in another one */
#define FRSP_HOT_FS_UNSEEN 4 /* not all mounts could be seen: ask again */

/* For hotmon_find_fs: which filesystem has all of those that are not 0; the
 * others are filled in.
 */
struct frsp_hot_fs_query {
	__u32 fs;
	__u32 fs_dev;	/* s_dev */
	__u32 disk_dev; /* the disk or partition that it is on, */
	__u32 where;	/* only filled in. 0: in use, as after umount -l */
	__u64 disk_seq; /* and its medium; of btrfs one of them */
	__u64 uuid;	/* folded */
	__u32 is_found;
	__u32 is_complete; /* else it may have been missed: ask again */
};

/* The finalizer of MurmurHash3. */
static inline __u64 hot_fs_mix(__u64 hash)
{
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return hash ^ hash >> 33;
}

static inline __u64 hot_fs_fold_uuid(__u64 first, __u64 second)
{
	return first * 0x9e3779b97f4a7c15ULL + second;
}

/* Never 0. seq: of the medium; uuid: folded, of a disk HOT_FS_DISK. */
static inline __u32 hot_fs_id(__u64 seq, __u32 s_dev, __u64 uuid)
{
	__u64 hash = hot_fs_mix((seq ^ (__u64)s_dev << 32) + uuid);

	return (__u32)hash ?: 1;
}

static inline __u32 hot_fs_subvol_id(__u32 fs, __u64 subvol)
{
	__u64 hash = hot_fs_mix(subvol << 32 ^ subvol >> 32 ^ fs);

	return (__u32)hash ?: 1;
}

#endif
