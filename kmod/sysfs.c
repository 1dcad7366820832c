// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a filesystem in /sys/fs/ext4/DEV/; docs/sysfs.abi describes
 * each.
 *
 *   freespace_tree          rw  1: steer this filesystem, 0: only keep trees
 *   mb_frsp_max_mem         rw  bytes that extents may take, 0: unlimited
 *   frsp_tree_usage         ro  bytes that extents take now
 *   frsp_cache_aggression   rw  0..3
 *   frsp_scan_rate          rw  bitmaps per second, 0: no scan
 *   frsp/NAME               ro  counters and gauges (uapi/counters.h)
 *
 * The first five are binary attributes, as ext4's own sysfs_ops would cast
 * plain ones to its own type. The text of a file is made for every read, and
 * cut to the offset and length of the read.
 */
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "frsp.h"

#define TEXT_MAX 24

struct tunable {
	const char *name;
	u64 (*show)(struct frsp_fs *fs);
	/* NULL: read-only. 0, or -EINVAL and nothing has changed. */
	int (*store)(struct frsp_fs *fs, u64 value);
};

static u64 freespace_tree_show(struct frsp_fs *fs)
{
	return READ_ONCE(fs->steer);
}

static int freespace_tree_store(struct frsp_fs *fs, u64 value)
{
	if (value > 1)
		return -EINVAL;
	/* Switching steering on again ends the state after failed audits. */
	if (value)
		WRITE_ONCE(fs->gave_up, false);
	WRITE_ONCE(fs->steer, value);
	return 0;
}

static u64 max_mem_show(struct frsp_fs *fs)
{
	return READ_ONCE(fs->memory.max_bytes);
}

static int max_mem_store(struct frsp_fs *fs, u64 value)
{
	frsp_share_give(fs, value);
	return 0;
}

static u64 usage_show(struct frsp_fs *fs)
{
	return atomic64_read(&fs->memory.used_bytes);
}

static u64 aggression_show(struct frsp_fs *fs)
{
	return READ_ONCE(fs->aggression);
}

static int aggression_store(struct frsp_fs *fs, u64 value)
{
	if (value > 3)
		return -EINVAL;
	WRITE_ONCE(fs->aggression, value);
	frsp_loader_kick(fs);
	return 0;
}

static u64 scan_rate_show(struct frsp_fs *fs)
{
	return READ_ONCE(fs->scan.rate);
}

static int scan_rate_store(struct frsp_fs *fs, u64 value)
{
	if (value > FRSP_SCAN_MAX)
		return -EINVAL;
	frsp_scan_set_rate(fs, value);
	return 0;
}

static const struct tunable tunables[] = {
	{"freespace_tree", freespace_tree_show, freespace_tree_store},
	{"mb_frsp_max_mem", max_mem_show, max_mem_store},
	{"frsp_tree_usage", usage_show, NULL},
	{"frsp_cache_aggression", aggression_show, aggression_store},
	{"frsp_scan_rate", scan_rate_show, scan_rate_store},
};

struct tunable_file {
	struct bin_attribute attribute;
	const struct tunable *tunable;
	struct frsp_fs *fs;
};

struct frsp_sysfs {
	struct kobject counters; /* the directory frsp */
	struct completion released;
	struct frsp_fs *fs;
	struct tunable_file files[ARRAY_SIZE(tunables)];
};

/*
 * Since Linux 6.16 the callbacks get a const attribute. The compiler tells
 * which it is, not the version: a distribution may have backported the change.
 */
typedef ssize_t (*plain_callback)(struct file *, struct kobject *,
				  struct bin_attribute *, char *, loff_t,
				  size_t);
#define IS_PLAIN                                                               \
	__builtin_types_compatible_p(                                          \
		typeof(((struct bin_attribute *)0)->read), plain_callback)
typedef typeof(__builtin_choose_expr(
	IS_PLAIN, (struct bin_attribute *)0,
	(const struct bin_attribute *)0)) callback_attribute;

static ssize_t tunable_read(struct file *file, struct kobject *kobj,
			    callback_attribute attribute, char *buf,
			    loff_t offset, size_t count)
{
	struct tunable_file *tunable = attribute->private;
	char text[TEXT_MAX];
	int len = snprintf(text, sizeof(text), "%llu\n",
			   tunable->tunable->show(tunable->fs));

	return memory_read_from_buffer(buf, count, &offset, text, len);
}

static ssize_t tunable_write(struct file *file, struct kobject *kobj,
			     callback_attribute attribute, char *buf,
			     loff_t offset, size_t count)
{
	struct tunable_file *tunable = attribute->private;
	char text[TEXT_MAX];
	u64 value;
	int err;

	if (offset || count >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, count);
	text[count] = '\0';
	if (kstrtou64(text, 0, &value))
		return -EINVAL;
	err = tunable->tunable->store(tunable->fs, value);
	return err ? err : count;
}

/* A file in frsp/: a counter or a gauge. */
struct counter_attribute {
	struct attribute attribute;
	enum frsp_counter number;
	u64 (*gauge)(struct frsp_fs *fs); /* NULL: a counter */
};

static u64 trees_gauge(struct frsp_fs *fs)
{
	return frsp_trees_count(fs);
}

static u64 trees_cached_gauge(struct frsp_fs *fs)
{
	return READ_ONCE(fs->n_cached);
}

