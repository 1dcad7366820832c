// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table is a sorted copy of /proc/self/mountinfo, which libmount reads.
 *
 * A line of mountinfo does not say whether its target is still reachable: a
 * later mount may cover the target or a directory above it. All lines together
 * do (fs/mount_reach.h). Everything else that needs a path is done by aside(),
 * because the path may lead through a filesystem that does not answer.
 *
 * The table gets old. Before mount_table_refresh() reads mountinfo again, it
 * asks the kernel whether anything has changed, by poll() on mountinfo.
 */
#include "fs/mount.h"
#include "fs/mount_devices.h"
#include "fs/mount_reach.h"
#include "fs/mount_root.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/clock.h"
#include "fs/quiet_open.h"

#define MOUNTINFO  "/proc/self/mountinfo"
#define CHANGING_S 10.0

struct mount_table {
	struct libmnt_monitor *monitor; /* NULL: it never changes */
	struct libmnt_table *lines;	/* owns the strings of entries */
	struct mount_entry *entries;
	size_t n_entries;
	double changed_s; /* monotonic; 0: not since it was read first */
};

static int compare_entries(const void *left, const void *right)
{
	const struct mount_entry *a = left, *b = right;
	size_t a_len, b_len;

	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	a_len = strlen(a->root); /* "/" is the shortest and shows most */
	b_len = strlen(b->root);
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* Reads the devices once per filesystem, even if it has many mounts. entries is
 * sorted.
 */
static void read_extra_devices(struct mount_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mount_entry *entry = &entries[i];

		if (i && entry->dev == entry[-1].dev)
			memcpy(entry->extra_devs, entry[-1].extra_devs,
			       sizeof(entry->extra_devs));
		else
			mount_devices_read(entry);
	}
}

/* True if the filesystem needs a server, in the network or in a process. */
static bool has_server(const struct mount_entry *entry)
{
	static const char *const types[] = {"fuse", "nfs",   "cifs", "smb",
					    "9p",   "ceph",  "afs",  "coda",
					    "gfs",  "lustre"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strncmp(entry->fs_type, types[i], strlen(types[i])))
			return true;
	return false;
}

static const struct mount_entry *find_by_id(const struct mount_entry *entries,
					    size_t n, int id)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].id == id)
			return &entries[i];
	return NULL;
}

/* The first mount that has a server, from this one upwards. If there is none:
 * this one.
 */
static int find_hang_id(const struct mount_entry *entries, size_t n,
			const struct mount_entry *entry)
{
	const struct mount_entry *above = entry;

	/* At most n steps: mountinfo may change while it is read, so the
	 * parents may form a loop.
	 */
	for (size_t i = 0; i < n && above; i++) {
		if (has_server(above))
			return above->id;
		if (above->parent_id == above->id)
			break;
		above = find_by_id(entries, n, above->parent_id);
	}
	return entry->id;
}

static int read_entries(struct libmnt_table *lines,
			struct mount_entry **entries_out, size_t *n_out)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct mount_entry *entries;
	struct libmnt_fs *fs;
	size_t n = 0;

	/* one more for our root */
	entries = calloc(mnt_table_get_nents(lines) + 1, sizeof(*entries));
	if (!iter || !entries) {
		mnt_free_iter(iter);
		free(entries);
		return -ENOMEM;
	}
	while (mnt_table_next_fs(lines, iter, &fs) == 0) {
		struct mount_entry *entry = &entries[n++];

		entry->target = text_or_empty(mnt_fs_get_target(fs));
		entry->source = text_or_empty(mnt_fs_get_source(fs));
		entry->fs_type = text_or_empty(mnt_fs_get_fstype(fs));
		entry->root = text_or_empty(mnt_fs_get_root(fs));
		entry->options = text_or_empty(mnt_fs_get_fs_options(fs));
		entry->dev = kdev_from_user(mnt_fs_get_devno(fs));
		entry->id = mnt_fs_get_id(fs);
		entry->parent_id = mnt_fs_get_parent_id(fs);
	}
	mnt_free_iter(iter);
	if (mount_root_read(entries, n, &entries[n]))
		n++;
	qsort(entries, n, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < n; i++)
		entries[i].hang_id = find_hang_id(entries, n, &entries[i]);
	read_extra_devices(entries, n);
	*entries_out = entries;
	*n_out = n;
	return 0;
}

static int read_lines(struct mount_table *table)
{
	struct libmnt_table *lines = mnt_new_table();
	struct mount_entry *entries;
	size_t n;
	int err;

	if (!lines)
		return -ENOMEM;
	err = mnt_table_parse_file(lines, MOUNTINFO);
	if (!err)
		err = read_entries(lines, &entries, &n);
	if (err) {
		mnt_unref_table(lines);
		return err < 0 ? err : -EIO;
	}
	mnt_unref_table(table->lines);
	free(table->entries);
	table->lines = lines;
	table->entries = entries;
	table->n_entries = n;
	return 0;
}

