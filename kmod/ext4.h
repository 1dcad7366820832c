/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of ext4's private structures that frsp reads, and the few fields
 * of an allocation context that it writes.
 *
 * Offsets come from the BTF of the kernel that the module is built for
 * (ext4_layout.h); btf_check.c checks at load that the running kernel has the
 * same BTF. Flags are macros in ext4, so BTF lacks them; they have the same
 * values in Linux 6.1 to 7.3 (fs/ext4/ext4.h, fs/ext4/mballoc.h).
 */
#ifndef FRSP_EXT4_H
#define FRSP_EXT4_H

#include <linux/blockgroup_lock.h>
#include <linux/fs.h>
#include <linux/jbd2.h>
#include <linux/kobject.h>

#include "ext4_layout.h"

struct ext4_allocation_context;
struct ext4_buddy;
struct ext4_free_extent;
struct ext4_group_info;
struct ext4_inode_info;
struct ext4_sb_info;
struct ext4_super_block;

#define FRSP_AT(base, of, member, type)                                        \
	(*(type *)((char *)(base) + FRSP_OFF_##of##__##member))
#define FRSP_INSIDE(base, of, member, type)                                    \
	((type *)((char *)(base) + FRSP_OFF_##of##__##member))

/* ext4_allocation_context.ac_flags */
#define EXT4_MB_HINT_MERGE	 0x0001
#define EXT4_MB_HINT_DATA	 0x0020
#define EXT4_MB_HINT_GROUP_ALLOC 0x0080
#define EXT4_MB_HINT_GOAL_ONLY	 0x0100
#define EXT4_MB_HINT_TRY_GOAL	 0x0200

/* ext4_group_info.bb_state */
#define EXT4_GROUP_INFO_NEED_INIT_BIT	    0
#define EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT 2

/* flags of ext4_mark_group_bitmap_corrupted() */
#define EXT4_GROUP_INFO_BBITMAP_CORRUPT BIT(EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT)

/* ext4_sb_info.s_ext4_flags, bit numbers; the second is not used before 6.15 */
#define EXT4_FLAGS_SHUTDOWN	1
#define EXT4_FLAGS_EMERGENCY_RO 3

/*
 * Without a journal, a handle_t pointer is a number below this one
 * (fs/ext4/ext4_jbd2.h).
 */
#define EXT4_NOJOURNAL_MAX_REF_COUNT 4096

/* ext4_inode_info.i_flags, atomic bit numbers */
#define EXT4_INODE_EXTENTS 19

/* struct ext4_group_desc on disk: bytes */
#define EXT4_BG_BLOCK_BITMAP_LO	 0x00
#define EXT4_BG_BLOCK_BITMAP_HI	 0x20
#define EXT4_BG_FREE_BLOCKS_LO	 0x0c
#define EXT4_BG_FLAGS		 0x12
#define EXT4_BG_FREE_BLOCKS_HI	 0x2c
#define EXT4_BG_BLOCK_UNINIT	 0x0002
#define EXT4_MIN_DESC_SIZE_64BIT 64

/* struct ext4_super_block on disk: bytes */
#define EXT4_S_BLOCKS_COUNT_LO	  0x04
#define EXT4_S_BLOCKS_COUNT_HI	  0x150
#define EXT4_S_BLOCKS_PER_GROUP	  0x20
#define EXT4_S_CLUSTERS_PER_GROUP 0x24
#define EXT4_S_MAGIC		  0x38
#define EXT4_S_FIRST_DATA_BLOCK	  0x14

static inline struct super_block *frsp_ac_sb(struct ext4_allocation_context *ac)
{
	return FRSP_AT(ac, ext4_allocation_context, ac_sb,
		       struct super_block *);
}

static inline struct inode *frsp_ac_inode(struct ext4_allocation_context *ac)
{
	return FRSP_AT(ac, ext4_allocation_context, ac_inode, struct inode *);
}

static inline u32 *frsp_ac_flags(struct ext4_allocation_context *ac)
{
	return FRSP_INSIDE(ac, ext4_allocation_context, ac_flags, u32);
}

/* What the caller asked for. */
static inline struct ext4_free_extent *
frsp_ac_asked(struct ext4_allocation_context *ac)
{
	return FRSP_INSIDE(ac, ext4_allocation_context, ac_o_ex,
			   struct ext4_free_extent);
}

/* Where ext4 looks first; only frsp_ex_set() may write to it. */
static inline struct ext4_free_extent *
frsp_ac_goal(struct ext4_allocation_context *ac)
{
	return FRSP_INSIDE(ac, ext4_allocation_context, ac_g_ex,
			   struct ext4_free_extent);
}

/* The best extent that the search has found; length 0: none. */
static inline struct ext4_free_extent *
frsp_ac_best(struct ext4_allocation_context *ac)
{
	return FRSP_INSIDE(ac, ext4_allocation_context, ac_b_ex,
			   struct ext4_free_extent);
}

/* The block of the file at which the extent begins. */
static inline u32 frsp_ex_logical(struct ext4_free_extent *ex)
{
	return FRSP_AT(ex, ext4_free_extent, fe_logical, u32);
}

static inline u32 frsp_ex_group(struct ext4_free_extent *ex)
{
	return FRSP_AT(ex, ext4_free_extent, fe_group, u32);
}

static inline s32 frsp_ex_start(struct ext4_free_extent *ex)
{
	return FRSP_AT(ex, ext4_free_extent, fe_start, s32);
}

static inline s32 frsp_ex_len(struct ext4_free_extent *ex)
{
	return FRSP_AT(ex, ext4_free_extent, fe_len, s32);
}

/*
 * Changes the group and the start only: ext4 relies on the length and the
 * logical block.
 */
static inline void frsp_ex_set(struct ext4_free_extent *ex, u32 group,
			       s32 start)
{
	FRSP_AT(ex, ext4_free_extent, fe_group, u32) = group;
	FRSP_AT(ex, ext4_free_extent, fe_start, s32) = start;
}

static inline struct super_block *frsp_buddy_sb(struct ext4_buddy *e4b)
{
	return FRSP_AT(e4b, ext4_buddy, bd_sb, struct super_block *);
}

static inline u32 frsp_buddy_group(struct ext4_buddy *e4b)
{
	return FRSP_AT(e4b, ext4_buddy, bd_group, u32);
}

static inline struct ext4_group_info *frsp_buddy_info(struct ext4_buddy *e4b)
{
	return FRSP_AT(e4b, ext4_buddy, bd_info, struct ext4_group_info *);
}

/* Free clusters as the buddy bitmap has them; stable under the group lock. */
static inline u32 frsp_info_free(struct ext4_group_info *info)
{
	return FRSP_AT(info, ext4_group_info, bb_free, u32);
}

/* Free extents of the group; stable under the group lock. */
static inline u32 frsp_info_fragments(struct ext4_group_info *info)
{
	return READ_ONCE(FRSP_AT(info, ext4_group_info, bb_fragments, u32));
}

static inline bool frsp_info_has(struct ext4_group_info *info, int bit)
{
	return test_bit(bit, FRSP_INSIDE(info, ext4_group_info, bb_state,
					 unsigned long));
}

static inline struct ext4_sb_info *frsp_sbi(struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline u32 frsp_sbi_groups(struct ext4_sb_info *sbi)
{
	return READ_ONCE(FRSP_AT(sbi, ext4_sb_info, s_groups_count, u32));
}

static inline u32 frsp_sbi_group_clusters(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_clusters_per_group, unsigned long);
}

static inline u32 frsp_sbi_group_blocks(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_blocks_per_group, unsigned long);
}

static inline u32 frsp_sbi_cluster_bits(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_cluster_bits, u32);
}

static inline u32 frsp_sbi_log_flex(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_log_groups_per_flex, u32);
}

/* In blocks; a mount option or sysfs may change it at any time. */
static inline u64 frsp_sbi_stripe(struct ext4_sb_info *sbi)
{
	return READ_ONCE(FRSP_AT(sbi, ext4_sb_info, s_stripe, unsigned long));
}

/* NULL: no journal. */
static inline journal_t *frsp_sbi_journal(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_journal, journal_t *);
}