/* The number of groups that are LOADED, or at least SUMMARY, in all trees. */
static u64 count_groups(struct frsp_fs *fs, bool loaded)
{
	struct frsp_tree *tree;
	u64 sum = 0;
	u32 i;

	for (i = 0; (tree = frsp_trees_at(fs, i)); i++)
		sum += loaded ? READ_ONCE(tree->n_loaded)
			      : READ_ONCE(tree->n_known);
	return sum;
}

static u64 groups_gauge(struct frsp_fs *fs)
{
	return frsp_sbi_groups(frsp_sbi(fs->sb));
}

static u64 groups_known_gauge(struct frsp_fs *fs)
{
	return count_groups(fs, false);
}

static u64 groups_loaded_gauge(struct frsp_fs *fs)
{
	return count_groups(fs, true);
}

static u64 scan_left_gauge(struct frsp_fs *fs)
{
	return frsp_scan_left(fs);
}

static u64 index_bytes_gauge(struct frsp_fs *fs)
{
	return frsp_trees_index_bytes(fs);
}

static u64 busy_extents_gauge(struct frsp_fs *fs)
{
	return atomic64_read(&fs->busy_extents);
}

static u64 busy_extents_peak_gauge(struct frsp_fs *fs)
{
	return atomic64_read(&fs->busy_extents_peak);
}

static u64 busy_blocks_gauge(struct frsp_fs *fs)
{
	return (u64)atomic64_read(&fs->busy_clusters) << fs->cluster_bits;
}

static u64 busy_blocks_peak_gauge(struct frsp_fs *fs)
{
	return (u64)atomic64_read(&fs->busy_clusters_peak) << fs->cluster_bits;
}

static u64 cap_is_given_gauge(struct frsp_fs *fs)
{
	return READ_ONCE(fs->cap_is_given);
}

static u64 gave_up_gauge(struct frsp_fs *fs)
{
	return READ_ONCE(fs->gave_up);
}

/* clang-format off */
static struct counter_attribute counters[] = {
#define COUNTER(name) { { #name, 0444 }, FRSP_STAT_##name, NULL },
	FRSP_COUNTERS(COUNTER)
#undef COUNTER
#define GAUGE(name) { { #name, 0444 }, 0, name##_gauge },
	FRSP_GAUGES(GAUGE)
#undef GAUGE
};

/* clang-format on */

static ssize_t counter_show(struct kobject *kobj, struct attribute *attribute,
			    char *buf)
{
	struct frsp_fs *fs =
		container_of(kobj, struct frsp_sysfs, counters)->fs;
	struct counter_attribute *counter =
		container_of(attribute, struct counter_attribute, attribute);

	return sysfs_emit(buf, "%llu\n",
			  counter->gauge ? counter->gauge(fs)
					 : frsp_stats_sum(fs, counter->number));
}

static const struct sysfs_ops counters_ops = {
	.show = counter_show,
};

/* NULL-terminated: one element more than counters. */
static struct attribute *counters_attrs[ARRAY_SIZE(counters) + 1];
ATTRIBUTE_GROUPS(counters);

static void counters_release(struct kobject *kobj)
{
	complete(&container_of(kobj, struct frsp_sysfs, counters)->released);
}

static const struct kobj_type counters_type = {
	.release = counters_release,
	.sysfs_ops = &counters_ops,
	.default_groups = counters_groups,
};

void __init frsp_sysfs_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		counters_attrs[i] = &counters[i].attribute;
}

static int add_tunable(struct frsp_fs *fs, struct tunable_file *file,
		       const struct tunable *tunable)
{
	struct bin_attribute *attribute = &file->attribute;

	sysfs_bin_attr_init(attribute);
	file->tunable = tunable;
	file->fs = fs;
	attribute->attr.name = tunable->name;
	attribute->attr.mode = tunable->store ? 0644 : 0444;
	attribute->private = file;
	attribute->read = tunable_read;
	attribute->write = tunable->store ? tunable_write : NULL;
	return sysfs_create_bin_file(frsp_sbi_kobj(frsp_sbi(fs->sb)),
				     attribute);
}

static void remove_tunables(struct frsp_fs *fs, size_t n)
{
	while (n--)
		sysfs_remove_bin_file(frsp_sbi_kobj(frsp_sbi(fs->sb)),
				      &fs->sysfs->files[n].attribute);
}

int frsp_sysfs_add(struct frsp_fs *fs)
{
	struct frsp_sysfs *sysfs = kzalloc(sizeof(*sysfs), GFP_KERNEL);
	size_t i;
	int err;

	if (!sysfs)
		return -ENOMEM;
	sysfs->fs = fs;
	fs->sysfs = sysfs;
	init_completion(&sysfs->released);
	for (i = 0; i < ARRAY_SIZE(tunables); i++) {
		err = add_tunable(fs, &sysfs->files[i], &tunables[i]);
		if (err)
			goto err_tunables;
	}
	err = kobject_init_and_add(&sysfs->counters, &counters_type,
				   frsp_sbi_kobj(frsp_sbi(fs->sb)), "frsp");
	if (err)
		goto err_counters;
	return 0;

err_counters:
	kobject_put(&sysfs->counters);
	wait_for_completion(&sysfs->released);
err_tunables:
	remove_tunables(fs, i);
	kfree(sysfs);
	return err;
}

/* Waits for tasks that read or write one of the files. */
void frsp_sysfs_remove(struct frsp_fs *fs)
{
	struct frsp_sysfs *sysfs = fs->sysfs;

	kobject_del(&sysfs->counters);
	kobject_put(&sysfs->counters);
	wait_for_completion(&sysfs->released);
	remove_tunables(fs, ARRAY_SIZE(tunables));
	kfree(sysfs);
}
