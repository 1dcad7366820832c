/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The members of ext4's and jbd2's structs, and the macros, that the BPF
 * programs read to observe the allocator, freed blocks, the extent status tree
 * and the classes of metadata: fs/ext4/{ext4,mballoc,extents_status}.h and
 * include/linux/jbd2.h.
 * vmlinux.h has these structs only where ext4 is built in, and no macros.
 */
#ifndef FRSP_VMLINUX_EXT4_H
#define FRSP_VMLINUX_EXT4_H

/* ext4_allocation_request.flags, ext4_allocation_context.ac_flags */
#define EXT4_MB_HINT_DATA 0x0020

/* extent_status.es_pblk: the status is in the bits above the block number */
#define EXTENT_STATUS_SHIFT	59
#define EXTENT_STATUS_WRITTEN	(1 << 0)
#define EXTENT_STATUS_UNWRITTEN (1 << 1)
#define EXTENT_STATUS_DELAYED	(1 << 2)

/* a flag of ext4_free_blocks() */
#define EXT4_FREE_BLOCKS_METADATA 0x0001

/* ext4_sb_info.s_mount_opt */
#define EXT4_MOUNT_DATA_FLAGS	  0x00C00
#define EXT4_MOUNT_WRITEBACK_DATA 0x00C00

/* Without a journal, a handle is no pointer but a count below this. */
#define EXT4_NOJOURNAL_MAX_REF_COUNT 4096

struct ext4_allocation_request___frsp {
	struct inode *inode;
	unsigned int len; /* clusters; after the allocation those obtained */
	unsigned int flags;
} __attribute__((preserve_access_index));

struct ext4_free_extent___frsp {
	int fe_start;
	unsigned int fe_group;
	int fe_len; /* clusters */
} __attribute__((preserve_access_index));

struct ext4_allocation_context___frsp {
	struct inode *ac_inode;
	struct super_block *ac_sb;
	struct ext4_free_extent___frsp ac_o_ex; /* the original request */
	struct ext4_free_extent___frsp ac_g_ex; /* the goal */
	struct ext4_free_extent___frsp ac_b_ex; /* the best extent found */
	__u16 ac_groups_scanned;
	__u16 ac_found;
	__u8 ac_criteria;
} __attribute__((preserve_access_index));

#define EXT4_SUPER_MAGIC      0xef53
#define EXT4_EXT_MAGIC	      0xf30a
#define EXT4_XATTR_MAGIC      0xea020000
#define EXT4_ORPHAN_MAGIC     0x0b10ca04
#define JBD2_MAGIC	      __builtin_bswap32(0xc03b3998) /* big-endian */
#define EXT4_FT_DIR_CSUM      0xdeU
#define EXT4_FT_MAX	      8
#define EXT4_COMPAT_JOURNAL   0x0004
#define EXT4_INCOMPAT_META_BG 0x0010

/* include/linux/jbd2.h */
struct transaction_s___frsp {
	unsigned int t_tid;
} __attribute__((preserve_access_index));

struct journal_s___frsp {
	struct block_device *j_fs_dev; /* not the log's */
	struct buffer_head *j_sb_buffer;
} __attribute__((preserve_access_index));

struct ext4_super_block___frsp {
	__u32 s_first_data_block;
	__u32 s_feature_compat;
	__u32 s_feature_incompat;
	__u16 s_reserved_gdt_blocks;
	__u32 s_first_meta_bg;
	__u64 s_mmp_block;
} __attribute__((preserve_access_index));

struct ext4_sb_info___frsp {
	unsigned long s_desc_size;
	unsigned long s_blocks_per_group;
	unsigned long s_itb_per_group;
	unsigned long s_gdb_count;
	unsigned long s_desc_per_block;
	unsigned int s_groups_count;
	struct buffer_head *s_sbh;
	struct ext4_super_block___frsp *s_es;
	struct buffer_head **s_group_desc;
	unsigned int s_mount_opt;
	struct super_block *s_sb;
	struct journal_s___frsp *s_journal;
	unsigned int s_log_groups_per_flex;
} __attribute__((preserve_access_index));

struct jbd2_journal_handle___frsp {
	struct transaction_s___frsp *h_transaction;
} __attribute__((preserve_access_index));

struct extent_status___frsp {
	__u32 es_lblk;
	__u32 es_len;
	__u64 es_pblk; /* the status from bit 59 on */
} __attribute__((preserve_access_index));

struct ext4_inode_info___frsp {
	struct inode vfs_inode;
	unsigned int i_es_all_nr; /* entries of its extent status tree */
} __attribute__((preserve_access_index));

#endif
