// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child process walks the directories of a filesystem, one mount after the
 * other, and compares inode numbers. So it reads only directories, and no inode
 * of a file, on every filesystem. A directory that waits to be read is stored
 * as a path below the mount. Only the directory that is being read is open:
 * otherwise an unmount would fail during the whole search. The child writes
 * what it finds to memory that it shares with the parent, each slot once.
 *
 * Given up: a directory is missed if it is renamed after its parent was read
 * and before it is read itself. What is hidden below mounts is not searched.
 */
#include "paths/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/ioprio.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "fs/quiet_open.h"
#include "paths/places.h"

#define MAX_WAITING (1 << 18) /* directories, about 50 bytes each */
#define STALLED_S   60	      /* without progress: the child is ended */

struct find {
	struct path_key key;
	bool found; /* set by the child, after .path */
	bool taken; /* by path_scan_next() */
	char path[PATH_MAX];
};

struct shared {
	__u64 n_seen;	     /* directory entries */
	__u64 n_expected;    /* inodes in use; 0: the filesystem does not say */
	struct find finds[]; /* by inode number */
};

struct path_scan {
	struct shared *shared;
	size_t bytes; /* of .shared */
	size_t n_finds;
	pid_t child;   /* 0: has ended */
	__u64 n_seen;  /* the last known .shared->n_seen */
	double seen_s; /* when it last changed */
};

/* The state of the child. */
struct walk {
	const struct mount_table *table;
	const struct mount_entry *entry; /* the mount that is walked now */
	struct shared *shared;
	size_t n_finds;
	size_t n_left; /* inodes that are not found yet */
	char **waiting;
	size_t n_waiting, n_allocated;
};

static int compare_inos(const void *left, const void *right)
{
	__u64 a = ((const struct find *)left)->key.ino;
	__u64 b = ((const struct find *)right)->key.ino;

	return a < b ? -1 : a > b;
}

/* If memory runs out, or too many directories wait, this one is left out. */
static void push(struct walk *walk, const char *dir, const char *name)
{
	char *path;

	if (walk->n_waiting == walk->n_allocated) {
		size_t n = walk->n_allocated ? 2 * walk->n_allocated : 64;
		char **grown = n > MAX_WAITING
				       ? NULL
				       : reallocarray(walk->waiting, n,
						      sizeof(*walk->waiting));

		if (!grown)
			return;
		walk->waiting = grown;
		walk->n_allocated = n;
	}
	if (asprintf(&path, "%s%s%s", dir, *dir ? "/" : "", name) >= 0)
		walk->waiting[walk->n_waiting++] = path;
}

static void found(struct walk *walk, struct find *find, const char *dir,
		  const char *name)
{
	const char *target = walk->entry->target;
	int len = snprintf(find->path, sizeof(find->path), "%s/%s%s%s",
			   strcmp(target, "/") ? target : "", dir,
			   *dir ? "/" : "", name);

	if (len >= (int)sizeof(find->path))
		return;
	__atomic_store_n(&find->found, true, __ATOMIC_RELEASE);
	walk->n_left--;
}

static void read_dir(struct walk *walk, DIR *stream, const char *dir)
{
	const struct dirent *node;

	while (walk->n_left && (node = readdir(stream))) {
		struct find wanted = {.key.ino = node->d_ino}, *find;

		if (!strcmp(node->d_name, ".") || !strcmp(node->d_name, ".."))
			continue;
		walk->shared->n_seen++;
		find = bsearch(&wanted, walk->shared->finds, walk->n_finds,
			       sizeof(*find), compare_inos);
		if (find && !find->found)
			found(walk, find, dir, node->d_name);
		if (node->d_type == DT_DIR || node->d_type == DT_UNKNOWN)
			push(walk, dir, node->d_name);
	}
}

/* Opens the directory on this mount, without entering other mounts, or returns
 * NULL.
 */
