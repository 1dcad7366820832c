// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which trees keep their extents. Trees that have extents are on one of two
 * lists, as in the RFC. A tree moves to the active list when a decision looks
 * at it for the second time within ACTIVE_JIFFIES, or at once while active
 * trees use less than half of the cap. The last tree of the inactive list is
 * evicted first, then the last one of the active list.
 *
 * For example, with a cap of 10 MiB, trees A, B and C of 3 MiB each are used in
 * this order: A and B go to the active list, C to the inactive one, as active
 * trees then use more than half. The next tree needs 3 MiB: C is evicted.
 *
 * An eviction takes all extents of a tree off it in one step, under its lock,
 * and frees them afterwards: nobody waits for that, and a tree that requests
 * work on is just empty a moment later. The kernel's shrinker evicts in the
 * same way when memory is short. The cap itself is enforced where extents are
 * allocated (extent.c): an allocation that would exceed it fails, and the tree
 * that needed it loses its extents.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/shrinker.h>

#include "frsp.h"
#include "trace.h"

#define ACTIVE_JIFFIES 100  /* 0.4 s with HZ = 250, as Debian has */
#define SHRINK_TRIES   5000 /* each after a pause of 1 ms or more */

struct kmem_cache *frsp_extent_cache;

void frsp_memory_init(struct frsp_fs *fs)
{
	spin_lock_init(&fs->lru_lock);
	INIT_LIST_HEAD(&fs->lru_active);
	INIT_LIST_HEAD(&fs->lru_inactive);
	init_llist_head(&fs->condemned);
	fs->memory.cache = frsp_extent_cache;
	atomic64_set(&fs->memory.used_bytes, 0);
}

static u64 half_of_cap(struct frsp_fs *fs)
{
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);

	return max_bytes ? max_bytes / 2 : U64_MAX;
}

static u64 active_bytes(struct frsp_fs *fs)
{
	return fs->n_active ? atomic64_read(&fs->memory.used_bytes) *
				      fs->n_active / fs->n_cached
			    : 0;
}

void frsp_memory_used(struct frsp_fs *fs, struct frsp_tree *tree)
{
	bool again = time_before(jiffies, tree->last_used + ACTIVE_JIFFIES);

	/* The order of use within a tick does not matter. */
	if (tree->last_used == jiffies && !list_empty(&tree->lru))
		return;
	spin_lock(&fs->lru_lock);
	tree->last_used = jiffies;
	/*
	 * A loaded full group regains extents by frees alone: its tree stays
	 * listed.
	 */
	if (!tree->extents && !tree->n_loaded)
		goto out;
	if (list_empty(&tree->lru)) {
		fs->n_cached++;
		tree->active = false;
	}
	if (!tree->active && (again || active_bytes(fs) < half_of_cap(fs))) {
		tree->active = true;
		fs->n_active++;
	}
	list_move(&tree->lru,
		  tree->active ? &fs->lru_active : &fs->lru_inactive);
out:
	spin_unlock(&fs->lru_lock);
}

void frsp_memory_condemn(struct frsp_fs *fs, struct frsp_tree *tree,
			 struct rb_root *extents)
{
	spin_lock(&fs->lru_lock);
	if (!list_empty(&tree->lru)) {
		list_del_init(&tree->lru);
		fs->n_cached--;
		fs->n_active -= tree->active;
		tree->active = false;
	}
	spin_unlock(&fs->lru_lock);
	if (RB_EMPTY_ROOT(extents))
		return;
	/*
	 * The root stands for all extents below it; nothing uses its by_len
	 * link any more, which is in a union with condemned.
	 */
	llist_add(&rb_entry(extents->rb_node, struct frsp_extent, by_start)
			   ->condemned,
		  &fs->condemned);
	frsp_loader_kick(fs);
}

void frsp_memory_free_condemned(struct frsp_fs *fs)
{
	struct llist_node *node, *next;
	struct rb_root extents;

	for (node = llist_del_all(&fs->condemned); node; node = next) {
		next = node->next;
		extents.rb_node =
			&llist_entry(node, struct frsp_extent, condemned)
				 ->by_start;
		frsp_extents_free(&fs->memory, &extents);
	}
}

/*
 * The tree to evict, or NULL. Another task may have emptied it before its lock
 * is held.
 */
static struct frsp_tree *victim(struct frsp_fs *fs,
				const struct frsp_tree *keep)
{
	struct frsp_tree *tree, *found = NULL;

	spin_lock(&fs->lru_lock);
	list_for_each_entry_reverse(tree, &fs->lru_inactive, lru)
	{
		if (tree != keep) {
			found = tree;
			goto out;
		}
	}
	list_for_each_entry_reverse(tree, &fs->lru_active, lru)
	{
		if (tree != keep) {
			found = tree;
			goto out;
		}
	}
out:
	spin_unlock(&fs->lru_lock);
	return found;
}

