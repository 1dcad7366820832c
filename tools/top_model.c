// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two frames are kept: the one that is shown, and the one before, for what is
 * "per second". A filesystem that is unmounted is left out of the next frame,
 * and what was counted of it is dropped, as its device number may come again.
 */
#include "top_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "clock.h"

struct top_model {
	struct mount_table *mounts;
	/* NULL: this kernel has nothing of it now */
	struct alloc_watch *alloc;
	struct busy_watch *busy;
	__u32 only; /* device; 0: all */
	struct top_frame frames[2];
	int shown; /* index of the latest frame */
};

static bool is_watched_type(const char *fs_type)
{
	return !strcmp(fs_type, "ext4") || !strcmp(fs_type, "xfs");
}

static int find_only(struct top_model *model, const char *device)
{
	const struct mount_entry *mount;
	int err = mount_name_find(model->mounts, device, &mount);

	if (err)
		return err;
	if (!is_watched_type(mount->fs_type))
		return -EINVAL;
	model->only = mount->dev;
	return 0;
}

/* Not all kernels have all of it: it does if one can be watched. */
static int open_watches(struct top_model *model)
{
	int err = alloc_watch_open(&model->alloc);

	if (!err || err == -EOPNOTSUPP)
		err = busy_watch_open(&model->busy);
	return err == -EOPNOTSUPP && top_model_watch(model, 0) ? 0 : err;
}

int top_model_open(const struct top_options *options, struct top_model **out)
{
	struct top_model *model = calloc(1, sizeof(*model));
	int err;

	if (!model)
		return -ENOMEM;
	err = mount_table_read(&model->mounts);
	if (!err && options->device)
		err = find_only(model, options->device);
	if (!err)
		err = open_watches(model);
	if (err) {
		top_model_close(model);
		return err;
	}
	model->frames[0].mono_ns = clock_ns(CLOCK_MONOTONIC);
	*out = model;
	return 0;
}

static void clear_frame(struct top_frame *frame)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		free(frame->fs[i].mount);
	free(frame->fs);
	*frame = (struct top_frame){0};
}

void top_model_close(struct top_model *model)
{
	if (!model)
		return;
	clear_frame(&model->frames[0]);
	clear_frame(&model->frames[1]);
	alloc_watch_close(model->alloc);
	busy_watch_close(model->busy);
	mount_table_free(model->mounts);
	free(model);
}

static int read_watches(struct top_model *model, struct top_fs *fs)
{
	int err = 0;

	fs->has_alloc = model->alloc && !strcmp(fs->fs_type, "ext4");
	fs->has_busy = model->busy && busy_watch_has(model->busy, fs->fs_type);
	if (fs->has_alloc)
		err = alloc_watch_fs(model->alloc, fs->dev, &fs->alloc);
	if (!err && fs->has_busy)
		err = busy_watch_fs(model->busy, fs->dev, &fs->busy);
	return err;
}

static int read_fs(struct top_model *model, const struct mount_entry *mount,
		   struct top_fs *fs)
{
	struct statvfs space;
	const char *file;

	fs->dev = mount->dev;
	snprintf(fs->fs_type, sizeof(fs->fs_type), "%s", mount->fs_type);
	fs->mount = strdup(mount->target);
	if (!fs->mount)
		return -ENOMEM;
	if (mount_name_of(fs->dev, fs->name, sizeof(fs->name)))
		snprintf(fs->name, sizeof(fs->name), "%u:%u",
			 kdev_major(fs->dev), kdev_minor(fs->dev));
	if (!statvfs(mount->target, &space)) {
		fs->bytes = space.f_blocks * space.f_frsize;
		fs->free_bytes = space.f_bfree * space.f_frsize;
	}
	fs->has_status =
		!fs_status_read(FS_STATUS_ROOT, fs->name, &fs->status, &file);
	return read_watches(model, fs);
}

static int add_fs(struct top_model *model, struct top_frame *frame,
		  const struct mount_entry *mount)
{
	struct top_fs *more =
		reallocarray(frame->fs, frame->n_fs + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	frame->fs = more;
	more[frame->n_fs] = (struct top_fs){0};
	return read_fs(model, mount, &more[frame->n_fs++]);
}

static int compare_mounts(const void *left, const void *right)
{
	const struct top_fs *a = left, *b = right;

	return strcmp(a->mount, b->mount);
}

static int read_filesystems(struct top_model *model, struct top_frame *frame)
{
	const struct mount_entry *entry = NULL, *mount;
	__u32 last = 0;
	int err = 0;

	while (!err && (entry = mount_table_next(model->mounts, entry))) {
		if (entry->dev == last || !is_watched_type(entry->fs_type) ||
		    (model->only && entry->dev != model->only))
			continue;
		last = entry->dev;
		mount = mount_table_by_dev(model->mounts, entry->dev);
		err = add_fs(model, frame, mount ? mount : entry);
	}
	if (frame->n_fs)
		qsort(frame->fs, frame->n_fs, sizeof(*frame->fs),
		      compare_mounts);
	return !err && model->only && !frame->n_fs ? -ENODEV : err;
}

static const struct top_fs *fs_in(const struct top_frame *frame, __u32 dev)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		if (frame->fs[i].dev == dev)
			return &frame->fs[i];
	return NULL;
}

static void forget_gone(struct top_model *model, const struct top_frame *before,
			const struct top_frame *now)
{
	for (size_t i = 0; i < before->n_fs; i++) {
		const struct top_fs *fs = &before->fs[i];

		if (fs_in(now, fs->dev))
			continue;
		if (fs->has_alloc)
			alloc_watch_forget(model->alloc, fs->dev);
		if (fs->has_busy)
			busy_watch_forget(model->busy, fs->dev);
	}
}

static int read_overhead(const struct top_model *model, struct top_frame *frame)
{
	const struct watch *watch;
	int err = 0;

	for (size_t i = 0; (watch = top_model_watch(model, i)); i++)
		frame->map_bytes += watch_map_bytes(watch->object);
	if (model->alloc)
		err = alloc_watch_lost(model->alloc, frame->lost);
	if (!err && model->busy)
		err = busy_watch_lost(model->busy, frame->busy_lost);
	return err;
}

int top_model_sample(struct top_model *model, const struct top_frame **frame)
{
	const struct top_frame *before = &model->frames[model->shown];
	struct top_frame *now = &model->frames[!model->shown];
	int err;

	clear_frame(now);
	err = mount_table_refresh(model->mounts);
	now->wall_ns = clock_ns(CLOCK_REALTIME);
	now->mono_ns = clock_ns(CLOCK_MONOTONIC);
	now->interval_s = (now->mono_ns - before->mono_ns) / 1e9;
	if (!err)
		err = read_filesystems(model, now);
	if (!err)
		err = read_overhead(model, now);
	if (err)
		return err;
	forget_gone(model, before, now);
	model->shown = !model->shown;
	*frame = now;
	return 0;
}

const struct top_fs *top_model_before(const struct top_model *model,
				      const struct top_fs *fs)
{
	return fs_in(&model->frames[!model->shown], fs->dev);
}

const struct watch *top_model_watch(const struct top_model *model, size_t i)
{
	const struct watch *const watches[] = {
		model->alloc ? alloc_watch_base(model->alloc) : NULL,
		model->busy ? busy_watch_base(model->busy) : NULL,
	};

	for (size_t n = 0; n < sizeof(watches) / sizeof(*watches); n++)
		if (watches[n] && !i--)
			return watches[n];
	return NULL;
}
