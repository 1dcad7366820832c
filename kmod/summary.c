// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls that export and import the SUMMARY of all groups, so that a
 * remount need not read bitmaps again, and the ioctl that counts free extents
 * by size. They lock one tree at a time, so the result is not a snapshot of one
 * moment.
 */
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "frsp.h"
#include "uapi/frsp.h"

/* The longest free extent of a LOADED group, by a walk over its extents. */
static void longest_of(const struct frsp_tree *tree, u32 group,
		       struct frsp_group_summary *summary)
{
	u32 base = group * tree->group_clusters;
	struct frsp_extent *extent = frsp_tree_next(tree, base);
	struct rb_node *node;

	for (; extent && extent->start < base + tree->group_clusters;
	     extent = rb_entry_safe(node, struct frsp_extent, by_start)) {
		if (extent->len > summary->longest_len) {
			summary->longest_start = extent->start - base;
			summary->longest_len = extent->len;
		}
		node = rb_next(&extent->by_start);
	}
}

/* Fills in the longest free extent of a group. False: it is not known. */
static bool summarise(struct frsp_tree *tree, u32 in_tree,
		      struct frsp_group_summary *summary)
{
	const struct frsp_group *group = &tree->groups[in_tree];
	bool known = true;

	spin_lock(&tree->lock);
	if (group->state == FRSP_GROUP_LOADED) {
		longest_of(tree, in_tree, summary);
	} else if (group->state == FRSP_GROUP_SUMMARY) {
		summary->longest_start = group->longest_start;
		summary->longest_len = group->longest_len;
	} else {
		known = false;
	}
	spin_unlock(&tree->lock);
	return known;
}

long frsp_summary_export(struct frsp_fs *fs, struct frsp_ioc_summary *out)
{
	struct frsp_group_summary __user *user = u64_to_user_ptr(out->groups);
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb)), n = 0, g, in_tree;
	struct frsp_tree *tree;
	bool uninit;

	for (g = out->first_group; g < n_groups && n < out->n; g++) {
		struct frsp_group_summary summary = {.group = g};

		tree = frsp_trees_of_group(fs, g, &in_tree);
		if (!tree || !summarise(tree, in_tree, &summary))
			continue;
		/* The count that the descriptor will have at the next mount. */
		summary.free = frsp_group_desc_free(fs->sb, g, &uninit);
		if (copy_to_user(&user[n++], &summary, sizeof(summary)))
			return -EFAULT;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	out->n = n;
	out->next_group = g;
	return 0;
}

static bool import_group(struct frsp_fs *fs,
			 const struct frsp_group_summary *summary)
{
	struct frsp_tree *tree;
	bool uninit, taken;
	u32 in_tree;

	tree = frsp_trees_of_group(fs, summary->group, &in_tree);
	/* The last tree has room for groups that do not exist. */
	if (!tree || summary->group >= frsp_sbi_groups(frsp_sbi(fs->sb)) ||
	    summary->longest_len > summary->free ||
	    summary->longest_start >= fs->group_clusters ||
	    summary->longest_len >
		    fs->group_clusters - summary->longest_start ||
	    frsp_group_desc_free(fs->sb, summary->group, &uninit) !=
		    summary->free)
		return false;
	spin_lock(&tree->lock);
	taken = tree->groups[in_tree].state == FRSP_GROUP_UNKNOWN;
	if (taken) {
		frsp_tree_set_summary(tree, in_tree, summary->free,
				      summary->longest_start,
				      summary->longest_len);
		frsp_meta_update(&fs->meta, tree);
	}
	spin_unlock(&tree->lock);
	return taken;
}

long frsp_summary_import(struct frsp_fs *fs, struct frsp_ioc_summary *in)
{
	const struct frsp_group_summary __user *user =
		u64_to_user_ptr(in->groups);
	struct frsp_group_summary summary;
	u32 i, taken = 0;

	for (i = 0; i < in->n; i++) {
		if (copy_from_user(&summary, &user[i], sizeof(summary)))
			return -EFAULT;
		taken += import_group(fs, &summary);
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	in->n = taken;
	return 0;
}

static void add_extents(struct frsp_tree *tree,
			struct frsp_ioc_free_extents *out)
{
	struct frsp_extent *extent;
	u32 position = 0, visits, bucket, len;
	struct rb_node *node;

	/*
	 * Releases the lock now and then, as a tree may have a million extents.
	 */
	do {
		spin_lock(&tree->lock);
		extent = frsp_tree_next(tree, position);
		for (visits = 1024; extent && visits; visits--) {
			len = extent->len;
			bucket = ilog2(len);
			out->extents[bucket]++;
			out->clusters[bucket] += len;
			out->longest = max(out->longest, len);
			if (!out->shortest || len < out->shortest)
				out->shortest = len;
			position = extent->start + len;
			node = rb_next(&extent->by_start);
			extent = rb_entry_safe(node, struct frsp_extent,
					       by_start);
		}
		spin_unlock(&tree->lock);
		cond_resched();
	} while (extent);
}

static void add_groups(struct frsp_fs *fs, struct frsp_tree *tree,
		       struct frsp_ioc_free_extents *out)
{
	u32 first = tree->index << fs->span_log2, i;
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb));
	bool uninit;

	for (i = 0; i < tree->n_groups && first + i < n_groups; i++) {
		enum frsp_group_state state = frsp_load_state(tree, i);

		out->groups++;
		out->groups_loaded += state == FRSP_GROUP_LOADED;
		out->groups_summary += state == FRSP_GROUP_SUMMARY;
		out->free_clusters +=
			frsp_group_desc_free(fs->sb, first + i, &uninit);
	}
}

long frsp_summary_free_extents(struct frsp_fs *fs,
			       struct frsp_ioc_free_extents *out)
{
	struct frsp_ioc_free_extents result = {
		.size = out->size, .fd = out->fd, .tree = out->tree};
	struct frsp_tree *tree;
	u32 i;

	result.n_trees = frsp_trees_count(fs);
	result.groups_per_tree = 1U << fs->span_log2;
	result.cluster_bytes = fs->sb->s_blocksize << fs->cluster_bits;
	if (out->tree != FRSP_ALL && out->tree >= result.n_trees)
		return -ERANGE;
	for (i = 0; (tree = frsp_trees_at(fs, i)); i++) {
		if (out->tree != FRSP_ALL && out->tree != i)
			continue;
		add_groups(fs, tree, &result);
		add_extents(tree, &result);
		if (signal_pending(current))
			return -EINTR;
	}
	*out = result;
	return 0;
}
