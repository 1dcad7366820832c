// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * We walk from mount to mount, as the kernel does. Among the mounts on the
 * present one, the walk enters the first that lies on the way. Example:
 *
 *   id parent target
 *    1      0 /
 *    2      1 /a
 *    3      2 /a/b
 *    4      2 /a
 *
 * The walk to /a/b goes from 1 to 2, and from 2 to 4, as /a comes before /a/b.
 * So /a/b is on 4, and 3 is hidden.
 */
#include "fs/mount_reach.h"

#include <string.h>

#include "fs/mount.h"

struct walk {
	const struct mount_entry *entries;
	size_t n;
};

static bool leads_to(const char *from, const char *path)
{
	size_t len = strlen(from);

	if (!strcmp(from, "/"))
		return true;
	return !strncmp(from, path, len) && (!path[len] || path[len] == '/');
}

static bool has_id(const struct walk *walk, int id)
{
	for (size_t i = 0; i < walk->n; i++)
		if (walk->entries[i].id == id)
			return true;
	return false;
}

/* True if entry is mounted on here. here NULL: true if the walk begins at
 * entry. Its parent may have no entry, because our root may be inside a mount
 * that we do not see.
 */
static bool is_on(const struct walk *walk, const struct mount_entry *entry,
		  const struct mount_entry *here)
{
	if (here)
		return entry->parent_id == here->id && entry != here;
	return entry->parent_id == entry->id || !has_id(walk, entry->parent_id);
}

static const struct mount_entry *next_mount(const struct walk *walk,
					    const struct mount_entry *here,
					    const char *path)
{
	const struct mount_entry *first = NULL;

	for (size_t i = 0; i < walk->n; i++) {
		const struct mount_entry *entry = &walk->entries[i];

		if (leads_to(entry->target, path) &&
		    (!first || strlen(entry->target) < strlen(first->target)) &&
		    is_on(walk, entry, here))
			first = entry;
	}
	return first;
}

const struct mount_entry *mount_reach(const struct mount_entry *entries,
				      size_t n, const char *path)
{
	const struct walk walk = {entries, n};
	const struct mount_entry *here = NULL, *next;

	/* At most n steps: mountinfo may change while it is read, so the mounts
	 * may form a loop.
	 */
	for (size_t i = 0; i < n; i++) {
		next = next_mount(&walk, here, path);
		if (!next)
			break;
		here = next;
	}
	return here;
}