static DIR *open_dir(int mount_fd, const char *dir)
{
	int fd = quiet_open(mount_fd, *dir ? dir : ".", O_DIRECTORY,
			    RESOLVE_BENEATH | RESOLVE_NO_XDEV |
				    RESOLVE_NO_SYMLINKS);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static void walk_mount(struct walk *walk)
{
	struct statvfs fs;
	DIR *stream;
	char *dir;
	int fd;

	push(walk, "", "");
	while (walk->n_left && walk->n_waiting) {
		dir = walk->waiting[--walk->n_waiting];
		fd = mount_entry_open_path(walk->entry);
		if (fd >= 0 && !walk->shared->n_expected && !fstatvfs(fd, &fs))
			walk->shared->n_expected = fs.f_files - fs.f_ffree;
		stream = fd < 0 ? NULL : open_dir(fd, dir);
		if (fd >= 0)
			close(fd);
		if (stream) {
			read_dir(walk, stream, dir);
			closedir(stream);
		}
		free(dir);
	}
}

static bool has_mount_below(const struct walk *walk,
			    const struct mount_entry *on, const char *path)
{
	const struct mount_entry *entry = NULL;

	while ((entry = mount_table_next(walk->table, entry)))
		if (entry->parent_id == on->id && entry != on &&
		    path_is_below(entry->target, path))
			return true;
	return false;
}

/* True if a mount that was walked before shows all that this mount shows. */
static bool is_walked(const struct walk *walk, const struct mount_entry *entry)
{
	struct path_places places = {.table = walk->table,
				     .fs_dev = entry->dev,
				     .inside = entry->root};
	const struct mount_entry *before;
	char path[PATH_MAX];

	if (!entry->root[0])
		return false;
	while ((before = path_places_next(&places, path)) && before != entry)
		if (!has_mount_below(walk, before, path))
			return true;
	return false;
}

/* The order is that of path_places_next(), as is_walked() needs it: mounts that
 * show more come first.
 */
static void walk_mounts(struct walk *walk, __u32 fs_dev)
{
	walk->entry = NULL;
	while (walk->n_left && (walk->entry = mount_table_next_by_dev(
					walk->table, fs_dev, walk->entry)))
		if (mount_entry_is_reachable(walk->table, walk->entry) &&
		    !is_walked(walk, walk->entry))
			walk_mount(walk);
}

static void give_way(void)
{
	setpriority(PRIO_PROCESS, 0, 19);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

static int map_shared(struct path_scan *scan, const struct path_key *keys)
{
	void *shared;

	scan->bytes =
		sizeof(*scan->shared) + scan->n_finds * sizeof(struct find);
	shared = mmap(NULL, scan->bytes, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	scan->shared = shared;
	for (size_t i = 0; i < scan->n_finds; i++)
		scan->shared->finds[i].key = keys[i];
	qsort(scan->shared->finds, scan->n_finds, sizeof(struct find),
	      compare_inos);
	return 0;
}

int path_scan_start(const struct mount_table *table, __u32 fs_dev,
		    const struct path_key *keys, size_t n_keys,
		    struct path_scan **out)
{
	struct path_scan *scan = calloc(1, sizeof(*scan));
	int err;

	if (!scan)
		return -ENOMEM;
	scan->n_finds = n_keys;
	err = map_shared(scan, keys);
	if (!err) {
		scan->child = child_fork("hotmon-names", -1);
		if (scan->child < 0)
			err = -errno;
	}
	if (!err && !scan->child) {
		struct walk walk = {
			.table = table,
			.shared = scan->shared,
			.n_finds = n_keys,
			.n_left = n_keys,
		};

		give_way();
		walk_mounts(&walk, fs_dev);
		_exit(0);
	}
	if (err) {
		scan->child = 0;
		path_scan_free(scan);
		return err;
	}
	*out = scan;
	return 0;
}

void path_scan_free(struct path_scan *scan)
{
	if (!scan)
		return;
	if (scan->child)
		child_end(scan->child);
	if (scan->shared)
		munmap(scan->shared, scan->bytes);
	free(scan);
}

const char *path_scan_next(struct path_scan *scan, struct path_key *key)
{
	for (size_t i = 0; i < scan->n_finds; i++) {
		struct find *find = &scan->shared->finds[i];

		if (find->taken ||
		    !__atomic_load_n(&find->found, __ATOMIC_ACQUIRE))
			continue;
		find->taken = true;
		*key = find->key;
		return find->path;
	}
	return NULL;
}

/* True if the child hangs, in a filesystem that does not answer. */
static bool is_stalled(struct path_scan *scan)
{
	double now_s = clock_monotonic_s();

	if (scan->n_seen != scan->shared->n_seen || !scan->seen_s) {
		scan->n_seen = scan->shared->n_seen;
		scan->seen_s = now_s;
	}
	return now_s - scan->seen_s > STALLED_S;
}

bool path_scan_is_over(struct path_scan *scan)
{
	if (scan->child && child_has_ended(scan->child))
		scan->child = 0;
	if (scan->child && is_stalled(scan)) {
		child_end(scan->child);
		scan->child = 0;
	}
	return !scan->child;
}

int path_scan_percent(const struct path_scan *scan)
{
	__u64 seen = scan->shared->n_seen, expected = scan->shared->n_expected;

	/* New names and hard links count as seen, but not as expected. */
	if (seen >= expected)
		return expected ? 99 : 0;
	return seen * 100 / expected;
}
