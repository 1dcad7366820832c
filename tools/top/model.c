// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model keeps two frames: the latest, which is shown, and the previous one,
 * to compute rates per second. If a filesystem was unmounted, the next frame
 * does not have it, and its counts are deleted, because another filesystem may
 * get its device number.
 */
#include "top/model.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hist.h"
#include "fs/es_info.h"
#include "module/free_extents.h"
#include "top/disk.h"
#include "watch/pin.h"

#define TOP_MAX_WATCHES 3

struct top_model {
	struct mount_table *mounts;
	struct path_cache *paths;
	/* NULL: this kernel lacks what it would watch */
	struct alloc_watch *alloc;
	struct es_watch *es;
	struct busy_watch *busy;
	struct hot_monitor *hot;
	bool is_remote; /* .hot is frspd's, and there are no watches */
	bool es_now;	/* of the present request */
	__u32 modules;	/* watch_modules() when the watches were opened */
	__u32 only;	/* show only this device; 0: all */
	int only_mount; /* id of the mount that the user named */
	enum top_origin origin;
	__u64 origin_ns; /* CLOCK_MONOTONIC */
	struct top_baselines baselines;
	struct top_frame frames[2];
	int shown;	       /* index of the latest frame */
	struct disk_map *maps; /* of the filesystems whose map was shown */
};

/* The driver of ext4 mounts ext2 and ext3, too. Then the filesystem has a
 * directory in /sys/fs/ext4, but not with the old driver of ext2.
 */
static bool is_run_by_ext4(const struct mount_entry *mount)
{
	char name[MOUNT_NAME_LEN], path[PATH_MAX];

	if (!strcmp(mount->fs_type, "ext4"))
		return true;
	if (strcmp(mount->fs_type, "ext3") && strcmp(mount->fs_type, "ext2"))
		return false;
	mount_name_or_number(mount->dev, name);
	snprintf(path, sizeof(path), "%s/%s", FS_STATUS_ROOT, name);
	return !access(path, F_OK);
}

static bool is_watched(const struct mount_entry *mount)
{
	return is_run_by_ext4(mount) || !strcmp(mount->fs_type, "xfs");
}

static int find_only(const struct mount_table *mounts, const char *device,
		     const struct mount_entry **mount)
{
	int err = mount_name_find(mounts, device, mount);

	if (err)
		return err;
	return is_watched(*mount) ? 0 : -EINVAL;
}

int top_model_check(const struct top_options *options)
{
	const struct mount_entry *mount;
	struct mount_table *mounts;
	int err;

	if (!options->device)
		return 0;
	err = mount_table_read(&mounts);
	if (err)
		return err;
	err = find_only(mounts, options->device, &mount);
	mount_table_free(mounts);
	return err;
}

static int open_heat(struct top_model *model, const struct top_options *top)
{
	const struct hot_monitor_options options = {
		.remote = top->remote,
		.track.memory = HOT_TRACK_DEFAULT_MEMORY,
		.track.own_memory = top->own_memory,
		.track.half_life_s = HOT_TRACK_DEFAULT_HALF_LIFE_S,
		.only_dev = top->remote ? 0 : model->only,
	};
	struct mount_table *mounts; /* hot_monitor_open() takes it over */
	int err = mount_table_read(&mounts);

	if (!err)
		err = hot_monitor_open(&options, mounts, &model->hot);
	return err == -EOPNOTSUPP ? 0 : err;
}

/* A watch may find nothing to watch, but not all three. */
static int open_watches(struct top_model *model)
{
	const struct watch *first;
	int err;

	model->modules = watch_modules();
	model->origin_ns = clock_ns(CLOCK_MONOTONIC);
	err = alloc_watch_open(&model->alloc);
	if (!err || err == -EOPNOTSUPP)
		err = es_watch_open(&model->es);
	if (!err || err == -EOPNOTSUPP)
		err = busy_watch_open(&model->busy);
	if (err == -EOPNOTSUPP)
		err = 0;
	if (err)
		return err;
	first = top_model_watch(model, 0);
	if (!first)
		return -EOPNOTSUPP;
	model->origin = watch_pin_is_there(first->name) ? TOP_SINCE_PIN
							: TOP_SINCE_START;
	return 0;
}

