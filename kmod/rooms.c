// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rooms of a filesystem's open files (struct frsp_room in pick.h): an index
 * says which tree has the room of a file, so that the room is removed when the
 * file moves on to another tree or is closed.
 *
 * For example, inode 12 grows, and gets a room in tree 3: the index entry of
 * 12's hash is 3 + 1. Its next extent is in tree 5: the room in tree 3 is
 * removed, and the entry becomes 5 + 1. When the file is closed, the room in
 * tree 5 is removed.
 *
 * A request gets a room only while closes.c watches the closing of files. A
 * request that is under way when the watch ends may leave its room behind: the
 * room is a wish, and goes when all rooms are forgotten, or newer rooms evict
 * it.
 */
#include <linux/hash.h>

#include "frsp.h"

static u32 *room_index(struct frsp_fs *fs, u64 owner)
{
	return &fs->room_index[hash_64(owner, ilog2(FRSP_ROOM_INDEX))];
}

/*
 * Removes the owner's room, if the index still knows it, and then the index
 * entry, so that the next close need not lock the tree. If the entry is that of
 * another file with the same hash, that file's room stays. Does not sleep.
 */
static void give_up(struct frsp_fs *fs, u64 owner)
{
	u32 *at = room_index(fs, owner), index = READ_ONCE(*at);
	struct frsp_tree *tree = index ? frsp_trees_at(fs, index - 1) : NULL;

	if (!tree || !READ_ONCE(tree->rooms))
		return;
	spin_lock(&tree->lock);
	if (frsp_room_remove(tree, owner))
		cmpxchg(at, index, 0);
	spin_unlock(&tree->lock);
}

/*
 * Sets the first room of a tree: track.c had no array for it. If another file's
 * first room has brought the array before frsp_rooms_keep() looks, this is not
 * called, and the file gets no room this time.
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
		keep_first(tree, owner, offer->start + offer->len,
			   offer->room_behind);
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
	for (i = 0; (tree = frsp_trees_at(fs, i)); i++) {
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
