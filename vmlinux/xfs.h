/* SPDX-License-Identifier: GPL-2.0-only */
/* The members of XFS's structs that the BPF programs read to observe busy
 * extents and the classes of metadata: fs/xfs/xfs_{mount,buf}.h and
 * fs/xfs/libxfs/xfs_{ag,alloc,btree,group}.h. vmlinux.h has them only where XFS
 * is built in.
 */
#ifndef FRSP_VMLINUX_XFS_H
#define FRSP_VMLINUX_XFS_H

struct xfs_mount___frsp {
	struct super_block *m_super;
} __attribute__((preserve_access_index));

enum xfs_group_type___frsp {
	XG_TYPE_AG___frsp = 0,
};

/* 6.18 has it, as a part of xfs_perag; 6.1 and 6.12 do not. */
struct xfs_group___frsp {
	struct xfs_mount___frsp *xg_mount;
	__u32 xg_gno;
	enum xfs_group_type___frsp xg_type;
} __attribute__((preserve_access_index));

/* 6.1 and 6.12; 6.18 has pag_group instead */
struct xfs_perag___mount {
	struct xfs_mount___frsp *pag_mount;
	__u32 pag_agno;
} __attribute__((preserve_access_index));

struct xfs_alloc_arg___frsp {
	struct xfs_mount___frsp *mp;
	__u32 agno;
	__u32 agbno;
} __attribute__((preserve_access_index));

enum xfs_btree_type___frsp {
	XFS_BTREE_TYPE_AG___frsp = 0,
};

struct xfs_btree_ops___frsp {
	enum xfs_btree_type___frsp type;
} __attribute__((preserve_access_index));

struct xfs_btree_cur___frsp {
	const struct xfs_btree_ops___frsp *bc_ops;
	struct xfs_group___frsp *bc_group;
} __attribute__((preserve_access_index));

/* 6.12; 6.18 has bc_group instead */
struct xfs_btree_cur___pag {
	struct {
		struct xfs_perag___mount *pag;
	} bc_ag;
} __attribute__((preserve_access_index));

struct xfs_buf_ops___frsp {
	char *name;
} __attribute__((preserve_access_index));

struct xfs_buf___frsp {
	const struct xfs_buf_ops___frsp *b_ops; /* NULL: none */
} __attribute__((preserve_access_index));

#endif