static void close_watches(struct top_model *model)
{
	alloc_watch_close(model->alloc);
	es_watch_close(model->es);
	busy_watch_close(model->busy);
	model->alloc = NULL;
	model->es = NULL;
	model->busy = NULL;
}

/* If a module was loaded since the watches were opened, opens them again, to
 * watch the module, too. All counts then begin at 0. Pinned programs stay as
 * they are.
 */
static int follow_modules(struct top_model *model)
{
	__u32 before = model->modules;

	if (model->is_remote)
		return 0;
	model->modules = watch_modules();
	if (!(model->modules & ~before))
		return 0;
	close_watches(model);
	top_baselines_free(&model->baselines);
	return open_watches(model);
}

static void clear_frame(struct top_frame *frame)
{
	for (size_t i = 0; i < frame->n_fs; i++) {
		free(frame->fs[i].mount);
		free(frame->fs[i].mount_label);
	}
	free(frame->fs);
	diskstats_free(&frame->disks);
	path_kept_free(&frame->kept);
	*frame = (struct top_frame){0};
}

void top_model_close(struct top_model *model)
{
	if (!model)
		return;
	clear_frame(&model->frames[0]);
	clear_frame(&model->frames[1]);
	disk_maps_free(&model->maps);
	top_baselines_free(&model->baselines);
	hot_monitor_close(model->hot);
	close_watches(model);
	path_cache_free(model->paths);
	mount_table_free(model->mounts);
	free(model);
}

static int read_watches(const struct top_model *model, struct top_fs *fs)
{
	int err = 0;

	if (model->is_remote && model->es_now && fs->is_ext4)
		fs->es.has_info =
			!es_info_read(ES_INFO_ROOT, fs->name, &fs->es.info);
	fs->has_alloc = model->alloc && fs->is_ext4;
	fs->has_events = fs->has_alloc && fs->has_status &&
			 alloc_watch_has_frsp(model->alloc);
	if (fs->has_alloc)
		err = alloc_watch_fs(model->alloc, fs->dev, &fs->alloc);
	fs->has_es = model->es && fs->is_ext4;
	if (!err && fs->has_es)
		err = es_watch_fs(model->es, fs->dev,
				  model->es_now ? fs->name : NULL, &fs->es);
	fs->has_busy = model->busy && busy_watch_has(model->busy, fs->is_ext4);
	if (!err && fs->has_busy)
		err = busy_watch_fs(model->busy, fs->dev, &fs->busy);
	return err;
}

static struct top_counts all_counts(const struct top_fs *fs)
{
	return (struct top_counts){
		.alloc = fs->alloc,
		.es = fs->es.totals,
		.busy = fs->busy,
		.status = fs->status,
	};
}

static void count_since(const struct top_model *model, struct top_fs *fs)
{
	fs->since = all_counts(fs);
	top_baseline_subtract(&model->baselines, fs->dev, &fs->since);
}

static const struct top_fs *fs_in(const struct top_frame *frame, __u32 dev)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		if (frame->fs[i].dev == dev)
			return &frame->fs[i];
	return NULL;
}

/* Copies the history from the previous frame and appends this interval. */
static void add_to_history(struct top_fs *fs)
{
	const struct top_fs *before = fs->before;
	struct top_history *history = &fs->es_history;
	__u64 hits = fs->es.totals.hits, misses = fs->es.totals.misses;

	if (before) {
		*history = before->es_history;
		hits = hist_since(hits, before->es.totals.hits);
		misses = hist_since(misses, before->es.totals.misses);
	}
	if (history->n == TOP_HISTORY)
		memmove(history->percent, history->percent + 1, --history->n);
	history->percent[history->n++] =
		hits + misses ? 100 * hits / (hits + misses) : TOP_HISTORY_NONE;
}

static int read_fs(struct top_model *model, const struct mount_entry *mount,
		   struct top_fs *fs)
{
	struct mount_space space;
	char label[PATH_LABEL_LEN];
	const char *file;
	int err;

