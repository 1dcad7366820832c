// SPDX-License-Identifier: GPL-2.0-or-later
/* The mounts of a recording, as a table like that of this system. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/replay_state.h"

/* True if the path is below the mount's target. */
static bool is_below(const char *path, const char *target)
{
	size_t len = strlen(target);

	if (!strcmp(target, "/"))
		return path[1];
	return !strncmp(path, target, len) && path[len] == '/';
}

/* Sets the mount that each is mounted on: the one whose target is the longest
 * part of its own.
 */
static void find_parents(struct mount_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t longest = 0;

		for (size_t k = 0; k < n; k++) {
			size_t len = strlen(entries[k].target);

			if (!is_below(entries[i].target, entries[k].target) ||
			    len <= longest)
				continue;
			longest = len;
			entries[i].parent_id = entries[k].id;
		}
	}
}

static bool has_dev(const struct mount_entry *entries, size_t n, __u32 dev)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].dev == dev)
			return true;
	return false;
}

/* Keeps a copy until the replay is closed; NULL: no memory. */
static const char *keep(struct hot_replay *replay, const char *text)
{
	char *copy = strdup(text);

	if (copy)
		replay->texts[replay->n_texts++] = copy;
	return copy;
}

int hot_replay_mounts(struct hot_replay *replay, struct mount_table **out)
{
	struct mount_entry *entries =
		calloc(replay->n_fs + 1, sizeof(*entries));
	size_t n = 0;
	int err = 0;

	replay->texts = calloc(2 * replay->n_fs + 1, sizeof(*replay->texts));
	if (!entries || !replay->texts) {
		free(entries);
		return -ENOMEM;
	}
	for (__u32 i = 0; i < replay->n_fs && !err; i++) {
		const struct trace_fs *fs = trace_fs(replay->reader, i);

		if (!*fs->mount || has_dev(entries, n, fs->dev))
			continue;
		entries[n] = (struct mount_entry){
			.target = keep(replay, fs->mount),
			.source = "",
			.fs_type = keep(replay, fs->type),
			.root = "/",
			.options = "",
			.dev = fs->dev,
			.id = n + 1,
		};
		if (!entries[n].target || !entries[n].fs_type)
			err = -ENOMEM;
		n++;
	}
	if (!err) {
		find_parents(entries, n);
		err = mount_table_of(entries, n, out);
	}
	free(entries);
	return err;
}
