// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A look-up first checks the last path. In most cases it is right, and the
 * check needs only the mount that the path is on.
 *
 * Otherwise the mounts are asked, one after the other. A mount that shows the
 * whole filesystem gives the path of the file inside the filesystem. The mount
 * table then gives the paths at which the other mounts show it
 * (paths/places.h). So the file gets the path that the user prefers, and a file
 * whose path another mount covers may get a path elsewhere. Example: /dev/sda1
 * is mounted at /a, its directory d is mounted at /b, too, and the user prefers
 * paths below /b:
 *
 *   ask /a:          /a/d/f         inside the filesystem: /d/f
 *   places of /d/f:  /b/f           checked: it is this file
 *
 * Where only parts of the filesystem are mounted, each mount knows only the
 * files that it shows.
 */
#include "paths/look.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "paths/places.h"

#define LIMIT_S		2.0
#define EXT4_ROOT	2
#define EXT4_FIRST_FILE 11
#define LIMIT_END_S	0.4 /* after the program was told to end */

struct path_look {
	const struct mount_table *table;
	char *prefer;
	double left_s;	/* for look-ups; INFINITY: no limit */
	double began_s; /* the look-up that is under way, monotonic; 0: none */
	double end_s;	/* monotonic; 0: the program was not told to end */
	/* The mount of the last path found. The next file is likely to be on
	 * the same mount.
	 */
	int last_mount;
	struct path_lookup lookup;
};

/* What the mounts have answered so far, while the file has no path. */
struct told {
	bool reachable; /* some mount is not covered */
	bool inside;	/* the file may be below some mount */
	bool outside, covered, no_answer;
	bool something_left; /* some mount was not asked */
};

int path_look_new(const struct mount_table *table, struct path_look **out)
{
	struct path_look *look = calloc(1, sizeof(*look));

	if (!look)
		return -ENOMEM;
	look->table = table;
	look->left_s = INFINITY;
	*out = look;
	return 0;
}

void path_look_free(struct path_look *look)
{
	if (!look)
		return;
	free(look->prefer);
	free(look);
}

int path_look_prefer(struct path_look *look, const char *directory)
{
	char *copy = directory ? strdup(directory) : NULL;

	if (directory && !copy)
		return -ENOMEM;
	free(look->prefer);
	look->prefer = copy;
	return 0;
}

void path_look_limit(struct path_look *look)
{
	look->left_s = LIMIT_S;
}

bool path_look_is_late(struct path_look *look)
{
	double now_s = clock_monotonic_s();

	if (interrupted && !look->end_s)
		look->end_s = now_s + LIMIT_END_S;
	if (look->end_s && now_s > look->end_s)
		return true;
	return (look->began_s ? now_s - look->began_s : 0) >= look->left_s;
}

struct path_lookup *path_look_file(struct path_look *look)
{
	return &look->lookup;
}

static unsigned int count_names(const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? 1 : st->st_nlink;
}

static void take_path(struct path_look *look, const struct mount_entry *entry,
		      struct path_result *result)
{
	const struct path_lookup *lookup = &look->lookup;

	result->state = lookup->is_deleted ? PATH_DELETED : PATH_KNOWN;
	result->n_links = lookup->is_deleted ? 0 : count_names(&lookup->st);
	result->path = lookup->path;
	result->hang_id = entry->hang_id;
	look->last_mount = entry->id;
}

/* Is the file at this path, on this mount? 0: yes; or -errno. cached: as in
 * struct path_still.
 */
static int check(struct path_look *look, const char *path,
		 const struct mount_entry *entry, bool cached)
{
	struct path_still still;
	int err;

	if (strlen(path) >= sizeof(still.path))
		return -ENAMETOOLONG;
	strcpy(still.path, path);
	still.inode = look->lookup.inode;
	still.mount_id = entry->id;
	still.cached = cached;
	err = aside(path_find_still, &still, sizeof(still), entry->hang_id,
		    NULL);
	if (!err)
		look->lookup.st = still.st;
	return err;
}

