// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls tools/paths/path.c, tools/fs/mount.c and tools/fs/cgroup.c for tests
 * such as path.bats, and prints the results:
 *
 *   facts FILE      prints ino, gen, dev, fs_dev, subvol, fs_type, parent's ino
 *                   and gen: what BPF would announce, without the name
 *   get INO GEN DEV [FS_DEV SUBVOL FS_TYPE PARENT_INO PARENT_GEN NAME]
 *                   announces the file if FS_DEV to NAME are given, and prints
 *                   its STATE|LABEL
 *   watch           reads lines "INO GEN DEV ..." from stdin and does the same
 *                   for each, with one cache; NAME has no blanks. A line
 *                   "frame" begins the next frame
 *   time N INO GEN DEV ...
 *                   prints the microseconds of one get
 *   fs SPEC         prints TARGET|FS_TYPE|DEV, or the error's name
 *   backing DEV     prints yes if DEV is a device of a mounted filesystem,
 *                   else no
 *   cgroup SPEC     prints PATH LEVEL PARENT-ID, or the error's name
 *   hold FILE       unlinks the file and keeps it open until stdin ends
 *   read DIR INO GEN
 *                   reads a file of the filesystem at DIR by its handle
 *
 * DEV is MAJOR:MINOR.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <locale.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "fs/cgroup.h"
#include "fs/mount.h"
#include "paths/path.h"
#include "paths/handle.h"

#define BTRFS_MAGIC 0x9123683e

static struct mount_table *table;

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int print_error(int err)
{
	printf("%s\n", strerrorname_np(-err));
	return 1;
}

/* By open() and an ioctl, independent of tools/paths/handle.c. */
static void inode_facts(const char *path, struct stat *st, int *gen, int *fd)
{
	*fd = open(path, O_RDONLY | O_NONBLOCK);
	*gen = 0;
	if (*fd < 0 || fstat(*fd, st) || ioctl(*fd, FS_IOC_GETVERSION, gen))
		fail(path);
}

static int print_facts(const char *path)
{
	struct btrfs_ioctl_ino_lookup_args lookup = {.objectid = 256};
	char *dir_copy = strdup(path);
	const struct mount_entry *entry;
	struct stat st, dir_st;
	__u32 dev;
	struct statfs fs;
	int gen, dir_gen, fd, dir_fd;

	inode_facts(path, &st, &gen, &fd);
	inode_facts(dirname(dir_copy), &dir_st, &dir_gen, &dir_fd);
	if (fstatfs(fd, &fs))
		fail(path);
	if (fs.f_type == BTRFS_MAGIC &&
	    ioctl(fd, BTRFS_IOC_INO_LOOKUP, &lookup))
		fail("BTRFS_IOC_INO_LOOKUP");
	if (mount_table_by_spec(table, path, &entry))
		fail("mount_table_by_spec");
	dev = kdev_from_user(st.st_dev);
	printf("%lu %u %u:%u %u:%u %llu %s %lu %u\n", (unsigned long)st.st_ino,
	       (unsigned int)gen, kdev_major(dev), kdev_minor(dev),
	       kdev_major(entry->dev), kdev_minor(entry->dev),
	       (unsigned long long)lookup.treeid, entry->fs_type,
	       (unsigned long)dir_st.st_ino, (unsigned int)dir_gen);
	close(dir_fd);
	close(fd);
	free(dir_copy);
	return 0;
}

static __u32 parse_dev(const char *text)
{
	__u32 dev;

	if (mount_parse_dev(text, &dev))
		return dev;
	fprintf(stderr, "not a device number: %s\n", text);
	exit(1);
}

/* Returns whether argv announces a file. */
static int parse_file(char **argv, int argc, struct frsp_hot_file *file)
{
	memset(file, 0, sizeof(*file));
	file->ino = strtoull(argv[0], NULL, 0);
	file->gen = strtoul(argv[1], NULL, 0);
	file->fs = parse_dev(argv[2]);
	if (argc < 9)
		return 0;
	file->fs_dev = parse_dev(argv[3]);
	file->subvol = strtoull(argv[4], NULL, 0);
	snprintf(file->fs_type, sizeof(file->fs_type), "%s", argv[5]);
	file->parent_ino = strtoull(argv[6], NULL, 0);
	file->parent_gen = strtoul(argv[7], NULL, 0);
	/* cuts a long name, as BPF does */
	snprintf(file->name, sizeof(file->name), "%s", argv[8]);
	return 1;
}