	fs->dev = mount->dev;
	snprintf(fs->fs_type, sizeof(fs->fs_type), "%s", mount->fs_type);
	fs->is_ext4 = is_run_by_ext4(mount);
	path_escape(mount->target, label, sizeof(label));
	fs->mount = strdup(mount->target);
	fs->mount_label = strdup(label);
	if (!fs->mount || !fs->mount_label)
		return -ENOMEM;
	mount_name_or_number(fs->dev, fs->name);
	mount_name_for_people(fs->name, fs->shown);
	if (!mount_entry_space(mount, &space)) { /* fails if it is hidden */
		fs->bytes = space.bytes;
		fs->free_bytes = space.free_bytes;
	}
	fs->has_status =
		!fs_status_read(FS_STATUS_ROOT, fs->name, &fs->status, &file);
	err = read_watches(model, fs);
	count_since(model, fs);
	return err;
}

/* frame: the present one, which has its .disks and .interval_s. */
static void read_rates(const struct top_model *model,
		       const struct top_frame *frame,
		       const struct mount_entry *mount, struct top_fs *fs)
{
	const struct top_frame *before = &model->frames[model->shown];

	fs->has_disk = top_disk_rates(mount, &before->disks, &frame->disks,
				      frame->interval_s, &fs->disk);
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
	read_rates(model, frame, mount, &more[frame->n_fs]);
	return read_fs(model, mount, &more[frame->n_fs++]);
}

static int compare_mounts(const void *left, const void *right)
{
	const struct top_fs *a = left, *b = right;

	return strcmp(a->mount, b->mount);
}

/* Which mount of entry's filesystem to show: the one that the user named, or
 * the one that shows most of the filesystem; entry if all are hidden.
 */
static const struct mount_entry *shown_mount(const struct top_model *model,
					     const struct mount_entry *entry)
{
	const struct mount_entry *mount =
		mount_table_by_id(model->mounts, model->only_mount);

	if (!mount || mount->dev != entry->dev ||
	    !mount_entry_is_reachable(model->mounts, mount))
		mount = mount_table_by_dev(model->mounts, entry->dev);
	return mount ? mount : entry;
}

static int read_filesystems(struct top_model *model, struct top_frame *frame)
{
	const struct mount_entry *entry = NULL;
	__u32 last = 0;
	int err = 0;

	while (!err && (entry = mount_table_next(model->mounts, entry))) {
		if (entry->dev == last || !is_watched(entry) ||
		    (model->only && entry->dev != model->only))
			continue;
		last = entry->dev;
		err = add_fs(model, frame, shown_mount(model, entry));
	}
	if (frame->n_fs)
		qsort(frame->fs, frame->n_fs, sizeof(*frame->fs),
		      compare_mounts);
	return !err && model->only && !frame->n_fs ? -ENODEV : err;
}

static int set_only(struct top_model *model, const char *device)
{
	const struct mount_entry *mount;
	int err = find_only(model->mounts, device, &mount);

	if (err)
		return err;
	model->only = mount->dev;
	model->only_mount = mount->id;
	return 0;
}

/* Reads a first frame, which is not shown. The rates of the next frame are
 * relative to it.
 */
int top_model_open(const struct top_options *options, struct top_model **out)
{
	struct top_model *model = calloc(1, sizeof(*model));
	int err;

	if (!model)
		return -ENOMEM;
	model->is_remote = options->remote;
	model->origin_ns = clock_ns(CLOCK_MONOTONIC);
	err = mount_table_read(&model->mounts);
	if (!err && options->device)
		err = set_only(model, options->device);
	if (!err)
		err = path_cache_new(model->mounts, 0, &model->paths);
	if (!err && !model->is_remote)
		err = open_watches(model);
	if (!err)
		err = open_heat(model, options);
	if (!err)
		err = read_filesystems(model, &model->frames[0]);
	if (err) {
		top_model_close(model);
		return err;
	}
	model->frames[0].mono_ns = clock_ns(CLOCK_MONOTONIC);
	diskstats_read(DISKSTATS_PATH, &model->frames[0].disks);
	*out = model;
	return 0;
}

