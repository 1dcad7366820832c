// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl tree: shows the free extents that frsp.ko has loaded, by size. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "ctl/ctl.h"
#include "ctl/target.h"
#include "module/free_table.h"
#include "module/module.h"
#include "ui/document.h"

#define TREE_SCHEMA "frsp.tree/1"

/* The number of blocks of the flexible group extents->tree. The last one may be
 * shorter than the others.
 */
static __u64 blocks_of_tree(const struct ext4_super *super,
			    const struct frsp_ioc_free_extents *extents)
{
	__u64 span = (__u64)extents->groups_per_tree * super->group_blocks;
	__u64 all = super->n_blocks - super->first_block;
	__u64 first = extents->tree * span;

	if (first >= all) /* an online resize added it meanwhile */
		return 0;
	return all - first < span ? all - first : span;
}

static enum exit_code fill(const struct ctl_target *target,
			   struct free_table *table)
{
	struct frsp_ioc_free_extents *extents = &table->extents;
	struct ctl_session session;
	struct ext4_super super;
	enum exit_code code;
	int err;

	code = ctl_session_open(target, &session);
	if (code != EXIT_OK)
		return code;
	err = frsp_module_free_extents(session.device, session.fs, extents);
	ctl_session_close(&session);
	if (err == -ERANGE)
		return log_fail(
			EXIT_FAILED,
			"without FLEX, \"frspctl tree\" shows how many there are",
			"%s: no flexible group %u", target->shown,
			extents->tree);
	if (err)
		return ctl_ioctl_failed(target, "cannot ask for free extents",
					err);
	code = ctl_target_super(target, &super);
	if (code != EXIT_OK)
		return code;
	table->block_bytes = super.block_bytes;
	table->n_blocks = extents->tree == FRSP_ALL
				  ? super.n_blocks
				  : blocks_of_tree(&super, extents);
	return EXIT_OK;
}

static struct json_object *histogram(const struct frsp_ioc_free_extents *from)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < FRSP_BUCKETS; i++) {
		struct json_object *bucket;

		if (!from->extents[i])
			continue;
		bucket = json_object_new_object();
		json_add_u64(bucket, "from_bytes",
			     (__u64)from->cluster_bytes << i);
		json_add_u64(bucket, "extents", from->extents[i]);
		json_add_u64(bucket, "bytes",
			     from->clusters[i] * from->cluster_bytes);
		json_object_array_add(array, bucket);
	}
	return array;
}

static enum exit_code print_json(const struct free_table *table,
				 const struct ctl_target *target)
{
	const struct frsp_ioc_free_extents *extents = &table->extents;
	struct json_object *document = document_new(TREE_SCHEMA);
	struct free_sizes sizes = free_table_sizes(table);

	json_add_string(document, "device", target->name);
	json_add_text(document, "device_name", target->shown);
	json_add_text(document, "mount", target->mount->target);
	if (extents->tree == FRSP_ALL)
		json_object_object_add(document, "tree", NULL);
	else
		json_add_u64(document, "tree", extents->tree);
	json_add_u64(document, "trees", extents->n_trees);
	json_add_u64(document, "groups_per_tree", extents->groups_per_tree);
	json_add_u64(document, "groups", extents->groups);
	json_add_u64(document, "groups_loaded", extents->groups_loaded);
	json_add_u64(document, "groups_summary", extents->groups_summary);
	json_add_u64(document, "block_bytes", table->block_bytes);
	json_add_u64(document, "cluster_bytes", extents->cluster_bytes);
	json_add_u64(document, "bytes", table->n_blocks * table->block_bytes);
	json_add_u64(document, "free_bytes",
		     extents->free_clusters * extents->cluster_bytes);
	json_add_u64(document, "extents", sizes.n_extents);
	json_add_u64(document, "shortest_bytes", sizes.shortest);
	json_add_u64(document, "longest_bytes", sizes.longest);
	json_add_u64(document, "average_bytes", sizes.average);
	json_object_object_add(document, "histogram", histogram(extents));
	return document_print(document);
}

static enum exit_code show(const struct ctl *ctl,
			   const struct ctl_target *target, __u32 tree)
{
	struct free_table table = {.extents.tree = tree,
				   .device = target->shown};
	enum exit_code code = fill(target, &table);

	if (code != EXIT_OK)
		return code;
	if (ctl->json)
		return print_json(&table, target);
	free_table_print(stdout, &table);
	return EXIT_OK;
}

enum exit_code ctl_tree(const struct ctl *ctl)
{
	struct ctl_target target;
	enum exit_code code;
	__u64 tree = FRSP_ALL;

	if (ctl->n_args > 1 && fmt_parse_u64(ctl->args[1], FRSP_ALL - 1, &tree))
		return log_fail(
			EXIT_USAGE,
			"a number from 0; without FLEX, \"frspctl tree\" shows how many there are",
			"tree: \"%s\" is not a flexible group", ctl->args[1]);
	code = ctl_target_find(ctl->args[0], &target);
	if (code != EXIT_OK)
		return code;
	code = show(ctl, &target, tree);
	ctl_target_release(&target);
	return code;
}
