// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rename(2) makes pinning and unpinning atomic. Objects are pinned in a
 * directory new-<pid> below WATCH_PIN_ROOT, which is then renamed to v<schema>.
 * To unpin them, v<schema> is renamed to new-<pid>, which is then removed. If a
 * process is killed in between, new-<pid> stays; the next process that pins or
 * unpins removes it.
 */
#include "watch/pin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* The paths of a schema's directory, of an object's directory in it, and of a
 * pin in that: each is longer by a name.
 */
#define SCHEMA_PATH_LEN 64
#define OBJECT_PATH_LEN (SCHEMA_PATH_LEN + NAME_MAX + 1)
#define PIN_PATH_LEN	(OBJECT_PATH_LEN + NAME_MAX + 1)

static void schema_path(char path[SCHEMA_PATH_LEN])
{
	snprintf(path, SCHEMA_PATH_LEN, "%s/v%d", WATCH_PIN_ROOT,
		 WATCH_PIN_SCHEMA);
}

static void object_path(char path[OBJECT_PATH_LEN], const char *object)
{
	snprintf(path, OBJECT_PATH_LEN, "%s/v%d/%s", WATCH_PIN_ROOT,
		 WATCH_PIN_SCHEMA, object);
}

/* Names of internal maps have dots, which the BPF filesystem rejects. */
static void pin_path(char *path, size_t size, const char *directory,
		     const char *name)
{
	size_t len = strlen(directory);

	snprintf(path, size, "%s/%s", directory, name);
	for (char *at = path + len; *at; at++)
		*at = *at == '.' ? '_' : *at;
}

/* Such a program is pinned itself. Of the others the link is pinned. */
static bool is_run_by_readers(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_SYSCALL;
}

bool watch_pin_is_there(const char *object)
{
	char path[OBJECT_PATH_LEN];

	object_path(path, object);
	return !access(path, F_OK);
}

bool watch_pin_has(const char *object, const char *program)
{
	char directory[OBJECT_PATH_LEN], path[PIN_PATH_LEN];

	object_path(directory, object);
	pin_path(path, sizeof(path), directory, program);
	return !access(path, F_OK);
}

/* Returns the program of a link, or -errno. Closes the link. */
static int program_of_link(int link)
{
	struct bpf_link_info info = {0};
	__u32 len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(link, &info, &len), fd;

	close(link);
	if (err)
		return err;
	fd = bpf_prog_get_fd_by_id(info.prog_id);
	return fd < 0 ? -errno : fd;
}

int watch_pin_program(const char *object, const struct bpf_program *program)
{
	char directory[OBJECT_PATH_LEN], path[PIN_PATH_LEN];
	int fd;

	object_path(directory, object);
	pin_path(path, sizeof(path), directory, bpf_program__name(program));
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	return is_run_by_readers(program) ? fd : program_of_link(fd);
}

int watch_pin_other(char *path, size_t size)
{
	DIR *root = opendir(WATCH_PIN_ROOT);
	struct dirent *entry;
	int err = -ENOENT;
	char ours[16];

	if (!root)
		return -ENOENT;
	snprintf(ours, sizeof(ours), "v%d", WATCH_PIN_SCHEMA);
	while (err && (entry = readdir(root)))
		if (entry->d_name[0] == 'v' && strcmp(entry->d_name, ours)) {
			snprintf(path, size, "%s/%s", WATCH_PIN_ROOT,
				 entry->d_name);
			err = 0;
		}
	closedir(root);
	return err;
}

/* Task storage is not pinned: only BPF programs reach it, through a task. */
static bool is_left_out(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_TASK_STORAGE;
}

static int reuse_map(struct bpf_map *map, int fd)
{
	__u32 bytes = bpf_map__value_size(map);
	int err = bpf_map__reuse_fd(map, fd);

	/* map_globals() maps its values over ours, so both need one size */
	if (!err && bpf_map__is_internal(map) &&
	    bpf_map__value_size(map) != bytes)
		err = -EPROTO;
	return err;
}