static int forget_gone(struct top_model *model, const struct top_frame *before,
		       const struct top_frame *now)
{
	int err = 0;

	for (size_t i = 0; i < before->n_fs && !err; i++) {
		const struct top_fs *fs = &before->fs[i];

		if (fs_in(now, fs->dev))
			continue;
		disk_map_forget(&model->maps, fs->dev);
		top_baseline_forget(&model->baselines, fs->dev);
		if (fs->has_alloc)
			alloc_watch_forget(model->alloc, fs->dev);
		if (fs->has_es)
			err = es_watch_forget(model->es, fs->dev);
		if (fs->has_busy)
			busy_watch_forget(model->busy, fs->dev);
	}
	return err;
}

static void add_cost(const struct watch *watch, struct top_frame *frame)
{
	for (__u32 program = 0; program < watch->n_programs; program++) {
		struct frsp_cost cost = {0};

		watch_cost(watch, program, &cost);
		frame->events += cost.events;
		frame->events_ns += cost.events * watch_cost_ns(&cost);
	}
}

/* Adds the lost events, map bytes and run time of all watches. */
static int add_overhead(const struct top_model *model, struct top_frame *frame)
{
	const struct watch *watch;
	int err = 0;

	for (size_t i = 0; !err && (watch = top_model_watch(model, i)); i++) {
		err = watch_lost(watch, &frame->lost);
		frame->map_bytes += watch_map_bytes(watch->object);
		add_cost(watch, frame);
	}
	return err;
}

/* The monitor knows which filesystem it shows, but frspd does not. */
static int sample_heat(const struct top_model *model,
		       const struct top_request *request,
		       struct top_frame *frame)
{
	struct hot_frame_request heat = request->heat;

	if (model->is_remote && !heat.fs_dev)
		heat.fs_dev = model->only;
	return hot_monitor_sample(model->hot, &heat, &frame->heat);
}

static void note_origin(const struct top_model *model, struct top_frame *frame)
{
	frame->origin = model->origin;
	frame->since_s = model->origin == TOP_SINCE_PIN
				 ? 0
				 : (frame->mono_ns - model->origin_ns) / 1e9;
}

int top_model_reset(struct top_model *model)
{
	struct top_frame *frame = &model->frames[model->shown];
	int err = 0;

	for (size_t i = 0; i < frame->n_fs && !err; i++) {
		struct top_fs *fs = &frame->fs[i];
		const struct top_counts counts = all_counts(fs);

		err = top_baseline_set(&model->baselines, fs->dev, &counts);
		count_since(model, fs);
	}
	model->origin = TOP_SINCE_RESET;
	model->origin_ns = frame->mono_ns;
	note_origin(model, frame);
	return err;
}

int top_model_sample(struct top_model *model, const struct top_request *request,
		     struct top_frame **frame)
{
	const struct top_frame *before = &model->frames[model->shown];
	struct top_frame *now = &model->frames[!model->shown];
	int err;

	clear_frame(now);
	model->es_now = request->es_now;
	err = mount_table_refresh(model->mounts);
	now->wall_ns = clock_ns(CLOCK_REALTIME);
	now->mono_ns = clock_ns(CLOCK_MONOTONIC);
	diskstats_read(DISKSTATS_PATH, &now->disks);
	now->interval_s = (now->mono_ns - before->mono_ns) / 1e9;
	if (!err)
		err = follow_modules(model);
	if (!err && model->es && model->es_now)
		err = es_watch_refresh(model->es);
	if (!err)
		err = read_filesystems(model, now);
	if (!err)
		err = add_overhead(model, now);
	if (!err && model->hot)
		err = sample_heat(model, request, now);
	if (err)
		return err;
	now->has_heat = model->hot;
	note_origin(model, now);
	now->only = model->only;
	now->is_remote = model->is_remote;
	for (size_t i = 0; i < now->n_fs; i++) {
		now->fs[i].before = fs_in(before, now->fs[i].dev);
		add_to_history(&now->fs[i]);
	}
	err = forget_gone(model, before, now);
	model->shown = !model->shown;
	*frame = now;
	return err;
}