static void print_path(struct path_cache *cache,
		       const struct frsp_hot_file *file)
{
	static const char *const states[] = {"known",	  "deleted",
					     "unknown",	  "other_mount_ns",
					     "outside",	  "covered",
					     "no_answer", "internal",
					     "detached",  "unmounted"};
	char label[PATH_LABEL_LEN];
	const struct path_key key = {file->ino, file->fs, file->gen};
	struct path_result result;
	int err = path_cache_get(cache, &key, &result);

	if (err)
		printf("%s: ", strerrorname_np(-err));
	path_label(&result, file->ino, file->fs, file->gen, label,
		   sizeof(label));
	printf("%s|%s\n", states[result.state], label);
	fflush(stdout);
}

static int get(struct path_cache *cache, char **argv, int argc)
{
	struct frsp_hot_file file;

	if (parse_file(argv, argc, &file))
		path_cache_announce(cache, &file);
	print_path(cache, &file);
	return 0;
}

static int watch(struct path_cache *cache)
{
	char line[4096], *word, *rest, *argv[9];
	struct frsp_hot_file file;

	while (fgets(line, sizeof(line), stdin)) {
		int argc = 0;

		for (rest = line; argc < 9 && (word = strsep(&rest, " \n"));)
			if (*word)
				argv[argc++] = word;
		if (argc == 1 && !strcmp(argv[0], "frame"))
			path_cache_next_frame(cache);
		if (argc < 3)
			continue;
		if (parse_file(argv, argc, &file))
			path_cache_announce(cache, &file);
		if (mount_table_refresh(table))
			fail("mount_table_refresh");
		print_path(cache, &file);
	}
	return 0;
}

static int time_gets(struct path_cache *cache, long n, char **argv, int argc)
{
	struct timespec begin, end;
	struct path_result result;
	struct frsp_hot_file file;
	struct path_key key;
	long i;

	if (parse_file(argv, argc, &file))
		path_cache_announce(cache, &file);
	key = (struct path_key){file.ino, file.fs, file.gen};
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < n; i++)
		path_cache_get(cache, &key, &result);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.2f\n", ((end.tv_sec - begin.tv_sec) * 1e9 +
			  (end.tv_nsec - begin.tv_nsec)) /
				 1e3 / n);
	return 0;
}

static int print_fs(const char *spec)
{
	const struct mount_entry *entry;
	int err = mount_table_by_spec(table, spec, &entry);

	if (err)
		return print_error(err);
	printf("%s|%s|%u:%u\n", entry->target, entry->fs_type,
	       kdev_major(entry->dev), kdev_minor(entry->dev));
	return 0;
}

static int print_cgroup(const char *spec)
{
	struct cgroup_ref ref;
	int err = cgroup_find(spec, &ref);

	if (err)
		return print_error(err);
	printf("%s %d %llu\n", ref.path, ref.level,
	       (unsigned long long)ref.parent_id);
	return 0;
}

static int hold(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || unlink(path))
		fail(path);
	printf("held\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

/* Reads as an NFS server does it: without a look-up of the file's name. */
static int read_nameless(const char *dir, __u64 ino, __u32 gen)
{
	const struct path_inode inode = {ino, gen, 0};
	static char buf[1 << 20];
	const struct mount_entry *entry;
	char path[32];
	int mount_fd, fd;
	ssize_t len;

	if (mount_table_by_spec(table, dir, &entry))
		fail(dir);
	mount_fd = mount_entry_open(entry);
	fd = path_handle_open(mount_fd, entry->fs_type, &inode);
	if (mount_fd < 0 || fd < 0)
		fail("path_handle_open");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDONLY);
	do
		len = read(fd, buf, sizeof(buf));
	while (len > 0);
	return len < 0;
}

static int run(struct path_cache *cache, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "facts") && argc == 3)
		return print_facts(argv[2]);
	if (!strcmp(verb, "get") && argc >= 5)
		return get(cache, argv + 2, argc - 2);
	if (!strcmp(verb, "watch"))
		return watch(cache);
	if (!strcmp(verb, "time") && argc >= 6)
		return time_gets(cache, atol(argv[2]), argv + 3, argc - 3);
	if (!strcmp(verb, "fs") && argc == 3)
		return print_fs(argv[2]);
	if (!strcmp(verb, "backing") && argc == 3)
		return puts(mount_table_backed_by(table, parse_dev(argv[2]))
				    ? "yes"
				    : "no") < 0;
	if (!strcmp(verb, "cgroup") && argc == 3)
		return print_cgroup(argv[2]);
	if (!strcmp(verb, "hold") && argc == 3)
		return hold(argv[2]);
	if (!strcmp(verb, "read") && argc == 5)
		return read_nameless(argv[2], strtoull(argv[3], NULL, 0),
				     strtoul(argv[4], NULL, 0));
	fprintf(stderr, "usage: see the top of path_probe.c\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct path_cache *cache;
	int status;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (mount_table_read(&table) || path_cache_new(table, 1000, &cache))
		fail("mount table");
	status = run(cache, argc, argv);
	path_cache_free(cache);
	mount_table_free(table);
	return status;
}
