// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to ext4's structures beyond single fields: group descriptors, group
 * infos, and a check of a mounted filesystem against its superblock on the
 * disk. Also the call of a function that ext4 does not export.
 *
 * Online growth replaces the arrays s_group_info and s_group_desc under RCU;
 * what their elements point to stays until umount.
 */
#include <linux/buffer_head.h>
#include <linux/static_call.h>

#include "ext4.h"
#include "extent.h"

#define EXT4_MAGIC 0xef53

struct ext4_group_info *frsp_group_info(struct super_block *sb, u32 group)
{
	struct ext4_sb_info *sbi = frsp_sbi(sb);
	u32 bits = FRSP_AT(sbi, ext4_sb_info, s_desc_per_block_bits, int);
	struct ext4_group_info ***infos, **row, *info = NULL;

	if (group >= frsp_sbi_groups(sbi))
		return NULL;
	/* pairs with the write barrier before s_groups_count grows */
	smp_rmb();
	rcu_read_lock();
	infos = READ_ONCE(FRSP_AT(sbi, ext4_sb_info, s_group_info,
				  struct ext4_group_info ***));
	row = infos ? infos[group >> bits] : NULL;
	if (row)
		info = row[group & ((1U << bits) - 1)];
	rcu_read_unlock();
	return info;
}

static const u8 *group_desc(struct super_block *sb, u32 group, u32 *size)
{
	struct ext4_sb_info *sbi = frsp_sbi(sb);
	u32 bits = FRSP_AT(sbi, ext4_sb_info, s_desc_per_block_bits, int);
	struct buffer_head **blocks, *block = NULL;

	*size = FRSP_AT(sbi, ext4_sb_info, s_desc_size, unsigned long);
	if (group >= frsp_sbi_groups(sbi))
		return NULL;
	/* as in frsp_group_info() */
	smp_rmb();
	rcu_read_lock();
	blocks = READ_ONCE(FRSP_AT(sbi, ext4_sb_info, s_group_desc,
				   struct buffer_head **));
	if (blocks)
		block = blocks[group >> bits];
	rcu_read_unlock();
	if (!block)
		return NULL;
	return (u8 *)block->b_data + (group & ((1U << bits) - 1)) * *size;
}

u32 frsp_group_desc_free(struct super_block *sb, u32 group, bool *uninit)
{
	u32 size, free;
	const u8 *desc = group_desc(sb, group, &size);

	*uninit = false;
	if (!desc)
		return 0;
	free = le16_to_cpup((__le16 *)(desc + EXT4_BG_FREE_BLOCKS_LO));
	if (size >= EXT4_MIN_DESC_SIZE_64BIT)
		free |= (u32)le16_to_cpup(
				(__le16 *)(desc + EXT4_BG_FREE_BLOCKS_HI))
			<< 16;
	*uninit = le16_to_cpup((__le16 *)(desc + EXT4_BG_FLAGS)) &
		  EXT4_BG_BLOCK_UNINIT;
	return min(free, frsp_sbi_group_clusters(frsp_sbi(sb)));
}

sector_t frsp_group_bitmap_block(struct super_block *sb, u32 group)
{
	u32 size;
	const u8 *desc = group_desc(sb, group, &size);
	u64 block = 0;

	if (!desc)
		return 0;
	block = le32_to_cpup((__le32 *)(desc + EXT4_BG_BLOCK_BITMAP_LO));
	if (size >= EXT4_MIN_DESC_SIZE_64BIT)
		block |= (u64)le32_to_cpup(
				 (__le32 *)(desc + EXT4_BG_BLOCK_BITMAP_HI))
			 << 32;
	return block;
}

static int no_init_group(struct super_block *sb, u32 group, gfp_t gfp)
{
	return -EIO;
}

/*
 * A static call is a direct one: an indirect call would fault under IBT
 * (hook.c).
 */
DEFINE_STATIC_CALL(frsp_init_group, no_init_group);

int frsp_ext4_init_group(struct super_block *sb, u32 group, gfp_t gfp)
{
	return static_call(frsp_init_group)(sb, group, gfp);
}

void frsp_ext4_set_init_group(void *address)
{
	static_call_update(frsp_init_group, address);
}

bool frsp_ext4_is_as_expected(struct super_block *sb, const char **what)
{
	struct ext4_sb_info *sbi = frsp_sbi(sb);
	const u8 *disk = frsp_sbi_disk(sbi);
	const char *name = frsp_sbi_kobj(sbi)->name;
	struct inode *cache = frsp_sbi_buddy_cache(sbi);

	*what = "s_es";
	if (le16_to_cpup((__le16 *)(disk + EXT4_S_MAGIC)) != EXT4_MAGIC)
		return false;
	*what = "s_clusters_per_group";
	if (le32_to_cpup((__le32 *)(disk + EXT4_S_CLUSTERS_PER_GROUP)) !=
		    frsp_sbi_group_clusters(sbi) ||
	    frsp_sbi_group_clusters(sbi) > FRSP_EXTENT_MAX)
		return false;
	*what = "s_blocks_per_group";
	if (le32_to_cpup((__le32 *)(disk + EXT4_S_BLOCKS_PER_GROUP)) !=
	    frsp_sbi_group_blocks(sbi))
		return false;
	*what = "s_cluster_bits";
	if (frsp_sbi_group_clusters(sbi) << frsp_sbi_cluster_bits(sbi) !=
	    frsp_sbi_group_blocks(sbi))
		return false;
	*what = "s_kobj";
	if (!name || strcmp(name, sb->s_id) != 0)
		return false;
	*what = "s_buddy_cache";
	if (!cache || cache->i_sb != sb)
		return false;
	*what = "s_group_info";
	return frsp_group_info(sb, 0);
}