void top_model_tend(struct top_model *model)
{
	if (model->hot)
		hot_monitor_tend(model->hot); /* errors recur in sampling */
}

struct hot_monitor *top_model_hot(const struct top_model *model)
{
	return model->hot;
}

static void name_hottest(struct top_model *model, const struct hot_rows *files,
			 struct top_fs *fs)
{
	for (__u32 i = 0; i < files->n_rows; i++) {
		const struct hot_row *row = &files->rows[i];

		if (row->fs_dev != fs->dev ||
		    (fs->hottest &&
		     row->temperature <= fs->hottest->temperature))
			continue;
		hot_monitor_name(model->hot, files, i, 1);
		if (row->file->state != PATH_DELETED)
			fs->hottest = row;
	}
}

void top_model_name_hottest(struct top_model *model, struct top_frame *frame)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		name_hottest(model, &frame->heat.ranking.files, &frame->fs[i]);
}

static void name_inode(struct top_model *model, struct top_frame *frame,
		       const struct frsp_es_inode_key *inode,
		       const struct path_result **kept)
{
	const struct path_key key = {inode->ino, inode->dev, inode->gen};
	struct path_result file;

	if (*kept)
		return;
	path_cache_get(model->paths, &key, &file);
	*kept = path_keep(&frame->kept, &file);
}

void top_model_name_inodes(struct top_model *model, struct top_frame *frame,
			   struct top_fs *fs)
{
	for (int order = 0; order < ES_NR_ORDERS; order++) {
		const struct es_top *top = &fs->es.top[order];

		for (size_t i = 0; i < top->n_rows; i++)
			name_inode(model, frame, &top->rows[i].inode,
				   &fs->es_files[order][i]);
	}
}

void top_model_free_extents(struct top_model *model, struct top_fs *fs)
{
	if (!fs->has_status || fs->asked_free)
		return;
	fs->asked_free = true;
	fs->free = (struct free_table){.extents.tree = FRSP_ALL,
				       .device = fs->shown};
	fs->has_free = !free_extents_read(model->mounts, fs->dev, &fs->free);
}

static int get_map(struct top_model *model, struct top_fs *fs)
{
	const struct top_frame *frame = &model->frames[model->shown];
	struct disk_map_now now = {
		.dev = fs->dev,
		.bytes = fs->bytes,
		.ns = frame->mono_ns,
		.monitor = model->hot,
		.ranges = frame->has_heat ? &frame->heat.ranking.ranges : NULL,
	};

	if (!fs->is_ext4 || model->is_remote)
		return -EOPNOTSUPP;
	if (fs->has_status)
		now.mount = mount_table_by_dev(model->mounts, fs->dev);
	return disk_map_get(&model->maps, &now, &fs->map);
}

void top_model_map(struct top_model *model, struct top_fs *fs, bool with_tiers)
{
	fs->map_err = get_map(model, fs);
	if (fs->map_err)
		fs->map = NULL;
	if (fs->map && with_tiers)
		fs->tiers_err = disk_map_tiers(fs->map, &fs->tiers);
}

int top_model_pin(struct top_model *model)
{
	struct watch_pin_object objects[TOP_MAX_WATCHES + 1];
	const struct watch *watch;
	size_t n = 0;

	for (; (watch = top_model_watch(model, n)); n++)
		objects[n] =
			(struct watch_pin_object){watch->name, watch->skeleton};
	if (model->hot)
		objects[n++] = (struct watch_pin_object){
			HOT_TRACK_OBJECT, hot_monitor_skeleton(model->hot)};
	return watch_pin(objects, n, NULL);
}

const struct watch *top_model_watch(const struct top_model *model, size_t i)
{
	const struct watch *const watches[TOP_MAX_WATCHES] = {
		model->alloc ? alloc_watch_base(model->alloc) : NULL,
		model->es ? es_watch_base(model->es) : NULL,
		model->busy ? busy_watch_base(model->busy) : NULL,
	};

	for (size_t n = 0; n < TOP_MAX_WATCHES; n++)
		if (watches[n] && !i--)
			return watches[n];
	return NULL;
}
