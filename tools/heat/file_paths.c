// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/file_paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/replay.h"
#include "paths/naming.h"

struct file_paths {
	struct fs_identities *identities;
	const struct mount_table *mounts;
	const struct hot_replay *replay; /* NULL: ask for paths */
	struct path_cache *cache;
	struct path_naming *naming; /* NULL: not wanted */
};

int file_paths_new(const struct file_paths_options *options,
		   struct fs_identities *identities,
		   const struct mount_table *mounts, struct file_paths **out)
{
	struct file_paths *paths = calloc(1, sizeof(*paths));
	int err;

	if (!paths)
		return -ENOMEM;
	paths->identities = identities;
	paths->mounts = mounts;
	paths->replay = options->replay;
	err = path_cache_new(mounts, options->max_files, &paths->cache);
	if (!err)
		err = path_cache_prefer(paths->cache, options->prefer);
	if (!err && !options->no_scan) {
		paths->naming = path_naming_new();
		err = paths->naming ? 0 : -ENOMEM;
	}
	if (err)
		file_paths_free(paths);
	else
		*out = paths;
	return err;
}

void file_paths_free(struct file_paths *paths)
{
	if (!paths)
		return;
	path_naming_free(paths->naming);
	path_cache_free(paths->cache);
	free(paths);
}

struct path_cache *file_paths_cache(const struct file_paths *paths)
{
	return paths->cache;
}

void file_paths_tend(struct file_paths *paths)
{
	if (paths->naming)
		path_naming_tend(paths->naming, paths->mounts, paths->cache);
}

void file_paths_forget(struct file_paths *paths, const struct path_key *key)
{
	path_cache_forget(paths->cache, key);
	if (paths->naming)
		path_naming_forget(paths->naming, key);
}

int file_paths_percent(const struct file_paths *paths)
{
	return paths->naming ? path_naming_percent(paths->naming) : -1;
}

/* Only one process gets the announcements of pinned programs. The others make
 * up one here, without the file's name.
 */
static void announce_nameless(struct file_paths *paths,
			      const struct path_key *key,
			      const struct frsp_hot_fs *fs)
{
	struct frsp_hot_file file = {
		.ino = key->ino,
		.fs = key->fs,
		.gen = key->gen,
		.subvol = fs->subvol,
		.fs_dev = fs->fs_dev,
	};

	if (path_cache_has(paths->cache, key))
		return;
	memcpy(file.fs_type, fs->fs_type, sizeof(file.fs_type));
	path_cache_announce(paths->cache, &file);
}

/* Another filesystem may have got the device number while we asked for the
 * path. Then the answer is not about this file.
 */
static bool is_still_there(const struct file_paths *paths, __u32 fs)
{
	return fs_identity_look(paths->identities, fs).is_there;
}

/* The state of a file whose filesystem no mount of ours shows. */
static enum path_state state_elsewhere(const struct fs_identity *identity)
{
	if (!identity->is_there)
		return PATH_NOT_MOUNTED;
	/* mounted here, but not below our root directory */
	if (identity->where & FRSP_HOT_FS_HERE)
		return PATH_OUTSIDE;
	if (identity->where & FRSP_HOT_FS_THERE)
		return PATH_OTHER_MOUNT_NS;
	return identity->where ? PATH_UNKNOWN : PATH_DETACHED;
}

void file_paths_get(struct file_paths *paths, const struct path_key *key,
		    struct path_result *result)
{
	struct fs_identity identity;
	bool is_here;

	if (paths->replay) {
		hot_replay_path(paths->replay, key, result);
		return;
	}
	identity = fs_identity_get(paths->identities, key->fs);
	is_here = identity.is_there &&
		  mount_table_next_by_dev(paths->mounts, identity.fs.fs_dev,
					  NULL);
	if (!identity.is_known) {
		*result = (struct path_result){.state = PATH_UNKNOWN};
	} else if (!is_here) {
		path_cache_get_last(paths->cache, key,
				    state_elsewhere(&identity), result);
	} else {
		announce_nameless(paths, key, &identity.fs);
		path_cache_get(paths->cache, key, result);
		if (result->state == PATH_DELETED &&
		    !is_still_there(paths, key->fs))
			path_cache_get_last(paths->cache, key, PATH_NOT_MOUNTED,
					    result);
	}
	if (paths->naming)
		path_naming_note(paths->naming, key, result);
}

void file_paths_get_any(struct file_paths *paths, const struct path_key *key,
			struct path_result *result)
{
	path_cache_get_last(paths->cache, key, PATH_DETACHED, result);
	if (!result->path)
		file_paths_get(paths, key, result);
}