static inline struct kobject *frsp_sbi_kobj(struct ext4_sb_info *sbi)
{
	return FRSP_INSIDE(sbi, ext4_sb_info, s_kobj, struct kobject);
}

static inline struct inode *frsp_sbi_buddy_cache(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_buddy_cache, struct inode *);
}

/*
 * Whether ext4 writes nothing any more: by a mount option, by an ioctl, or
 * after an error. An error does not set SB_RDONLY in any kernel
 * (ext4_handle_error()): ext4 aborts the journal, and sets EXT4_FLAGS_SHUTDOWN
 * in 6.12 and EXT4_FLAGS_EMERGENCY_RO since 6.15. In 6.1 an error on a
 * filesystem without a journal cannot be seen: later kernels use the number of
 * EXT4_MF_FS_ABORTED for another flag.
 */
static inline bool frsp_sb_is_read_only(struct super_block *sb)
{
	journal_t *journal = frsp_sbi_journal(frsp_sbi(sb));
	const unsigned long *flags = FRSP_INSIDE(frsp_sbi(sb), ext4_sb_info,
						 s_ext4_flags, unsigned long);

	return sb_rdonly(sb) || (journal && is_journal_aborted(journal)) ||
	       test_bit(EXT4_FLAGS_SHUTDOWN, flags) ||
	       test_bit(EXT4_FLAGS_EMERGENCY_RO, flags);
}