/* Takes a path of the file, given its path inside the filesystem. A deleted
 * file is at no path any more, so its path is taken without a check.
 */
static bool take_place(struct path_look *look, const char *inside,
		       bool preferred_only, struct told *told,
		       struct path_result *result)
{
	struct path_places places = {.table = look->table,
				     .fs_dev = result->fs_dev,
				     .inside = inside,
				     .prefer = look->prefer,
				     .preferred_only = preferred_only};
	const struct mount_entry *entry;
	char path[PATH_MAX];

	while (!path_look_is_late(look) &&
	       (entry = path_places_next(&places, path))) {
		if (!look->lookup.is_deleted && check(look, path, entry, false))
			continue;
		strcpy(look->lookup.path, path);
		take_path(look, entry, result);
		return true;
	}
	told->covered |= places.is_covered;
	return false;
}

/* lookup->path is a path on this mount. Takes another path that leads to the
 * same place of the filesystem.
 */
static bool take_other_place(struct path_look *look,
			     const struct mount_entry *entry,
			     bool preferred_only, struct told *told,
			     struct path_result *result)
{
	char inside[PATH_MAX];

	return path_inside(entry, look->lookup.path, inside) &&
	       take_place(look, inside, preferred_only, told, result);
}

static bool is_as_wanted(const struct path_look *look)
{
	return !look->prefer || path_is_below(look->lookup.path, look->prefer);
}

/* Takes the path that the mount shows, or a preferred one if there is one. */
static void take_shown(struct path_look *look, const struct mount_entry *entry,
		       struct path_result *result)
{
	struct told told = {.reachable = true};

	if (is_as_wanted(look) ||
	    !take_other_place(look, entry, true, &told, result))
		take_path(look, entry, result);
}

/* 0, or -errno if the last path is not right. */
static int take_last_path(struct path_look *look, bool cached,
			  struct path_result *result)
{
	struct path_lookup *lookup = &look->lookup;
	const struct mount_entry *entry =
		lookup->last_path[0]
			? mount_table_at(look->table, lookup->last_path)
			: NULL;
	int err;

	if (!entry || entry->dev != result->fs_dev)
		return -ENOENT;
	err = check(look, lookup->last_path, entry, cached);
	if (err)
		return err;
	lookup->is_deleted = false;
	strcpy(lookup->path, lookup->last_path);
	take_shown(look, entry, result);
	return 0;
}

/* Takes the answer of a mount. Returns true if no other mount need be asked. */
static bool take_answer(struct path_look *look, const struct mount_entry *entry,
			struct told *told, struct path_result *result)
{
	const struct path_lookup *lookup = &look->lookup;

	told->outside |= lookup->is_outside;
	told->inside |= lookup->st.st_ino && !lookup->is_outside;
	if (lookup->is_shown && lookup->path[0]) {
		take_shown(look, entry, result);
		return true;
	}
	if (lookup->st.st_ino)
		result->n_links = count_names(&lookup->st);
	if (lookup->is_deleted) {
		result->n_links = 0;
		result->state = PATH_DELETED;
	}
	if (lookup->path[0] &&
	    take_other_place(look, entry, false, told, result))
		return true;
	return lookup->is_deleted ||
	       (lookup->st.st_ino && !strcmp(entry->root, "/"));
}

/* Returns what path_find_on_mount() returns, or an error of aside(). */
static int ask(struct path_look *look, const struct mount_entry *mount)
{
	struct path_lookup *lookup = &look->lookup;

	if (strlen(mount->target) >= sizeof(lookup->target))
		return -ENAMETOOLONG;
	strcpy(lookup->target, mount->target);
	snprintf(lookup->fs_type, sizeof(lookup->fs_type), "%s",
		 mount->fs_type);
	lookup->mount_id = mount->id;
	lookup->is_root_known = mount->root[0];
	return aside(path_find_on_mount, lookup, sizeof(*lookup),
		     mount->hang_id, NULL);
}

/* The mount to ask after this one: first comes first, then the other reachable
 * mounts, those that show more of the filesystem before those that show less.
 */