static void evict(struct frsp_fs *fs, struct frsp_tree *tree)
{
	struct rb_root extents = RB_ROOT;

	spin_lock(&tree->lock);
	if (tree->extents) {
		frsp_count(fs, evictions);
		trace_frsp_evictions(fs->sb->s_dev, tree->index, tree->extents);
	}
	frsp_tree_drop(tree, -1, &extents);
	frsp_memory_condemn(fs, tree, &extents);
	frsp_meta_update(&fs->meta, tree);
	spin_unlock(&tree->lock);
}

void frsp_memory_reclaim(struct frsp_fs *fs, u64 max_bytes,
			 const struct frsp_tree *keep)
{
	struct frsp_tree *tree;

	frsp_memory_free_condemned(fs);
	while (atomic64_read(&fs->memory.used_bytes) > max_bytes) {
		tree = victim(fs, keep);
		if (!tree)
			break;
		evict(fs, tree);
		frsp_memory_free_condemned(fs);
		cond_resched();
	}
}

void frsp_memory_shrink(struct frsp_fs *fs, u64 max_bytes)
{
	int tries;

	frsp_memory_reclaim(fs, max_bytes, NULL);
	/*
	 * Extents that another thread inserts, or has taken off a tree and not
	 * yet freed, count as used, too. A build fails at its next extent, or
	 * evicts when it is done (load.c).
	 */
	for (tries = 0; tries < SHRINK_TRIES; tries++) {
		if (atomic64_read(&fs->memory.used_bytes) <= max_bytes ||
		    READ_ONCE(fs->memory.max_bytes) != max_bytes ||
		    signal_pending(current))
			break;
		msleep_interruptible(1);
		frsp_memory_reclaim(fs, max_bytes, NULL);
	}
}

/* --- the kernel's shrinker ------------------------------------------------ */

static struct frsp_fs *shrinker_fs(struct shrinker *shrinker);

/* Objects are extents. */
static unsigned long count_extents(struct shrinker *shrinker,
				   struct shrink_control *control)
{
	struct frsp_fs *fs = shrinker_fs(shrinker);

	return READ_ONCE(fs->n_cached)
		       ? div_u64(atomic64_read(&fs->memory.used_bytes),
				 sizeof(struct frsp_extent))
		       : 0;
}

/*
 * Evicts whole trees; the summaries of their groups stay (tree.h). The kernel
 * may call this from any allocation that may wait, also from one that ext4
 * makes with its locks held. That is safe: frsp makes no such allocation with
 * its own locks held, and nothing here enters ext4.
 */
static unsigned long scan_extents(struct shrinker *shrinker,
				  struct shrink_control *control)
{
	struct frsp_fs *fs = shrinker_fs(shrinker);
	u64 before = atomic64_read(&fs->memory.used_bytes), after;
	u64 wanted = (u64)control->nr_to_scan * sizeof(struct frsp_extent);

	frsp_memory_reclaim(fs, before > wanted ? before - wanted : 0, NULL);
	after = atomic64_read(&fs->memory.used_bytes);
	if (after >= before)
		return SHRINK_STOP;
	return div_u64(before - after, sizeof(struct frsp_extent));
}

/* Up to 6.6 the caller allocates the shrinker; from 6.7 on the kernel does. */
#ifdef SHRINKER_ALLOCATED
static struct frsp_fs *shrinker_fs(struct shrinker *shrinker)
{
	return shrinker->private_data;
}

int frsp_memory_start(struct frsp_fs *fs)
{
	struct shrinker *shrinker = shrinker_alloc(0, "frsp:%s", fs->sb->s_id);

	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count_extents;
	shrinker->scan_objects = scan_extents;
	shrinker->private_data = fs;
	fs->shrinker = shrinker;
	shrinker_register(shrinker);
	return 0;
}

void frsp_memory_stop(struct frsp_fs *fs)
{
	shrinker_free(fs->shrinker);
}
#else
struct owned_shrinker {
	struct shrinker shrinker;
	struct frsp_fs *fs;
};

static struct frsp_fs *shrinker_fs(struct shrinker *shrinker)
{
	return container_of(shrinker, struct owned_shrinker, shrinker)->fs;
}

int frsp_memory_start(struct frsp_fs *fs)
{
	struct owned_shrinker *owned = kzalloc(sizeof(*owned), GFP_KERNEL);
	int err;

	if (!owned)
		return -ENOMEM;
	owned->fs = fs;
	owned->shrinker.count_objects = count_extents;
	owned->shrinker.scan_objects = scan_extents;
	owned->shrinker.seeks = DEFAULT_SEEKS;
	err = register_shrinker(&owned->shrinker, "frsp:%s", fs->sb->s_id);
	if (err) {
		kfree(owned);
		return err;
	}
	fs->shrinker = &owned->shrinker;
	return 0;
}

void frsp_memory_stop(struct frsp_fs *fs)
{
	unregister_shrinker(fs->shrinker);
	kfree(container_of(fs->shrinker, struct owned_shrinker, shrinker));
}
#endif
