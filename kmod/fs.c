// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attached filesystems, by superblock.
 *
 * Readers find a filesystem under RCU. Readers that may sleep (the redirect of
 * ext4's allocator, ioctls) then enter its SRCU.
 */
#include <linux/hashtable.h>

#include "frsp.h"

static DEFINE_SPINLOCK(fs_lock);      /* no holder sleeps */
static DEFINE_HASHTABLE(fs_table, 6); /* RCU; written under fs_lock */

void frsp_fs_add(struct frsp_fs *fs)
{
	spin_lock(&fs_lock);
	hash_add_rcu(fs_table, &fs->hash, (unsigned long)fs->sb);
	spin_unlock(&fs_lock);
}

void frsp_fs_remove(struct frsp_fs *fs)
{
	spin_lock(&fs_lock);
	hash_del_rcu(&fs->hash);
	spin_unlock(&fs_lock);
	/*
	 * A reader that has found it under RCU may still enter its SRCU: wait
	 * for both, in this order.
	 */
	synchronize_rcu();
	synchronize_srcu(&fs->srcu);
}

struct frsp_fs *frsp_fs_find(struct super_block *sb)
{
	struct frsp_fs *fs;

	hash_for_each_possible_rcu(fs_table, fs, hash, (unsigned long)sb)
	{
		if (fs->sb == sb)
			return fs;
	}
	return NULL;
}

struct frsp_fs *frsp_fs_get(struct super_block *sb, int *cookie)
{
	struct frsp_fs *fs;

	rcu_read_lock();
	fs = frsp_fs_find(sb);
	if (fs)
		*cookie = srcu_read_lock(&fs->srcu);
	rcu_read_unlock();
	return fs;
}

void frsp_fs_put(struct frsp_fs *fs, int cookie)
{
	srcu_read_unlock(&fs->srcu, cookie);
}

void frsp_fs_each(void (*call)(struct frsp_fs *fs))
{
	struct frsp_fs *fs;
	int i;

	rcu_read_lock();
	hash_for_each_rcu(fs_table, i, fs, hash) call(fs);
	rcu_read_unlock();
}
