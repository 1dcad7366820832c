/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told of the source of a bio, and the facts of an inode that it is
 * told from. */
#ifndef FRSP_HOT_INODE_BPF_H
#define FRSP_HOT_INODE_BPF_H

#include "hot.h"

#define S_IFMT	0170000
#define S_IFREG 0100000

enum frsp_hot_source_kind {
	FRSP_HOT_SOURCE_NONE, /* counted elsewhere */
	FRSP_HOT_SOURCE_FILE,
	FRSP_HOT_SOURCE_CLASS, /* .gen is an enum frsp_hot_class */
};

struct frsp_hot_source {
	enum frsp_hot_source_kind kind;
	__u32 fs_dev; /* s_dev, or the block device where no inode is known */
	__u32 dev;    /* as in struct frsp_hot_slot */
	__u32 gen;
	__u64 ino;
	__u64 pos;     /* file offset in bytes, of the first */
	__u64 mapping; /* address, if the pages can be those of the file */
	bool bounced;  /* the pages stand for those of the file */
	__u64 subvol;
	const struct inode *inode;
};

struct frsp_inode_facts {
	const struct inode *inode;
	__u64 ino;
	__u32 gen;
	__u32 s_dev;
	__u32 rdev;
	__u16 mode;
	__u8 blkbits;
};

static __always_inline void class_source(struct frsp_hot_source *src, __u32 dev,
					 enum frsp_hot_class class)
{
	src->kind = FRSP_HOT_SOURCE_CLASS;
	src->fs_dev = dev;
	src->dev = dev;
	src->gen = class;
	src->ino = 0;
}

/* typed: inode is a typed pointer, known when compiling. */
static __always_inline void inode_facts(struct frsp_inode_facts *facts,
					const struct inode *inode, bool typed)
{
	facts->inode = inode;
	if (typed) {
		facts->mode = inode->i_mode;
		facts->blkbits = inode->i_blkbits;
		facts->ino = inode->i_ino;
		facts->gen = inode->i_generation;
		facts->rdev = inode->i_rdev;
		facts->s_dev = inode->i_sb->s_dev;
	} else {
		facts->mode = BPF_CORE_READ(inode, i_mode);
		facts->blkbits = BPF_CORE_READ(inode, i_blkbits);
		facts->ino = BPF_CORE_READ(inode, i_ino);
		facts->gen = BPF_CORE_READ(inode, i_generation);
		facts->rdev = BPF_CORE_READ(inode, i_rdev);
		facts->s_dev = BPF_CORE_READ(inode, i_sb, s_dev);
	}
}

static __always_inline void file_source(struct frsp_hot_source *src,
					const struct frsp_inode_facts *facts,
					__u64 pos)
{
	src->kind = FRSP_HOT_SOURCE_FILE;
	src->fs_dev = facts->s_dev;
	src->dev = facts->s_dev;
	src->gen = facts->gen;
	src->ino = facts->ino;
	src->pos = pos;
	src->inode = facts->inode;
}

#endif