static int reuse_maps(const char *object, struct bpf_object *from)
{
	struct bpf_program *program = NULL;
	struct bpf_map *map = NULL;
	char directory[OBJECT_PATH_LEN];
	int err = 0;

	object_path(directory, object);
	while ((program = bpf_object__next_program(from, program)))
		bpf_program__set_autoload(program, false);
	while (!err && (map = bpf_object__next_map(from, map))) {
		char path[PIN_PATH_LEN];
		int fd;

		pin_path(path, sizeof(path), directory, bpf_map__name(map));
		if (is_left_out(map)) {
			err = bpf_map__set_autocreate(map, false);
			continue;
		}
		fd = bpf_obj_get(path);
		if (fd < 0)
			return -errno;
		err = reuse_map(map, fd);
		close(fd); /* the map has a duplicate */
	}
	return err;
}

/*
 * The skeleton's pointers lead to the values that libbpf read from the object
 * file. libbpf up to 1.4 maps the kernel's values over them for each map. Since
 * 1.5 (its commit 2dea4b86) it does so only for maps that it creates. For a
 * reused map the file's values stay: a reader would read the wrong values, and
 * nobody would see what it writes. So we map the kernel's values here. libbpf
 * unmaps them when it destroys the object.
 */
static int map_globals(struct bpf_object *object)
{
	struct bpf_map *map = NULL;

	while ((map = bpf_object__next_map(object, map))) {
		size_t bytes;
		const void *globals = bpf_map__initial_value(map, &bytes);
		__u32 flags = bpf_map__map_flags(map);
		int protection = PROT_READ;

		/* a skeleton has pointers only to maps that can be mapped */
		if (!globals || !(flags & BPF_F_MMAPABLE))
			continue;
		if (!(flags & BPF_F_RDONLY_PROG))
			protection |= PROT_WRITE;
		if (mmap((void *)globals, bytes, protection,
			 MAP_SHARED | MAP_FIXED, bpf_map__fd(map),
			 0) == MAP_FAILED)
			return -errno;
	}
	return 0;
}

int watch_pin_load(const char *object, struct bpf_object_skeleton *skeleton)
{
	int err = reuse_maps(object, *skeleton->obj);

	if (!err)
		err = bpf_object__load_skeleton(skeleton);
	return err ?: map_globals(*skeleton->obj);
}

static int remove_entry(const char *path,
			const struct stat *st __attribute__((unused)),
			int type __attribute__((unused)),
			struct FTW *at __attribute__((unused)))
{
	return remove(path) ? -errno : 0;
}

/* Removes a directory of objects, perhaps incomplete, with its contents. */
static int remove_objects(const char *path)
{
	int err = nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	return err == -1 ? -errno : err;
}

static int pin_programs(const char *directory,
			struct bpf_object_skeleton *skeleton)
{
	int err = 0;

	for (int i = 0; i < skeleton->prog_cnt && !err; i++) {
		struct bpf_prog_skeleton *program =
			(void *)((char *)skeleton->progs +
				 (size_t)i * skeleton->prog_skel_sz);
		char path[PIN_PATH_LEN];

		pin_path(path, sizeof(path), directory, program->name);
		if (*program->link)
			err = bpf_link__pin(*program->link, path);
		else if (is_run_by_readers(*program->prog))
			err = bpf_program__pin(*program->prog, path);
		/* else watch_probe() turned it off */
	}
	return err;
}

static int pin_maps(const char *directory, struct bpf_object *from)
{
	struct bpf_map *map = NULL;
	int err = 0;

	while (!err && (map = bpf_object__next_map(from, map))) {
		char path[PIN_PATH_LEN];

		if (is_left_out(map))
			continue;
		pin_path(path, sizeof(path), directory, bpf_map__name(map));
		err = bpf_map__pin(map, path);
	}
	return err;
}

