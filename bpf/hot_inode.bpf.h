/* SPDX-License-Identifier: GPL-2.0-only */
/* The source of a bio (a file or a class of I/O), and the facts of an inode
 * from which it is made.
 */
#ifndef FRSP_HOT_INODE_BPF_H
#define FRSP_HOT_INODE_BPF_H

#include "hot.h"

#define S_IFMT	0170000
#define S_IFREG 0100000

enum frsp_hot_source_kind {
	FRSP_HOT_SOURCE_NONE, /* another bio counts for this I/O */
	FRSP_HOT_SOURCE_FILE,
	FRSP_HOT_SOURCE_CLASS, /* .gen is FRSP_HOT_GEN() */
};

struct frsp_hot_source {
	enum frsp_hot_source_kind kind;
	__u32 fs_dev; /* s_dev, or the block device if no inode is known */
	__u32 dev;    /* as stat() shows it */
	__u32 gen;
	__u32 fs;      /* identity (hot_fs.h) of the filesystem or disk */
	__u32 slot_fs; /* identity for struct frsp_hot_slot.fs */
	__u64 fs_seq;  /* seq for hot_fs_id(); 0: diskseq of the bio's disk */
	__u64 uuid;    /* folded; for a disk HOT_FS_DISK */
	__u64 ino;
	__u64 pos;     /* file offset of the first byte */
	__u64 mapping; /* address, if the pages can be those of the file */
	bool bounced;  /* the bio has bounce pages in place of the file's */
	__u64 subvol;  /* btrfs root id, else 0 */
	const struct inode *inode;
};

struct frsp_inode_facts {
	const struct inode *inode;
	__u64 ino;
	__u32 gen;
	__u32 s_dev;
	__u32 rdev;
	__u64 uuid; /* folded */
	__u16 mode;
	__u8 blkbits;
};

static __always_inline void class_source(struct frsp_hot_source *src, __u32 dev,
					 enum frsp_hot_class class)
{
	src->kind = FRSP_HOT_SOURCE_CLASS;
	src->fs_dev = dev;
	src->dev = dev;
	src->gen = FRSP_HOT_GEN(class, FRSP_HOT_META_ANY);
	src->ino = 0;
}

static __always_inline void metadata_source(struct frsp_hot_source *src,
					    __u32 dev, __u32 meta)
{
	class_source(src, dev, FRSP_HOT_METADATA);
	src->gen = FRSP_HOT_GEN(FRSP_HOT_METADATA, meta);
}

static __always_inline __u64 read_uuid(const struct super_block *sb)
{
	__u64 uuid[2] = {};

	bpf_core_read(uuid, sizeof(uuid), &sb->s_uuid);
	return hot_fs_fold_uuid(uuid[0], uuid[1]);
}

/* typed: inode is a typed pointer. A constant, so that the compiler drops the
 * other branch.
 */
static __always_inline void inode_facts(struct frsp_inode_facts *facts,
					const struct inode *inode, bool typed)
{
	const struct super_block *sb;
	const __u64 *uuid;

	facts->inode = inode;
	if (typed) {
		facts->mode = inode->i_mode;
		facts->blkbits = inode->i_blkbits;
		facts->ino = inode->i_ino;
		facts->gen = inode->i_generation;
		facts->rdev = inode->i_rdev;
		sb = inode->i_sb;
		facts->s_dev = sb->s_dev;
		uuid = (const __u64 *)&sb->s_uuid;
		facts->uuid = hot_fs_fold_uuid(uuid[0], uuid[1]);
	} else {
		facts->mode = BPF_CORE_READ(inode, i_mode);
		facts->blkbits = BPF_CORE_READ(inode, i_blkbits);
		facts->ino = BPF_CORE_READ(inode, i_ino);
		facts->gen = BPF_CORE_READ(inode, i_generation);
		facts->rdev = BPF_CORE_READ(inode, i_rdev);
		sb = BPF_CORE_READ(inode, i_sb);
		facts->s_dev = BPF_CORE_READ(sb, s_dev);
		facts->uuid = read_uuid(sb);
	}
}

static __always_inline void file_source(struct frsp_hot_source *src,
					const struct frsp_inode_facts *facts,
					__u64 pos)
{
	src->kind = FRSP_HOT_SOURCE_FILE;
	src->fs_dev = facts->s_dev;
	src->dev = facts->s_dev;
	src->uuid = facts->uuid;
	src->gen = facts->gen;
	src->ino = facts->ino;
	src->pos = pos;
	src->inode = facts->inode;
}

#endif
