// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache remembers what was announced, in a hash table that also keeps the
 * order of announcement, and forgets the oldest. The paths come from
 * path_find.c, anew with each call; if one mount of a filesystem does not show
 * a file, the next is tried.
 *
 * No mount is held open between calls: that would keep it from being unmounted.
 */
#include "path.h"
#include "path_find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define MAX_MOUNTS_TRIED 8

struct file {
	struct path_key key;
	__u64 subvol;
	struct path_hints hints;
	__u32 fs_dev;
	const char *fs_type; /* NULL: too many types */
	UT_hash_handle hh;
};

struct path_cache {
	const struct mount_table *table;
	struct file *files; /* in order of announcement */
	size_t max_files;
	char fs_types[16][FRSP_HOT_FS_TYPE_LEN]; /* for struct file */
	struct path_lookup lookup; /* owns the path of the last result */
};

int path_cache_new(const struct mount_table *table, size_t max_files,
		   struct path_cache **out)
{
	struct path_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	cache->table = table;
	cache->max_files = max_files;
	*out = cache;
	return 0;
}

static void free_file(struct file *file)
{
	free(file->hints.name);
	free(file->hints.last_path);
	free(file);
}

static void drop_file(struct path_cache *cache, struct file *file)
{
	HASH_DEL(cache->files, file);
	free_file(file);
}

void path_cache_free(struct path_cache *cache)
{
	if (!cache)
		return;
	while (cache->files)
		drop_file(cache, cache->files);
	free(cache);
}

size_t path_cache_count(const struct path_cache *cache)
{
	return HASH_COUNT(cache->files);
}

static struct file *find_file(const struct path_cache *cache,
			      const struct path_key *key)
{
	struct file *file;

	HASH_FIND(hh, cache->files, key, sizeof(*key), file);
	return file;
}

void path_cache_forget(struct path_cache *cache, const struct path_key *key)
{
	struct file *file = find_file(cache, key);

	if (file)
		drop_file(cache, file);
}

/* Returns NULL if there are too many types. */
static const char *keep_fs_type(struct path_cache *cache, const char *fs_type)
{
	size_t i, n = sizeof(cache->fs_types) / sizeof(cache->fs_types[0]);

	for (i = 0; i < n; i++) {
		char *kept = cache->fs_types[i];

		if (!kept[0])
			snprintf(kept, FRSP_HOT_FS_TYPE_LEN, "%s", fs_type);
		if (!strncmp(kept, fs_type, FRSP_HOT_FS_TYPE_LEN - 1))
			return kept;
	}
	return NULL;
}

static struct file *new_file(struct path_cache *cache,
			     const struct frsp_hot_file *hot)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->key = (struct path_key){hot->ino, hot->dev, hot->gen};
	file->subvol = hot->subvol;
	file->fs_dev = hot->fs_dev;
	file->fs_type = keep_fs_type(cache, hot->fs_type);
	file->hints.parent.ino = hot->parent_ino;
	file->hints.parent.gen = hot->parent_gen;
	file->hints.parent.subvol = hot->subvol;
	file->hints.name = strndup(hot->name, sizeof(hot->name));
	if (file->hints.name)
		return file;
	free(file);
	return NULL;
}

static void add_file(struct path_cache *cache, struct file *file)
{
	HASH_ADD(hh, cache->files, key, sizeof(file->key), file);
	if (!file->hh.tbl) /* no memory */
		free_file(file);
	while (HASH_COUNT(cache->files) > cache->max_files)
		drop_file(cache, cache->files);
}

void path_cache_announce(struct path_cache *cache,
			 const struct frsp_hot_file *hot)
{
	struct file *file = new_file(cache, hot), *old;

	if (!file)
		return;
	old = find_file(cache, &file->key);
	if (old) {
		file->hints.last_path = old->hints.last_path;
		old->hints.last_path = NULL;
		drop_file(cache, old);
	}
	add_file(cache, file);
}

static void keep_path(struct path_hints *hints, const char *path)
{
	char *copy;

	if (hints->last_path && !strcmp(hints->last_path, path))
		return;
	copy = strdup(path);
	if (!copy)
		return;
	free(hints->last_path);
	hints->last_path = copy;
}

void path_cache_suggest(struct path_cache *cache, const struct path_key *key,
			const char *path)
{
	struct file *file = find_file(cache, key);

	if (file) {
		keep_path(&file->hints, path);
		return;
	}
	file = calloc(1, sizeof(*file)); /* it was never announced */
	if (!file)
		return;
	file->key = *key;
	file->fs_dev = key->dev;
	keep_path(&file->hints, path);
	add_file(cache, file);
}

/* Returns 0 if result is final, -ENOENT if another mount may show more, or
 * -EPERM.
 */
static int get_on_mount(struct path_lookup *lookup, struct path_result *result)
{
	int fd = path_handle_open(lookup->mount_fd, lookup->fs_type,
				  &lookup->inode);
	bool deleted = fd == -ESTALE, found;

	if (fd < 0 && !deleted)
		return fd == -EPERM ? fd : -ENOENT;
	if (!deleted && fstat(fd, &lookup->st)) {
		close(fd);
		return -ENOENT;
	}
	lookup->fd = fd < 0 ? -1 : fd;
	deleted = deleted || !lookup->st.st_nlink;
	found = deleted ? path_find_last(lookup) : path_find(lookup);
	if (fd >= 0)
		close(fd);
	result->n_links = deleted ? 0 : lookup->st.st_nlink;
	if (!found && !deleted)
		return -ENOENT;
	result->state = deleted ? PATH_DELETED : PATH_KNOWN;
	if (!found)
		return 0;
	result->path = lookup->path;
	if (lookup->hints)
		keep_path(lookup->hints, lookup->path);
	return 0;
}

static int get_on_mounts(struct path_cache *cache, struct path_result *result)
{
	struct path_lookup *lookup = &cache->lookup;
	const struct mount_entry *entry = NULL;
	int n_tried = 0, err = -ENOENT;

	while (err == -ENOENT && n_tried < MAX_MOUNTS_TRIED &&
	       (entry = mount_table_next_by_dev(cache->table, result->fs_dev,
						entry))) {
		result->state = PATH_UNKNOWN;
		result->fs_type = entry->fs_type;
		lookup->fs_type = entry->fs_type;
		lookup->mount_fd = mount_entry_open(entry);
		if (lookup->mount_fd < 0)
			continue;
		err = get_on_mount(lookup, result);
		close(lookup->mount_fd);
		n_tried++;
	}
	return err == -EPERM ? err : 0;
}

int path_cache_get(struct path_cache *cache, __u64 ino, __u32 dev, __u32 gen,
		   struct path_result *result)
{
	struct path_key key = {ino, dev, gen};
	struct file *file = find_file(cache, &key);

	cache->lookup.inode = (struct path_inode){ino, gen, 0};
	cache->lookup.hints = NULL;
	*result = (struct path_result){.state = PATH_OTHER_MOUNT_NS,
				       .fs_dev = dev};
	if (file) {
		cache->lookup.inode.subvol = file->subvol;
		cache->lookup.hints = &file->hints;
		result->fs_type = file->fs_type;
		result->fs_dev = file->fs_dev;
	} else if (!kdev_major(dev) &&
		   !mount_table_next_by_dev(cache->table, dev, NULL)) {
		/* A btrfs subvolume? It has no device in mountinfo. */
		result->state = PATH_UNKNOWN;
		result->fs_dev = 0;
		return 0;
	}
	return get_on_mounts(cache, result);
}