/* The superblock as it is on the disk. */
static inline const u8 *frsp_sbi_disk(struct ext4_sb_info *sbi)
{
	return FRSP_AT(sbi, ext4_sb_info, s_es, const u8 *);
}

/* How many blocks the filesystem has, read as in ext4_blocks_count(). */
static inline u64 frsp_sbi_blocks(struct ext4_sb_info *sbi)
{
	const u8 *disk = frsp_sbi_disk(sbi);

	return le32_to_cpup((__le32 *)(disk + EXT4_S_BLOCKS_COUNT_LO)) |
	       (u64)le32_to_cpup((__le32 *)(disk + EXT4_S_BLOCKS_COUNT_HI))
		       << 32;
}

/*
 * ext4's lock of a group. Groups share locks by hash, so a task must not hold
 * two.
 */
static inline spinlock_t *frsp_group_lock(struct ext4_sb_info *sbi, u32 group)
{
	return bgl_lock_ptr(FRSP_AT(sbi, ext4_sb_info, s_blockgroup_lock,
				    struct blockgroup_lock *),
			    group);
}

static inline struct ext4_inode_info *frsp_ext4_inode(struct inode *inode)
{
	return (void *)inode - FRSP_OFF_ext4_inode_info__vfs_inode;
}

static inline bool frsp_inode_has_extents(struct inode *inode)
{
	return test_bit(EXT4_INODE_EXTENTS,
			FRSP_INSIDE(frsp_ext4_inode(inode), ext4_inode_info,
				    i_flags, unsigned long));
}

/* The info of a group, or NULL. It stays until umount. */
struct ext4_group_info *frsp_group_info(struct super_block *sb, u32 group);
/* The free clusters and BLOCK_UNINIT in the descriptor in memory; no I/O. */
u32 frsp_group_desc_free(struct super_block *sb, u32 group, bool *uninit);
/* The block of the group's bitmap on the disk. */
sector_t frsp_group_bitmap_block(struct super_block *sb, u32 group);
/*
 * init_group: calls ext4_mb_init_group() of the running kernel, which makes the
 * group's buddy. May sleep; 0 or -errno. set_init_group: sets the address of
 * that function.
 */
int frsp_ext4_init_group(struct super_block *sb, u32 group, gfp_t gfp);
void frsp_ext4_set_init_group(void *address);
/*
 * Checks the structures behind sb against the superblock on the disk. False:
 * the layout is wrong; *what names the first field that differs.
 */
bool frsp_ext4_is_as_expected(struct super_block *sb, const char **what);

#endif
