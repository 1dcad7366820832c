/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The identity of a filesystem: 32 bits that no other filesystem gets after it
 * is gone. A device number can return: btrfs takes the next free one, and a new
 * disk or medium gets the number of the old one. Copies of an image even have
 * the same inode numbers and generations.
 *
 * Example: a USB stick is /dev/sdb, 8:16. It is unplugged, and another stick
 * with a copy of the same image is plugged in. It is 8:16, too, and has the
 * same UUID and the same inodes. But its diskseq is new, so its identity is.
 *
 * The identity is a hash over
 *
 *   the medium    gendisk.diskseq of the disk that s_bdev is on. Each disk gets
 *                 a new number, and so does each medium in it
 *                 (inc_diskseq() in block/genhd.c; disk_check_events() and
 *                 disk_force_media_change() in block/disk-events.c; for a loop
 *                 device loop_configure() in drivers/block/loop.c). If s_dev is
 *                 no disk, as on btrfs, backing_dev_info.id takes its place.
 *                 That is a counter, too (bdi_register_va() in
 *                 mm/backing-dev.c), and such a bdi is made with the superblock
 *                 (super_setup_bdi() in fs/super.c).
 *   s_dev         the partition or the logical volume
 *   s_uuid        differs for a filesystem made anew on the same medium
 *
 * So a filesystem keeps its identity when it is unmounted and mounted again, as
 * long as its medium stays in place. btrfs gets a new identity at each mount.
 *
 * Known gap: if an unmounted image is overwritten with a copy of itself on the
 * same medium, the copy has the same identity.
 *
 * These fields are in the BTF of 6.1, 6.12, 6.18 and 7.3.
 *
 * A disk has an identity, too, for I/O without a file: a constant stands for
 * its UUID. So has each subvolume of btrfs.
 *
 * With 32 bits, two identities among thousands can be equal by chance. Then
 * files get mixed up only if inode number and generation are equal, too.
 */
#ifndef FRSP_HOT_FS_H
#define FRSP_HOT_FS_H

#define FRSP_HOT_FS_TYPE_LEN 16
/* Entries of hotmon_fs: filesystems, subvolumes and disks that have slots. */
#define FRSP_HOT_MAX_FS 1024

/* Stands for the UUID of a disk. Not 0, as a filesystem may have no UUID. */
#define HOT_FS_DISK 0x6469736b6469736bULL

/* Added to backing_dev_info.id, to keep it apart from diskseq: both count from
 * small numbers.
 */
#define HOT_FS_SEQ_OF_BDI (1ULL << 63)

/* Value of hotmon_fs; key: an identity. */
struct frsp_hot_fs {
	__u32 fs;     /* identity of the filesystem, without the subvolume */
	__u32 fs_dev; /* s_dev, as in mountinfo; for a disk: its number */
	__u32 dev;    /* as stat() shows it: on btrfs the subvolume's */
	__u32 unused;
	__u64 subvol;			    /* btrfs root id, else 0 */
	char fs_type[FRSP_HOT_FS_TYPE_LEN]; /* "": a disk */
};

/* Where a filesystem is mounted: bits of frsp_hot_fs_query.where. */
#define FRSP_HOT_FS_HERE   1 /* in the caller's mount namespace */
#define FRSP_HOT_FS_THERE  2 /* in another mount namespace */
#define FRSP_HOT_FS_UNSEEN 4 /* some mounts could not be read: retry */

/* For hotmon_find_fs. The caller sets some of .fs, .fs_dev, .disk_dev,
 * .disk_seq and .uuid. hotmon_find_fs looks for a filesystem that has all of
 * these, and fills in the others, which were 0.
 */
struct frsp_hot_fs_query {
	__u32 fs;
	__u32 fs_dev;	/* s_dev */
	__u32 disk_dev; /* of its disk or partition; btrfs: of one of them */
	__u32 where;	/* result; 0: in use but not mounted (umount -l) */
	__u64 disk_seq; /* of the medium in disk_dev */
	__u64 uuid;	/* folded */
	__u32 is_found;
	__u32 is_complete; /* 0 and not found: it may have been missed; retry */
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

/* Never 0. seq: the medium's number; uuid: folded, HOT_FS_DISK for a disk. */
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
