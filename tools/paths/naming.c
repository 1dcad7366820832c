// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file is searched for once, after it had no path for UNNAMED_S. If it then
 * gets a path and loses that, it is searched for again. One search runs at a
 * time, for all such files of one filesystem. Before the next search there is a
 * pause of REST_FACTOR times its length.
 */
#include "paths/naming.h"
#include "paths/scan.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"

#define UNNAMED_S    2.0
#define REST_FACTOR  9 /* so a search runs a tenth of the time at most */
#define MIN_REST_S   5.0
#define MAX_PER_SCAN 1024 /* each takes 4 KiB of address space */

struct unnamed {
	struct path_key key;
	__u32 fs_dev;
	bool searched;
	double since_s; /* monotonic */
	UT_hash_handle hh;
};

struct path_naming {
	struct unnamed *files;
	struct path_scan *scan; /* NULL: none */
	double started_s;	/* the scan */
	double rest_until_s;
};

struct path_naming *path_naming_new(void)
{
	return calloc(1, sizeof(struct path_naming));
}

void path_naming_free(struct path_naming *naming)
{
	struct unnamed *file, *next;

	if (!naming)
		return;
	path_scan_free(naming->scan);
	HASH_ITER (hh, naming->files, file, next) {
		HASH_DEL(naming->files, file);
		free(file);
	}
	free(naming);
}

static struct unnamed *find_unnamed(const struct path_naming *naming,
				    const struct path_key *key)
{
	struct unnamed *file;

	HASH_FIND(hh, naming->files, key, sizeof(*key), file);
	return file;
}

static void add_unnamed(struct path_naming *naming, const struct path_key *key,
			__u32 fs_dev)
{
	struct unnamed *file = calloc(1, sizeof(*file));

	if (!file)
		return;
	file->key = *key;
	file->fs_dev = fs_dev;
	file->since_s = clock_monotonic_s();
	HASH_ADD(hh, naming->files, key, sizeof(file->key), file);
	if (!file->hh.tbl) /* no memory */
		free(file);
}

void path_naming_forget(struct path_naming *naming, const struct path_key *key)
{
	struct unnamed *file = find_unnamed(naming, key);

	if (!file)
		return;
	HASH_DEL(naming->files, file);
	free(file);
}

void path_naming_note(struct path_naming *naming, const struct path_key *key,
		      const struct path_result *file)
{
	/* The number of links is known only if the inode could be opened. If
	 * not, nothing could check the path that a search finds. A btrfs inode
	 * lists its own names.
	 */
	if (file->state != PATH_UNKNOWN || !file->n_links ||
	    (file->fs_type && !strcmp(file->fs_type, "btrfs")))
		path_naming_forget(naming, key);
	else if (!find_unnamed(naming, key))
		add_unnamed(naming, key, file->fs_dev);
}

/* Collects the files of one filesystem that are due for a search. */
static size_t collect_due(struct path_naming *naming, double now_s,
			  struct path_key keys[MAX_PER_SCAN], __u32 *fs_dev)
{
	struct unnamed *file;
	size_t n = 0;

	for (file = naming->files; file; file = file->hh.next) {
		if (file->searched || now_s - file->since_s < UNNAMED_S ||
		    (n && file->fs_dev != *fs_dev))
			continue;
		*fs_dev = file->fs_dev;
		file->searched = true;
		keys[n++] = file->key;
		if (n == MAX_PER_SCAN)
			break;
	}
	return n;
}

static void start_scan(struct path_naming *naming,
		       const struct mount_table *mounts, double now_s)
{
	struct path_key keys[MAX_PER_SCAN];
	__u32 fs_dev = 0;
	size_t n = collect_due(naming, now_s, keys, &fs_dev);

	if (!n)
		return;
	naming->started_s = now_s;
	path_scan_start(mounts, fs_dev, keys, n, &naming->scan);
}

static void tend_scan(struct path_naming *naming, struct path_cache *cache,
		      double now_s)
{
	/* Before the loop, so that the loop sees the last finds, too. */
	bool over = path_scan_is_over(naming->scan);
	struct path_key key;
	const char *path;
	double rest_s;

	while ((path = path_scan_next(naming->scan, &key)))
		path_cache_suggest(cache, &key, path);
	if (!over)
		return;
	path_scan_free(naming->scan);
	naming->scan = NULL;
	rest_s = (now_s - naming->started_s) * REST_FACTOR;
	naming->rest_until_s =
		now_s + (rest_s > MIN_REST_S ? rest_s : MIN_REST_S);
}

void path_naming_tend(struct path_naming *naming,
		      const struct mount_table *mounts,
		      struct path_cache *cache)
{
	double now_s = clock_monotonic_s();

	if (naming->scan)
		tend_scan(naming, cache, now_s);
	else if (now_s >= naming->rest_until_s)
		start_scan(naming, mounts, now_s);
}

int path_naming_percent(const struct path_naming *naming)
{
	return naming->scan ? path_scan_percent(naming->scan) : -1;
}