static int pin_object(const char *in, const struct watch_pin_object *object)
{
	char path[OBJECT_PATH_LEN];
	int err;

	pin_path(path, sizeof(path), in, object->name);
	err = mkdir(path, 0700) ? -errno : 0;
	if (!err)
		err = pin_maps(path, *object->skeleton->obj);
	return err ?: pin_programs(path, object->skeleton);
}

static int rename_to(const char *from, const char *to)
{
	if (!rename(from, to))
		return 0;
	return errno == ENOTEMPTY ? -EEXIST : -errno;
}

/* The directory new-<pid>, see above. */
static void leftover_path(char path[SCHEMA_PATH_LEN])
{
	snprintf(path, SCHEMA_PATH_LEN, "%s/new-%d", WATCH_PIN_ROOT, getpid());
}

/* Removes what killed processes left behind: new-<pid> of processes that do not
 * exist any more, or of an earlier one with our pid.
 */
static void remove_leftovers(void)
{
	DIR *root = opendir(WATCH_PIN_ROOT);
	struct dirent *entry;
	int pid;

	if (!root)
		return;
	while ((entry = readdir(root))) {
		char path[OBJECT_PATH_LEN];

		if (sscanf(entry->d_name, "new-%d", &pid) != 1 ||
		    (pid != getpid() && !kill(pid, 0)))
			continue;
		pin_path(path, sizeof(path), WATCH_PIN_ROOT, entry->d_name);
		remove_objects(path);
	}
	closedir(root);
}

/* Leaves the mark of the owner in a directory of objects. */
static int mark_owner(const char *in, const char *owner)
{
	char path[OBJECT_PATH_LEN];

	if (!owner)
		return 0;
	snprintf(path, sizeof(path), "%s/by-%s", in, owner);
	return mkdir(path, 0700) ? -errno : 0;
}

bool watch_pin_is_of(const char *owner)
{
	char ours[SCHEMA_PATH_LEN], path[OBJECT_PATH_LEN];

	schema_path(ours);
	snprintf(path, sizeof(path), "%s/by-%s", ours, owner);
	return !access(path, F_OK);
}

int watch_pin(const struct watch_pin_object *objects, size_t n,
	      const char *owner)
{
	char ours[SCHEMA_PATH_LEN], new[SCHEMA_PATH_LEN];
	int err = 0;

	if (mkdir(WATCH_PIN_ROOT, 0700) && errno != EEXIST)
		return -errno;
	remove_leftovers();
	schema_path(ours);
	if (!access(ours, F_OK)) /* then the objects are not loaded by us */
		return -EEXIST;
	leftover_path(new);
	if (mkdir(new, 0700))
		return -errno;
	for (size_t i = 0; !err && i < n; i++)
		err = pin_object(new, &objects[i]);
	if (!err)
		err = mark_owner(new, owner);
	if (!err)
		err = rename_to(new, ours);
	if (err)
		remove_objects(new);
	rmdir(WATCH_PIN_ROOT); /* fails if it is not empty */
	return err;
}

int watch_pin_open(void)
{
	char path[SCHEMA_PATH_LEN];
	int fd;

	schema_path(path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool watch_pin_is_gone(int pins)
{
	struct stat st;

	return fstat(pins, &st) || !st.st_nlink;
}

bool watch_pin_lock(int pins)
{
	return !flock(pins, LOCK_EX | LOCK_NB);
}

/* The rename comes first: no process takes a part of the objects for all. */
int watch_unpin(void)
{
	char ours[SCHEMA_PATH_LEN], old[SCHEMA_PATH_LEN];
	int err;

	remove_leftovers();
	schema_path(ours);
	leftover_path(old);
	err = rename_to(ours, old);
	if (!err)
		err = remove_objects(old);
	rmdir(WATCH_PIN_ROOT); /* fails if pins of another schema are there */
	return err;
}