int mount_table_read(struct mount_table **out)
{
	struct mount_table *table = calloc(1, sizeof(*table));
	int err;

	if (!table)
		return -ENOMEM;
	table->monitor = mnt_new_monitor();
	err = table->monitor ? 0 : -ENOMEM;
	if (!err)
		err = mnt_monitor_enable_kernel(table->monitor, 1);
	/* Watch before reading, so the next refresh sees a change in between */
	if (!err && mnt_monitor_get_fd(table->monitor) < 0)
		err = -EIO;
	if (!err)
		err = read_lines(table);
	if (err) {
		mount_table_free(table);
		return err;
	}
	*out = table;
	return 0;
}

void mount_table_free(struct mount_table *table)
{
	if (!table)
		return;
	mnt_unref_monitor(table->monitor);
	mnt_unref_table(table->lines);
	free(table->entries);
	free(table);
}

int mount_table_of(const struct mount_entry *entries, size_t n,
		   struct mount_table **out)
{
	struct mount_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->entries = calloc(n + 1, sizeof(*entries));
	if (!table->entries) {
		free(table);
		return -ENOMEM;
	}
	memcpy(table->entries, entries, n * sizeof(*entries));
	table->n_entries = n;
	qsort(table->entries, n, sizeof(*entries), compare_entries);
	*out = table;
	return 0;
}

int mount_table_refresh(struct mount_table *table)
{
	bool changed = false;
	int err;

	if (!table->monitor)
		return 0;
	while (!(err = mnt_monitor_next_change(table->monitor, NULL, NULL)))
		changed = true;
	if (err < 0)
		return err;
	if (!changed)
		return 0;
	table->changed_s = clock_monotonic_s();
	return read_lines(table);
}

const struct mount_entry *mount_table_next(const struct mount_table *table,
					   const struct mount_entry *after)
{
	const struct mount_entry *entry = after ? after + 1 : table->entries;

	return entry < table->entries + table->n_entries ? entry : NULL;
}

const struct mount_entry *
mount_table_next_by_dev(const struct mount_table *table, __u32 dev,
			const struct mount_entry *after)
{
	const struct mount_entry *entry = after;

	while ((entry = mount_table_next(table, entry)))
		if (entry->dev == dev)
			return entry;
	return NULL;
}

static int mount_id_at(int dir_fd, const char *path, int flags, int *id)
{
	struct statx stx;

	if (statx(dir_fd, path, flags | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		  STATX_MNT_ID, &stx))
		return -errno;
	if (!(stx.stx_mask & STATX_MNT_ID)) /* before Linux 5.8 */
		return -EOPNOTSUPP;
	*id = (int)stx.stx_mnt_id;
	return 0;
}

struct target {
	int id; /* the mount that must be there */
	char path[PATH_MAX];
};

/* For aside(). Opens the target with O_PATH; -ESTALE: another mount covers it
 * now.
 */
