/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the file of a btrfs bio and the bio's place in the file, also for
 * direct and compressed I/O. Compressed I/O counts with its bytes on disk, at
 * the place of the extent in the file.
 *
 * Each bio that btrfs sends is part of a struct btrfs_bio. RAID1 writes its
 * copies with clones of that bio. They have another bi_end_io and are dropped,
 * so the data count once.
 *
 * Since 6.3 struct btrfs_bio has the inode. In 6.1 the struct of the requester
 * has it:
 *
 *   direct I/O       struct btrfs_dio_private (btrfs_submit_direct() in
 *                    fs/btrfs/inode.c)
 *   compressed I/O   struct compressed_bio (fs/btrfs/compression.c)
 *   encoded reads    struct btrfs_encoded_read_private: reads of compressed
 *                    data as it is (BTRFS_IOC_ENCODED_READ)
 *   anything else    none; the pages belong to a file or to the trees
 */
#ifndef FRSP_HOT_BTRFS_BPF_H
#define FRSP_HOT_BTRFS_BPF_H

#include "hot_inode.bpf.h"
#include "hot_page.bpf.h"
#include "btrfs.h"

#define BTRFS_FS_TREE_OBJECTID	  5
#define BTRFS_FIRST_FREE_OBJECTID 256
#define BTRFS_LAST_FREE_OBJECTID  -256ULL

extern const void btrfs_simple_end_io __ksym __weak;
extern const void btrfs_orig_write_end_io __ksym __weak;
extern const void btrfs_clone_write_end_io __ksym __weak;
extern const void btrfs_end_dio_bio __ksym __weak;
extern const void btrfs_encoded_read_endio __ksym __weak;
extern const void end_compressed_bio_read __ksym __weak;
extern const void end_compressed_bio_write __ksym __weak;

static __always_inline bool is_btrfs_bio(const struct frsp_origin *origin)
{
	return ends_with(origin, &btrfs_simple_end_io) ||
	       ends_with(origin, &btrfs_orig_write_end_io);
}

static __always_inline const struct btrfs_root___frsp *
btrfs_root_of(const struct inode *inode)
{
	const struct btrfs_inode___frsp *owner =
		(const void *)inode -
		bpf_core_field_offset(struct btrfs_inode___frsp, vfs_inode);

	return BPF_CORE_READ(owner, root);
}

/* A btrfs superblock has no block device, but a bdi of its own. */
static __always_inline void
btrfs_fs_source(struct frsp_hot_source *src,
		const struct frsp_inode_facts *facts)
{
	const struct inode *inode = facts->inode;

	src->uuid = facts->uuid;
	src->fs_seq = BPF_CORE_READ(inode, i_sb, s_bdi, id) | HOT_FS_SEQ_OF_BDI;
}

static __always_inline void
btrfs_tree_source(struct frsp_hot_source *src,
		  const struct frsp_inode_facts *facts)
{
	class_source(src, facts->s_dev, FRSP_HOT_METADATA);
	btrfs_fs_source(src, facts);
}

static __always_inline void
btrfs_file_source(struct frsp_hot_source *src,
		  const struct frsp_inode_facts *facts, __u64 pos)
{
	const struct btrfs_root___frsp *root = btrfs_root_of(facts->inode);

	file_source(src, facts, pos);
	btrfs_fs_source(src, facts);
	src->dev = BPF_CORE_READ(root, anon_dev);
	src->subvol = BPF_CORE_READ(root, root_key.objectid);
	/* The top-level subvolume has a device number of its own, too. It is 0
	 * only while the mount has not finished.
	 */
	if (!src->dev)
		src->dev = facts->s_dev;
}

/* Real files are in the tree of a subvolume. btrfs also has inodes that look
 * like regular files by their mode, but that no path leads to: the inode that
 * caches the trees (number 1), the inodes that cache free space (in the tree of
 * roots), and the inode that a balance copies with (in the relocation tree,
 * -9).
 */
static __always_inline bool is_btrfs_file(const struct frsp_inode_facts *facts)
{
	const struct btrfs_root___frsp *root;
	__u64 tree;

	if ((facts->mode & S_IFMT) != S_IFREG ||
	    facts->ino < BTRFS_FIRST_FREE_OBJECTID)
		return false;
	root = btrfs_root_of(facts->inode);
	tree = BPF_CORE_READ(root, root_key.objectid);
	return tree == BTRFS_FS_TREE_OBJECTID ||
	       (tree >= BTRFS_FIRST_FREE_OBJECTID &&
		tree <= BTRFS_LAST_FREE_OBJECTID);
}

static __always_inline void btrfs_inode_source(struct frsp_hot_source *src,
					       const struct inode *inode,
					       __u64 pos)
{
	struct frsp_inode_facts facts = {};

	inode_facts(&facts, inode, false);
	if (!is_btrfs_file(&facts)) {
		btrfs_tree_source(src, &facts);
		return;
	}
	btrfs_file_source(src, &facts, pos);
	inode = facts.inode;
	src->mapping = (__u64)BPF_CORE_READ(inode, i_mapping);
}

static __always_inline const struct inode *
vfs_inode_of(const struct btrfs_inode___frsp *inode)
{
	return (const void *)inode +
	       bpf_core_field_offset(struct btrfs_inode___frsp, vfs_inode);
}

/* For 6.3 and later. */
static __always_inline void
btrfs_owner_source(struct frsp_hot_source *src,
		   const struct btrfs_bio___frsp *bbio, __u32 bdev)
{
	const struct btrfs_inode___frsp *owner = BPF_CORE_READ(bbio, inode);

	if (!owner) { /* a scrub; has an owner from 7.2 on */
		class_source(src, bdev, FRSP_HOT_UNATTRIBUTED);
		return;
	}
	btrfs_inode_source(src, vfs_inode_of(owner),
			   BPF_CORE_READ(bbio, file_offset));
}

/* For 6.1. False: no requester has the inode; see the pages. */
static __always_inline bool
btrfs_requester_source(struct frsp_hot_source *src,
		       const struct btrfs_bio___frsp *bbio)
{
	const void *end_io = BPF_CORE_READ(bbio, end_io);
	const void *requester = BPF_CORE_READ(bbio, private);
	const struct btrfs_dio_private___frsp *direct = requester;
	const struct compressed_bio___frsp *compressed = requester;
	const struct btrfs_encoded_read_private___frsp *encoded = requester;

	if (end_io == &btrfs_end_dio_bio)
		btrfs_inode_source(src, BPF_CORE_READ(direct, inode),
				   BPF_CORE_READ(bbio, file_offset));
	else if (end_io == &end_compressed_bio_read ||
		 end_io == &end_compressed_bio_write)
		btrfs_inode_source(src, BPF_CORE_READ(compressed, inode),
				   BPF_CORE_READ(compressed, start));
	else if (end_io == &btrfs_encoded_read_endio)
		btrfs_inode_source(src,
				   vfs_inode_of(BPF_CORE_READ(encoded, inode)),
				   BPF_CORE_READ(encoded, file_offset));
	else
		return false;
	return true;
}

/* False: the inode is not known from the bio; see the pages. */
static __always_inline bool btrfs_bio_source(struct frsp_hot_source *src,
					     const struct bio *bio, __u32 bdev)
{
	const struct btrfs_bio___frsp *bbio;

	bbio = (const void *)bio -
	       bpf_core_field_offset(struct btrfs_bio___frsp, bio);
	if (!bpf_core_field_exists(struct btrfs_bio___frsp, inode))
		return btrfs_requester_source(src, bbio);
	btrfs_owner_source(src, bbio, bdev);
	return true;
}

#endif
