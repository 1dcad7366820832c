// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/page.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/clock.h"
#include "fs/dm_table.h"
#include "heat/monitor_parts.h"
#include "heat/replay.h"
#include "paths/places.h"

#define TIERS_TTL_S 10

struct hot_page *hot_page_new(const struct path_key *key)
{
	struct hot_page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->heat.key = *key;
	page->stat_err = -ENODEV;
	page->tiers_err = -ENODEV;
	page->extents_state = -ENODATA;
	return page;
}

static void forget_names(struct hot_page *page)
{
	while (page->n_names)
		free(page->names[--page->n_names]);
	page->has_more_names = false;
}

void hot_page_free(struct hot_page *page)
{
	if (!page)
		return;
	path_extents_free(page->extents);
	forget_names(page);
	tiers_free(&page->tiers);
	file_heat_free(&page->heat);
	free(page->mount);
	free(page->given);
	free(page);
}

const char *hot_page_path(const struct hot_page *page)
{
	const struct path_result *file = page->heat.row.file;

	if (file && file->path)
		return file->path;
	return page->stat_err ? NULL : page->given;
}

/* The key that the table uses for this inode. Returns 0 or -errno. */
static int find_key(const struct hot_monitor_parts *parts,
		    const struct path_inode *inode, struct frsp_hot_fs *fs,
		    struct path_key *key)
{
	struct frsp_hot_fs_query query = {.fs_dev = fs->fs_dev};
	int err = hot_track_find_fs(parts->track, &query);

	if (err)
		return err == -ENOENT ? -ENODEV : err;
	fs->fs = query.fs;
	fs->subvol = inode->subvol;
	*key = (struct path_key){
		.ino = inode->ino,
		.fs = inode->subvol ? hot_fs_subvol_id(query.fs, inode->subvol)
				    : query.fs,
		.gen = inode->gen,
	};
	return 0;
}

static int find_file(const struct hot_monitor_parts *parts, const char *path,
		     struct path_inode_of *of, struct frsp_hot_fs *fs)
{
	const struct mount_entry *entry;
	int err;

	if (strlen(path) >= sizeof(of->path))
		return -ENAMETOOLONG;
	err = mount_table_by_spec(parts->mounts, path, &entry);
	if (err)
		return err;
	strcpy(of->path, path);
	err = aside(path_inode_find, of, sizeof(*of), entry->hang_id, NULL);
	if (err)
		return err;
	if (!S_ISREG(of->st.st_mode))
		return -EISDIR;
	fs->fs_dev = entry->dev;
	fs->dev = kdev_from_user(of->st.st_dev);
	strncpy(fs->fs_type, entry->fs_type, sizeof(fs->fs_type) - 1);
	return 0;
}

int hot_page_of_path(struct hot_monitor *monitor, const char *path,
		     struct hot_page **out)
{
	const struct hot_monitor_parts parts = hot_monitor_parts(monitor);
	struct path_inode_of *of = calloc(1, sizeof(*of));
	struct frsp_hot_fs fs = {0};
	struct path_key key;
	int err = of ? find_file(&parts, path, of, &fs) : -ENOMEM;

	if (!err)
		err = find_key(&parts, &of->inode, &fs, &key);
	if (!err) {
		*out = hot_page_new(&key);
		err = *out ? 0 : -ENOMEM;
	}
	if (!err) {
		(*out)->fs = fs;
		(*out)->given = strdup(of->path);
	}
	free(of);
	return err;
}

static void find_who(const struct hot_monitor_parts *parts,
		     struct hot_page *page)
{
	struct hot_row top = {0};

	page->who.n = 0;
	if (page->heat.is_tracked)
		hot_actors_fill(parts->actors, &page->heat.row);
	for (__u32 i = 0; i < page->heat.n_ranges; i++) {
		struct hot_row *range = &page->heat.ranges[i];

		hot_actors_fill(parts->actors, range);
		who_list_add_row(&page->who, range);
	}
	who_list_top(&page->who, &top); /* sorts the list */
}

/* The mount that the path is on, or that shows most of the filesystem. */
static const struct mount_entry *
find_mount(const struct hot_monitor_parts *parts, const struct hot_page *page)
{
	const char *path = hot_page_path(page);
	const struct mount_entry *entry =
		path ? mount_table_at(parts->mounts, path) : NULL;

	if (entry && entry->dev == page->fs.fs_dev)
		return entry;
	return mount_table_by_dev(parts->mounts, page->fs.fs_dev);
}