static const struct mount_entry *next_mount(const struct path_look *look,
					    __u32 dev,
					    const struct mount_entry *first,
					    const struct mount_entry *after)
{
	const struct mount_entry *entry = after == first ? NULL : after;

	if (first && !after)
		return first;
	do
		entry = mount_table_next_by_dev(look->table, dev, entry);
	while (entry && (entry == first ||
			 !mount_entry_is_reachable(look->table, entry)));
	return entry;
}

/* The mount to ask first: the one of the preferred directory; or, if all mounts
 * show only a part, the one of the last path found. NULL: any.
 */
static const struct mount_entry *first_mount(const struct path_look *look,
					     __u32 dev)
{
	const struct mount_entry *entry =
		look->prefer ? mount_table_at(look->table, look->prefer) : NULL;

	if (entry && entry->dev == dev)
		return entry;
	entry = mount_table_by_dev(look->table, dev);
	if (!entry || !strcmp(entry->root, "/"))
		return NULL;
	entry = mount_table_by_id(look->table, look->last_mount);
	return entry && entry->dev == dev &&
			       mount_entry_is_reachable(look->table, entry)
		       ? entry
		       : NULL;
}

/* Why no path was found. If a file has several names, the answers are about one
 * of them; a search may still find the others.
 */
static enum path_state state_without(const struct told *told,
				     unsigned int n_links)
{
	if (told->something_left || n_links > 1)
		return PATH_UNKNOWN;
	if (told->covered)
		return PATH_COVERED;
	if (told->no_answer)
		return PATH_NO_ANSWER;
	if (!told->reachable)
		return PATH_COVERED;
	return told->outside && !told->inside ? PATH_OUTSIDE : PATH_UNKNOWN;
}

static int ask_mounts(struct path_look *look, struct path_result *result)
{
	const struct mount_entry *first = first_mount(look, result->fs_dev);
	const struct mount_entry *entry = NULL;
	struct told told = {.reachable = false};
	int err;

	while (!told.something_left &&
	       (entry = next_mount(look, result->fs_dev, first, entry))) {
		err = path_look_is_late(look) ? -ECANCELED : ask(look, entry);
		if (err == -EPERM)
			return err;
		told.reachable = true;
		told.something_left = err == -ECANCELED;
		told.no_answer |= err == -ETIMEDOUT;
		if (err && err != -ENOENT)
			continue;
		if (take_answer(look, entry, &told, result))
			break;
	}
	if (result->state == PATH_UNKNOWN && !result->path)
		result->state = state_without(&told, result->n_links);
	return result->path || !told.something_left ? 0 : -ECANCELED;
}

/* ext4 opens these inodes by no handle, as if they were deleted. */
static bool is_internal(const struct mount_entry *mount, __u64 ino)
{
	return !strncmp(mount->fs_type, "ext", 3) && ino &&
	       ino < EXT4_FIRST_FILE && ino != EXT4_ROOT;
}

static int look_up(struct path_look *look, bool cached,
		   struct path_result *result)
{
	const struct mount_entry *some =
		mount_table_next_by_dev(look->table, result->fs_dev, NULL);
	int err;

	if (!some) {
		result->state = PATH_OTHER_MOUNT_NS;
		return 0;
	}
	result->state = PATH_UNKNOWN;
	result->fs_type = some->fs_type;
	if (is_internal(some, look->lookup.inode.ino)) {
		result->state = PATH_INTERNAL;
		return 0;
	}
	look->lookup.has_others =
		mount_table_next_by_dev(look->table, result->fs_dev, some);
	if (path_look_is_late(look))
		return -ECANCELED;
	err = take_last_path(look, cached, result);
	if (!err || (cached && err == -EAGAIN))
		return err;
	return ask_mounts(look, result);
}

int path_look(struct path_look *look, bool cached, struct path_result *result)
{
	int err;

	look->began_s = clock_monotonic_s();
	err = look_up(look, cached, result);
	look->left_s -= clock_monotonic_s() - look->began_s;
	look->began_s = 0;
	return err;
}
