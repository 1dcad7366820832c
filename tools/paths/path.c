// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache keeps announced files in a hash table. The table also keeps the
 * order of announcement, and the cache drops the oldest file if it has too
 * many. The paths come from paths/look.c.
 *
 * Each look-up holds a mount for a moment, and an unmount in that moment fails
 * because the mount is busy. A moment is some microseconds, but many
 * milliseconds if the disk has to be read. Therefore:
 *
 *   - A path is looked up at most once per frame.
 *   - While mounts come and go, a path that was right is checked without the
 *     disk. If the kernel has too little of it cached, it counts as right, for
 *     PROVEN_S after the last check that had an answer.
 *   - No mount is held open between calls.
 *
 * This process never opens a mount itself, because the filesystem may not
 * answer: see base/aside.h.
 */
#include "paths/look.h"
#include "paths/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"

/* How long a path is reused, even if frames are more frequent. */
#define KNOWN_REST_S 0.9
#define PROVEN_S     2.0 /* how long a path counts as right without the disk */
/* How long "no path" is reused: FIRST_REST_S at first, and twice as long after
 * each failed look-up, up to MAX_REST_S. A failed look-up has asked all mounts
 * of the filesystem, and there may be hundreds.
 */
#define FIRST_REST_S	0.05
#define MAX_REST_S	8.0
#define CHANGING_REST_S 2.0 /* the limit while mounts come and go */
/* How long "deleted" is reused. A deleted file that is open may get a name
 * again (O_TMPFILE). A file that is gone cannot, but an I/O error looks the
 * same.
 */
#define OPEN_REST_S 0.9
#define GONE_REST_S 10.0

struct file {
	struct path_key key;
	__u64 subvol;
	struct path_hints hints;
	char *name;	   /* NULL: unknown */
	char *last_path;   /* last found, or suggested; NULL: none */
	bool is_suggested; /* .last_path: not checked yet */
	__u32 fs_dev;
	const char *fs_type; /* in path_cache.fs_types; NULL: that is full */
	struct path_result result;
	__u64 frame; /* of .result; 0: there is no result */
	/* When .result was found, and how long it is reused */
	double looked_s, rest_s;
	double proven_s; /* the last look-up that had an answer */
	UT_hash_handle hh;
};

struct path_cache {
	const struct mount_table *table;
	struct file *files; /* in order of announcement */
	size_t max_files;
	__u64 frame;   /* 0: each call looks up */
	bool was_late; /* the frame before ran out of time */
	char fs_types[16][FRSP_HOT_FS_TYPE_LEN]; /* of struct file */
	struct path_look *look; /* owns the path of the last result */
};

int path_cache_new(const struct mount_table *table, size_t max_files,
		   struct path_cache **out)
{
	struct path_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	cache->table = table;
	cache->max_files = max_files;
	if (path_look_new(table, &cache->look)) {
		path_cache_free(cache);
		return -ENOMEM;
	}
	*out = cache;
	return 0;
}

int path_cache_prefer(struct path_cache *cache, const char *directory)
{
	return path_look_prefer(cache->look, directory);
}

static void free_file(struct file *file)
{
	free(file->name);
	free(file->last_path);
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
	path_look_free(cache->look);
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

/* Returns NULL if there are too many types to keep. */
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
	file->key = (struct path_key){hot->ino, hot->fs, hot->gen};
	file->subvol = hot->subvol;
	file->fs_dev = hot->fs_dev;
	file->fs_type = keep_fs_type(cache, hot->fs_type);
	file->hints.parent.ino = hot->parent_ino;
	file->hints.parent.gen = hot->parent_gen;
	file->hints.parent.subvol = hot->subvol;
	file->name = strndup(hot->name, sizeof(hot->name));
	if (file->name)
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
		file->last_path = old->last_path;
		file->is_suggested = old->is_suggested;
		old->last_path = NULL;
		drop_file(cache, old);
	}
	add_file(cache, file);
}

static void keep_text(char **kept, const char *text)
{
	char *copy;

	if (*kept && !strcmp(*kept, text))
		return;
	copy = strdup(text);
	if (!copy)
		return;
	free(*kept);
	*kept = copy;
}

void path_cache_suggest(struct path_cache *cache, const struct path_key *key,
			const char *path)
{
	struct file *file = find_file(cache, key), *added = NULL;

	if (!file) { /* it was never announced */
		file = added = calloc(1, sizeof(*file));
		if (!file)
			return;
		file->key = *key;
		file->fs_dev = key->fs;
	}
	keep_text(&file->last_path, path);
	file->is_suggested = true;
	file->frame = 0;
	if (added)
		add_file(cache, added);
}

bool path_cache_has(const struct path_cache *cache, const struct path_key *key)
{
	return find_file(cache, key);
}

void path_cache_get_last(const struct path_cache *cache,
			 const struct path_key *key, enum path_state state,
			 struct path_result *result)
{
	const struct file *file = find_file(cache, key);

	*result = (struct path_result){.state = state};
	if (!file)
		return;
	if (!file->is_suggested &&
	    (state == PATH_DETACHED || state == PATH_NOT_MOUNTED))
		result->path = file->last_path;
	result->fs_type = file->fs_type;
}

