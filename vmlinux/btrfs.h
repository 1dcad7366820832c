/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of btrfs's structs that bpf/hot_btrfs.bpf.h and hot_find.bpf.h
 * read. They are from fs/btrfs/{bio,volumes,ctree,btrfs_inode}.h unless a
 * comment names another file.
 */
#ifndef FRSP_VMLINUX_BTRFS_H
#define FRSP_VMLINUX_BTRFS_H

struct btrfs_key___frsp {
	__u64 objectid;
} __attribute__((preserve_access_index));

struct btrfs_root___frsp {
	struct btrfs_key___frsp root_key;
	dev_t anon_dev; /* st_dev of the subvolume's files */
} __attribute__((preserve_access_index));

struct btrfs_device___frsp {
	struct block_device *bdev;
} __attribute__((preserve_access_index));

/* The devices of one filesystem. */
struct btrfs_fs_devices___frsp {
	/* the one with the newest superblock; since 5.16 */
	struct btrfs_device___frsp *latest_dev;
} __attribute__((preserve_access_index));

/* sb.s_fs_info */
struct btrfs_fs_info___frsp {
	struct btrfs_fs_devices___frsp *fs_devices;
} __attribute__((preserve_access_index));

struct btrfs_inode___frsp {
	struct btrfs_root___frsp *root;
	struct inode vfs_inode;
} __attribute__((preserve_access_index));

/* Has .inode since 6.3 (d781c1c3158b). Before, .private may lead to the inode.
 */
struct btrfs_bio___frsp {
	struct btrfs_inode___frsp *inode;
	__u64 file_offset;
	void *end_io; /* a function */
	void *private;
	struct bio bio;
} __attribute__((preserve_access_index));

/* 6.1: fs/btrfs/inode.c */
struct btrfs_dio_private___frsp {
	struct inode *inode;
} __attribute__((preserve_access_index));

/* 6.1: fs/btrfs/inode.c */
struct btrfs_encoded_read_private___frsp {
	struct btrfs_inode___frsp *inode;
	__u64 file_offset;
} __attribute__((preserve_access_index));

/* 6.1: fs/btrfs/compression.h */
struct compressed_bio___frsp {
	struct inode *inode;
	__u64 start;
} __attribute__((preserve_access_index));

#endif
