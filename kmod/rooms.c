// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rooms of a filesystem's open files (struct frsp_room in pick.h): which
 * tree has a file's, so that it goes when the file moves on to another tree or
 * is closed. A request gets a room only while closes.c watches that. One that
 * is under way when the watch ends may leave its room behind: it is a wish, and
 * goes with the next forget, or is pushed out by others.
 */
#include <linux/hash.h>

#include "frsp.h"

static u32 *room_index(struct frsp_fs *fs, u64 owner)
{
	return &fs->room_index[hash_64(owner, ilog2(FRSP_ROOM_INDEX))];
}

/*
 * The owner's room goes, if the index still knows it; then the index forgets
 * it, so that the next file that is closed need not lock the tree. If it is
 * another file that the index knows, which has the same hash, that one stays.
 * Does not sleep.
 */
static void give_up(struct frsp_fs *fs, u64 owner)
{
	u32 *at = room_index(fs, owner), index = READ_ONCE(*at);
	struct frsp_tree *tree = index ? frsp_fs_tree_at(fs, index - 1) : NULL;

	if (!tree || !READ_ONCE(tree->rooms))
		return;
	spin_lock(&tree->lock);
	if (frsp_room_remove(tree, owner))
		cmpxchg(at, index, 0);
	spin_unlock(&tree->lock);
}

/*
 * The first room of a tree: track.c has found no memory to set it in. If
 * another file's first room has brought the memory since then, this file gets
 * no room this time.
 */
static void keep_first(struct frsp_tree *tree, u64 owner, u32 start, u32 len)
{
	struct frsp_room *rooms =
		kcalloc(FRSP_ROOMS, sizeof(*rooms), GFP_NOFS | __GFP_NOWARN);

	spin_lock(&tree->lock);
	if (!tree->rooms)
		swap(tree->rooms, rooms);
	if (tree->rooms)
		frsp_room_set(tree, owner, start, start + len);
	spin_unlock(&tree->lock);
	kfree(rooms);
}

void frsp_rooms_keep(struct frsp_fs *fs, struct frsp_tree *tree,
		     const struct frsp_offer *offer)
{
	u64 owner = offer->owner;

	if (!READ_ONCE(tree->rooms))
		keep_first(tree, owner, offer->start + offer->len, offer->room);
	if (READ_ONCE(*room_index(fs, owner)) != tree->index + 1) {
		give_up(fs, owner);
		WRITE_ONCE(*room_index(fs, owner), tree->index + 1);
	}
}

static void forget(struct frsp_fs *fs)
{
	struct frsp_tree *tree;
	u32 i;

	for (i = 0; i < FRSP_ROOM_INDEX; i++)
		WRITE_ONCE(fs->room_index[i], 0);
	for (i = 0; (tree = frsp_fs_tree_at(fs, i)); i++) {
		if (!READ_ONCE(tree->rooms))
			continue;
		spin_lock(&tree->lock);
		tree->n_rooms = 0;
		spin_unlock(&tree->lock);
	}
}

void frsp_rooms_forget(void)
{
	frsp_fs_each(forget);
}

void frsp_rooms_file_closed(struct frsp_fs *fs, struct inode *inode,
			    struct file *file)
{
	if (file->f_mode & FMODE_WRITE &&
	    atomic_read(&inode->i_writecount) <= 1)
		give_up(fs, inode->i_ino);
}