static void fill_lookup(struct path_lookup *lookup, const struct path_key *key,
			const struct file *file)
{
	lookup->inode = (struct path_inode){key->ino, key->gen, 0};
	lookup->hints = (struct path_hints){.searched_s = 0};
	lookup->name[0] = 0;
	lookup->last_path[0] = 0;
	lookup->is_deleted = false;
	lookup->st = (struct stat){.st_ino = 0};
	if (!file)
		return;
	lookup->inode.subvol = file->subvol;
	lookup->hints = file->hints;
	if (file->name)
		strcpy(lookup->name, file->name);
	if (file->last_path)
		strcpy(lookup->last_path, file->last_path);
}

void path_cache_next_frame(struct path_cache *cache)
{
	cache->frame++;
	cache->was_late = path_look_is_late(cache->look);
	path_look_limit(cache->look);
}

/* Keeps what makes the next look-up of the file shorter. */
static void learn(const struct path_lookup *lookup, struct file *file,
		  const char *path)
{
	file->hints = lookup->hints;
	if (lookup->name[0])
		keep_text(&file->name, lookup->name);
	if (!path)
		return;
	keep_text(&file->last_path, path);
	if (!lookup->is_deleted) /* else path may be the suggestion */
		file->is_suggested = false;
}

static double rest_after(const struct file *file, enum path_state state,
			 bool is_open)
{
	if (state == PATH_KNOWN)
		return KNOWN_REST_S;
	if (state == PATH_DELETED)
		return is_open ? OPEN_REST_S : GONE_REST_S;
	if (file->rest_s < FIRST_REST_S || file->result.state == PATH_KNOWN)
		return FIRST_REST_S;
	return 2 * file->rest_s < MAX_REST_S ? 2 * file->rest_s : MAX_REST_S;
}

/* The path of the kept result is .last_path. If learn() had no memory to store
 * the path there, the result is not kept.
 */
static void keep_result(struct path_cache *cache, struct file *file,
			const struct path_result *result)
{
	const char *path = result->path ? file->last_path : NULL;
	bool is_open = path_look_file(cache->look)->st.st_ino;

	if (result->path && (!path || strcmp(path, result->path)))
		return;
	file->rest_s = rest_after(file, result->state, is_open);
	file->looked_s = clock_monotonic_s();
	file->result = *result;
	file->result.path = path;
	if (result->fs_type) /* the mount table may free its own */
		file->result.fs_type = keep_fs_type(cache, result->fs_type);
	file->frame = cache->frame;
}

/* True if the last result may be reused. If this frame is out of time, an old
 * result is better than none. If the frame before was, any result is reused, so
 * that files without a result come first.
 */
static bool has_result(const struct path_cache *cache, const struct file *file)
{
	double age_s = clock_monotonic_s() - file->looked_s;

	if (!file->frame || !cache->frame)
		return false;
	if (file->frame == cache->frame || cache->was_late ||
	    path_look_is_late(cache->look))
		return true;
	if (file->result.state != PATH_DELETED && age_s > CHANGING_REST_S &&
	    mount_table_is_changing(cache->table))
		return false;
	return age_s < file->rest_s;
}

/* True if the look-up must not read the disk: the path was right a moment ago,
 * and is only looked up again because mounts come and go.
 */
static bool spares_disk(const struct path_cache *cache, const struct file *file)
{
	return file && file->frame && file->result.state == PATH_KNOWN &&
	       mount_table_is_changing(cache->table) &&
	       clock_monotonic_s() - file->proven_s < PROVEN_S;
}

static int look(struct path_cache *cache, const struct path_key *key,
		struct file *file, struct path_result *result)
{
	struct path_lookup *lookup = path_look_file(cache->look);
	int err;

	fill_lookup(lookup, key, file);
	err = path_look(cache->look, spares_disk(cache, file), result);
	if (!file)
		return err == -ECANCELED ? 0 : err;
	if (err == -ECANCELED) {
		learn(lookup, file, NULL);
		if (file->frame)
			*result = file->result;
		return 0;
	}
	if (err == -EAGAIN) {
		*result = file->result;
		file->looked_s = clock_monotonic_s();
		file->frame = cache->frame;
		return 0;
	}
	file->proven_s = clock_monotonic_s();
	learn(lookup, file, result->path);
	if (!err)
		keep_result(cache, file, result);
	return err;
}

int path_cache_get(struct path_cache *cache, const struct path_key *key,
		   struct path_result *result)
{
	struct file *file = find_file(cache, key);

	if (file && has_result(cache, file)) {
		*result = file->result;
		return 0;
	}
	*result =
		(struct path_result){.state = PATH_UNKNOWN, .fs_dev = key->fs};
	if (file) {
		result->fs_type = file->fs_type;
		result->fs_dev = file->fs_dev;
	} else if (!kdev_major(key->fs) &&
		   !mount_table_next_by_dev(cache->table, key->fs, NULL)) {
		/* Perhaps a btrfs subvolume: mountinfo lacks its device. */
		result->fs_dev = 0;
		return 0;
	}
	return look(cache, key, file, result);
}
