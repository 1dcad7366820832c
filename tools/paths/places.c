// SPDX-License-Identifier: GPL-2.0-or-later
#include "paths/places.h"

#include <stdio.h>
#include <string.h>

bool path_is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	if (strncmp(path, directory, len))
		return false;
	if (!path[len] || path[len] == '/')
		return true;
	return len && directory[len - 1] == '/'; /* "/" */
}

/* Replaces the directory from, which path begins with, by the directory to.
 * Both are absolute. Example: /mnt/d/f, from /mnt, to /home: /home/d/f. False:
 * path is not below from, or moved is too long.
 */
static bool move(const char *path, const char *from, const char *to,
		 char moved[PATH_MAX])
{
	const char *rest = path + (strcmp(from, "/") ? strlen(from) : 0);

	if (!path_is_below(path, from))
		return false;
	if (!strcmp(rest, "/"))
		rest = "";
	if (!strcmp(to, "/") && *rest)
		to = "";
	return snprintf(moved, PATH_MAX, "%s%s", to, rest) < PATH_MAX;
}

bool path_inside(const struct mount_entry *entry, const char *path,
		 char inside[PATH_MAX])
{
	return entry->root[0] && move(path, entry->target, entry->root, inside);
}

static bool path_through(const struct mount_entry *entry, const char *inside,
			 char path[PATH_MAX])
{
	return entry->root[0] && move(inside, entry->root, entry->target, path);
}

static bool is_wanted_now(const struct path_places *places, const char *path)
{
	bool is_preferred =
		places->prefer && path_is_below(path, places->prefer);

	return is_preferred != places->others;
}

/* The next mount; NULL: both rounds are over. */
static const struct mount_entry *next_mount(struct path_places *places)
{
	places->last = mount_table_next_by_dev(places->table, places->fs_dev,
					       places->last);
	if (places->last || places->others || places->preferred_only)
		return places->last;
	places->others = true; /* the second round */
	places->last =
		mount_table_next_by_dev(places->table, places->fs_dev, NULL);
	return places->last;
}

const struct mount_entry *path_places_next(struct path_places *places,
					   char path[PATH_MAX])
{
	const struct mount_entry *entry;

	while ((entry = next_mount(places))) {
		if (!path_through(entry, places->inside, path) ||
		    !is_wanted_now(places, path))
			continue;
		if (mount_table_at(places->table, path) == entry)
			return entry;
		places->is_covered = true;
	}
	return NULL;
}