static void find_names(const struct hot_monitor_parts *parts,
		       const struct mount_entry *entry, struct hot_page *page)
{
	const char *path = hot_page_path(page);
	char inside[PATH_MAX], other[PATH_MAX];
	struct path_places places = {.table = parts->mounts,
				     .fs_dev = page->fs.fs_dev,
				     .inside = inside};

	forget_names(page);
	if (!path || !path_inside(entry, path, inside))
		return;
	while (path_places_next(&places, other)) {
		char *copy;

		if (!strcmp(other, path))
			continue;
		page->has_more_names = page->n_names == HOT_PAGE_NAMES;
		if (page->has_more_names)
			return;
		copy = strdup(other);
		if (copy)
			page->names[page->n_names++] = copy;
	}
}

static void ask_mount(const struct mount_entry *entry, struct hot_page *page)
{
	page->query.inode = (struct path_inode){
		page->heat.key.ino, page->heat.key.gen, page->fs.subvol};
	page->stat_err = path_inode_through(&page->query, entry);
	if (!page->stat_err)
		page->stat_err =
			aside(path_inode_stat, &page->query,
			      sizeof(page->query), entry->hang_id, NULL);
	page->st = page->query.st;
}

static void find_tiers(struct hot_page *page, double now_s)
{
	const struct tier_source source = dm_table_source();

	if (page->tiers_s > 0 && now_s - page->tiers_s < TIERS_TTL_S)
		return;
	page->tiers_s = now_s;
	tiers_free(&page->tiers);
	page->tiers_err = -ENODEV;
	if (kdev_major(page->fs.fs_dev)) /* not btrfs, which has several */
		page->tiers_err =
			tiers_read(&source, page->fs.fs_dev, &page->tiers);
}

static void find_facts(const struct hot_monitor_parts *parts,
		       struct hot_page *page, double now_s)
{
	const struct mount_entry *entry = find_mount(parts, page);

	free(page->mount);
	page->mount = entry ? strdup(entry->target) : NULL;
	if (!entry) {
		page->stat_err = -ENODEV;
		forget_names(page);
		return;
	}
	ask_mount(entry, page);
	find_names(parts, entry, page);
	find_tiers(page, now_s);
}

/* A file with several names keeps the one that the user has given. */
static void suggest_path(const struct hot_monitor_parts *parts,
			 struct hot_page *page)
{
	if (!page->given || page->is_suggested ||
	    !path_cache_has(parts->paths, &page->heat.key))
		return;
	page->is_suggested = true;
	path_cache_suggest(parts->paths, &page->heat.key, page->given);
}

static void name_device(const struct hot_monitor_parts *parts,
			struct hot_page *page)
{
	__u32 dev = page->fs.fs_dev;

	if (hot_track_replay(parts->track))
		snprintf(page->device, sizeof(page->device), "%u:%u",
			 kdev_major(dev), kdev_minor(dev));
	else
		mount_name_or_number(dev, page->device);
}

int hot_monitor_page(struct hot_monitor *monitor, struct hot_page *page)
{
	const struct hot_monitor_parts parts = hot_monitor_parts(monitor);
	const struct fs_identity identity =
		fs_identity_get(parts.identities, page->heat.key.fs);
	struct hot_row *row = &page->heat.row;
	const struct hot_rows one = {.rows = row, .n_rows = 1, .n_total = 1};
	const struct hot_replay *replay = hot_track_replay(parts.track);
	double now_s =
		replay ? hot_replay_mono_ns(replay) / 1e9 : clock_monotonic_s();
	struct hot_clock clock;
	int err = hot_track_clock(parts.track, &clock);

	if (!err)
		err = file_heat_read(&page->heat, hot_track_table(parts.track),
				     &clock, now_s);
	if (err)
		return err;
	if (identity.is_known)
		page->fs = identity.fs;
	row->dev = page->fs.dev;
	row->fs_dev = page->fs.fs_dev;
	suggest_path(&parts, page);
	hot_monitor_name(monitor, &one, 0, 1);
	name_device(&parts, page);
	mount_name_for_people(page->device, page->shown);
	find_who(&parts, page);
	/* the files of a recording may be another machine's */
	if (replay || (identity.is_known && !identity.is_there)) {
		free(page->mount);
		page->mount = NULL;
		page->stat_err = -ENODEV;
		forget_names(page);
	} else {
		find_facts(&parts, page, now_s);
	}
	return 0;
}

void hot_page_count_extents(struct hot_page *page)
{
	path_extents_free(page->extents);
	page->extents = NULL;
	page->extents_state = page->stat_err;
	if (!page->extents_state)
		page->extents_state = path_extents_start(
			&page->query, &page->tiers, &page->extents);
	hot_page_is_counting(page);
}

bool hot_page_is_counting(struct hot_page *page)
{
	if (page->extents)
		page->extents_state = path_extents_state(page->extents);
	return page->extents_state == -EINPROGRESS;
}
