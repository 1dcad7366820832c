/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The classes of metadata. A slot of class FRSP_HOT_METADATA (hot.h) counts one
 * of them, of one filesystem.
 */
#ifndef FRSP_HOT_META_H
#define FRSP_HOT_META_H

enum frsp_hot_meta {
	FRSP_HOT_META_ANY, /* the classes of this filesystem are not known */
	FRSP_HOT_META_JOURNAL,
	FRSP_HOT_META_SUPER,	     /* superblock, descriptors of groups */
	FRSP_HOT_META_BLOCK_BITMAPS, /* ext4 */
	FRSP_HOT_META_INODE_BITMAPS, /* ext4 */
	FRSP_HOT_META_SPACE_TREES,   /* XFS */
	FRSP_HOT_META_INODE_TREES,   /* XFS */
	FRSP_HOT_META_INODES,	     /* inode tables, chunks of inodes */
	FRSP_HOT_META_EXTENTS,	     /* where the blocks of files are */
	FRSP_HOT_META_DIRECTORIES,
	FRSP_HOT_META_XATTRS,
	FRSP_HOT_META_SYMLINKS, /* XFS */
	FRSP_HOT_META_QUOTA,	/* XFS */
	FRSP_HOT_META_ORPHANS,	/* ext4's orphan file */
	FRSP_HOT_META_MMP,	/* ext4's protection against two mounts */
	FRSP_HOT_META_OTHER,	/* none of these, or it cannot be known */
	FRSP_HOT_NR_METAS,
};

#endif
