/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the class of a buffer of XFS's metadata by the name of the functions
 * that verify its content (xfs_buf.b_ops). Eight letters are enough for that.
 */
#ifndef FRSP_HOT_META_XFS_BPF_H
#define FRSP_HOT_META_XFS_BPF_H

#include "hot_meta.h"
#include "xfs.h"

#define WORD(a, b, c, d)                                                       \
	((__u64)(a) << 32 | (__u64)(b) << 40 | (__u64)(c) << 48 |              \
	 (__u64)(d) << 56 | ('x' | 'f' << 8 | 's' << 16 | '_' << 24))

static __noinline __u32 xfs_class(const struct xfs_buf___frsp *buffer)
{
	__u64 name = 0;

	if (!bpf_core_field_exists(struct xfs_buf___frsp, b_ops))
		return FRSP_HOT_META_ANY;
	bpf_probe_read_kernel(&name, sizeof(name),
			      BPF_CORE_READ(buffer, b_ops, name));
	switch (name) {
	case WORD('a', 'g', 'f', 0):
	case WORD('a', 'g', 'i', 0):
	case WORD('a', 'g', 'f', 'l'):
	case WORD('s', 'b', '_', 'q'): /* xfs_sb_quiet */
		return FRSP_HOT_META_SUPER;
	case WORD('b', 'n', 'o', 'b'): /* xfs_bnobt, xfs_cntbt: free space */
	case WORD('c', 'n', 't', 'b'):
	case WORD('r', 'm', 'a', 'p'): /* xfs_rmapbt, xfs_refcountbt: owners */
	case WORD('r', 'e', 'f', 'c'):
	case WORD('r', 't', 'b', 'i'): /* the same of the realtime section: */
	case WORD('r', 't', 's', 'u'): /* xfs_rtbitmap, xfs_rtsummary, ... */
	case WORD('r', 't', 'r', 'm'):
	case WORD('r', 't', 'r', 'e'):
		return FRSP_HOT_META_SPACE_TREES;
	case WORD('i', 'n', 'o', 'b'): /* xfs_inobt, xfs_finobt */
	case WORD('f', 'i', 'n', 'o'):
		return FRSP_HOT_META_INODE_TREES;
	case WORD('i', 'n', 'o', 'd'): /* xfs_inode */
		return FRSP_HOT_META_INODES;
	case WORD('b', 'm', 'b', 't'): /* xfs_bmbt */
		return FRSP_HOT_META_EXTENTS;
	case WORD('d', 'i', 'r', '3'): /* xfs_dir3_data and others */
	case WORD('d', 'a', '3', '_'): /* xfs_da3_node: also of attributes */
		return FRSP_HOT_META_DIRECTORIES;
	case WORD('a', 't', 't', 'r'): /* xfs_attr3_leaf, xfs_attr3_rmt */
		return FRSP_HOT_META_XATTRS;
	case WORD('s', 'y', 'm', 'l'): /* xfs_symlink */
		return FRSP_HOT_META_SYMLINKS;
	case WORD('d', 'q', 'u', 'o'): /* xfs_dquot */
		return FRSP_HOT_META_QUOTA;
	}
	/* xfs_sb and its final NUL are seven letters */
	if (name << 8 == WORD('s', 'b', 0, 0) << 8)
		return FRSP_HOT_META_SUPER;
	return FRSP_HOT_META_OTHER;
}

#endif