static int open_target(void *message, int *fd)
{
	const struct target *target = message;
	int place = open(target->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int id, err;

	if (place < 0)
		return -errno;
	err = mount_id_at(place, "", AT_EMPTY_PATH, &id);
	if (!err && id != target->id)
		err = -ESTALE;
	if (err)
		close(place);
	else
		*fd = place;
	return err;
}

/* Opens again what is open as place, without O_PATH: open_by_handle_at() and
 * ioctl() refuse a descriptor that has it. Only a directory or a regular file
 * is opened: a device or a FIFO would notice.
 */
static int open_really(int place)
{
	char link[32];
	struct stat st;
	int fd;

	if (fstat(place, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return -ENOTDIR;
	if (S_ISDIR(st.st_mode)) {
		fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	return quiet_open(AT_FDCWD, link, O_NONBLOCK, 0);
}

/* For aside(). */
static int open_target_really(void *message, int *fd)
{
	int place = -1, err = open_target(message, &place);

	if (err)
		return err;
	*fd = open_really(place);
	close(place);
	return *fd < 0 ? *fd : 0;
}

static int set_target(struct target *target, const struct mount_entry *entry)
{
	if (strlen(entry->target) >= sizeof(target->path))
		return -ENAMETOOLONG;
	strcpy(target->path, entry->target);
	target->id = entry->id;
	return 0;
}

static int ask_target(aside_fn run, const struct mount_entry *entry)
{
	struct target target;
	int fd = -1, err = set_target(&target, entry);

	if (err)
		return err;
	err = aside(run, &target, sizeof(target), entry->hang_id, &fd);
	return err ? err : fd;
}

int mount_entry_open(const struct mount_entry *entry)
{
	return ask_target(open_target_really, entry);
}

int mount_entry_open_path(const struct mount_entry *entry)
{
	return ask_target(open_target, entry);
}

struct space_query {
	struct target target;
	struct mount_space space;
};

/* For aside(). */
static int ask_space(void *message, int *no_fd)
{
	struct space_query *query = message;
	int place = -1, err = open_target(&query->target, &place);
	struct statvfs fs;

	(void)no_fd;
	if (err)
		return err;
	if (fstatvfs(place, &fs))
		err = -errno;
	close(place);
	if (err)
		return err;
	query->space.bytes = (__u64)fs.f_blocks * fs.f_frsize;
	query->space.free_bytes = (__u64)fs.f_bfree * fs.f_frsize;
	return 0;
}

int mount_entry_space(const struct mount_entry *entry,
		      struct mount_space *space)
{
	struct space_query query;
	int err = set_target(&query.target, entry);

	if (err)
		return err;
	err = aside(ask_space, &query, sizeof(query), entry->hang_id, NULL);
	if (!err)
		*space = query.space;
	return err;
}

const struct mount_entry *mount_table_at(const struct mount_table *table,
					 const char *path)
{
	return mount_reach(table->entries, table->n_entries, path);
}

bool mount_entry_is_reachable(const struct mount_table *table,
			      const struct mount_entry *entry)
{
	return mount_table_at(table, entry->target) == entry;
}

double mount_table_changed_s(const struct mount_table *table)
{
	return table->changed_s;
}

bool mount_table_is_changing(const struct mount_table *table)
{
	return table->changed_s &&
	       clock_monotonic_s() - table->changed_s < CHANGING_S;
}

const struct mount_entry *mount_table_by_dev(const struct mount_table *table,
					     __u32 dev)
{
	const struct mount_entry *entry = NULL;

	while ((entry = mount_table_next_by_dev(table, dev, entry)))
		if (mount_entry_is_reachable(table, entry))
			return entry;
	return NULL;
}

bool mount_entry_is_on_disk(const struct mount_entry *entry)
{
	return kdev_major(entry->dev) || !strcmp(entry->fs_type, "btrfs");
}

const struct mount_entry *mount_table_backed_by(const struct mount_table *table,
						__u32 dev)
{
	const struct mount_entry *entry = mount_table_by_dev(table, dev);
	size_t i;

	if (!entry) /* all its mounts are hidden: take any of them */
		entry = mount_table_next_by_dev(table, dev, NULL);
	for (i = 0; !entry && i < table->n_entries; i++)
		if (mount_devices_have(&table->entries[i], dev))
			entry = &table->entries[i];
	return entry;
}

bool mount_parse_dev(const char *text, __u32 *dev)
{
	unsigned int dev_major, dev_minor;
	int end = -1;

	/* sscanf would take blanks and signs */
	if (text[strspn(text, "0123456789:")])
		return false;
	if (sscanf(text, "%4u:%7u%n", &dev_major, &dev_minor, &end) != 2 ||
	    text[end] || dev_major >= 1U << 12 ||
	    dev_minor >= 1U << KDEV_MINOR_BITS)
		return false;
	*dev = dev_major << KDEV_MINOR_BITS | dev_minor;
	return true;
}

const struct mount_entry *mount_table_by_id(const struct mount_table *table,
					    int id)
{
	return find_by_id(table->entries, table->n_entries, id);
}

struct place {
	char path[PATH_MAX];
	__u32 device; /* of a block device node; 0: path is something else */
	int mount_id; /* of something else: the mount that path is on */
};

/* For aside(). */
static int look_at_place(void *message, int *fd)
{
	struct place *place = message;
	struct stat st;

	(void)fd;
	if (stat(place->path, &st))
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (!S_ISBLK(st.st_mode))
		return mount_id_at(AT_FDCWD, place->path, 0, &place->mount_id);
	place->device = kdev_from_user(st.st_rdev);
	return 0;
}

static int find_by_path(const struct mount_table *table, const char *path,
			const struct mount_entry **out)
{
	struct place place = {.device = 0};
	int err;

	if (strlen(path) >= sizeof(place.path))
		return -ENAMETOOLONG;
	strcpy(place.path, path);
	err = aside(look_at_place, &place, sizeof(place), 0, NULL);
	if (!err)
		*out = place.device ? mount_table_backed_by(table, place.device)
				    : mount_table_by_id(table, place.mount_id);
	return err;
}

int mount_table_by_spec(const struct mount_table *table, const char *spec,
			const struct mount_entry **out)
{
	const struct mount_entry *entry;
	__u32 dev;
	int err = 0;

	if (mount_parse_dev(spec, &dev))
		entry = mount_table_backed_by(table, dev);
	else
		err = find_by_path(table, spec, &entry);
	if (err)
		return err;
	if (!entry || !mount_entry_is_on_disk(entry))
		return -ENODEV;
	*out = entry;
	return 0;
}

const char *mount_spec_error(int err)
{
	switch (err) {
	case -ENODEV:
		return "not a mounted filesystem on a disk";
	case -ETIMEDOUT:
		return "its filesystem does not answer";
	}
	return strerror(-err);
}
